// npm run build: compiles src to dist, and the AssemblyScript to WebAssembly. The latter also lies beside the source,
// for the tests. With --over it writes over what is there: somebody may be running it.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, rmSync } from 'node:fs';

const MODULE = 'sources/cloudtrail/other-calls.wasm';
const run = (/** @type {string[]} */ ...args) =>
  execFileSync('npx', args, { stdio: 'inherit', shell: process.platform === 'win32' });

if (!process.argv.includes('--over')) rmSync('dist', { recursive: true, force: true });
run('tsc', '-p', 'tsconfig.build.json');
run(
  ...['asc', 'assembly/other-calls.ts', '--outFile', `src/${MODULE}`, '-O3', '--runtime', 'stub'],
  ...['--noAssert', '--enable', 'simd', '--enable', 'bulk-memory'],
);
copyFileSync(`src/${MODULE}`, `dist/${MODULE}`);
chmodSync('dist/bin.js', 0o755);
