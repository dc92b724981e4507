// npm run build: compiles the library to modules, the program to a few files that start fast, and the AssemblyScript to
// WebAssembly. With --over it writes over what is there: somebody may be running it.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { main } from 'assemblyscript/asc';
import { bundle } from './bundle.js';

const OPTIONS = ['-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd,bulk-memory'];

if (!process.argv.includes('--over')) rmSync('dist', { recursive: true, force: true });
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
await bundle();
const files = ['assembly/other-calls.ts', '--outFile', 'dist/other-calls.wasm'];
const { error } = await main([...files, ...OPTIONS], {
  stdout: process.stdout,
  stderr: process.stderr,
});
if (error !== null) throw error;
chmodSync('dist/bin.js', 0o755);
