import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MOTO = 'moto[server]==5.2.5';
/** Its virtual environment; made once, kept as long as `node_modules` is. */
const HOME = fileURLToPath(new URL('../../node_modules/.cache/moto-5.2.5', import.meta.url));
const python = (home: string): string => join(home, 'bin', 'python');

/** Why moto cannot run here, or undefined when it can. Installing it takes about a minute the first time. */
export async function whyNoMoto(): Promise<string | undefined> {
  if (process.env['CI_NO_PYTHON']) return 'CI_NO_PYTHON is set';
  if (existsSync(python(HOME))) return undefined;
  try {
    execFileSync('python3', ['-c', 'import ensurepip, venv'], { stdio: 'ignore' });
  } catch {
    return 'there is no python3 with venv and ensurepip on this machine';
  }
  try {
    await install();
    return undefined;
  } catch (error) {
    return `${MOTO} could not be installed: ${String(error).split('\n').at(-1)}`;
  }
}

/** Appears under its name when it is whole: other runs may be at the same. */
async function install(): Promise<void> {
  const own = `${HOME}.${process.pid}`;
  mkdirSync(dirname(own), { recursive: true });
  const run = promisify(execFile);
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', '--no-compile'];
  try {
    const env = { ...process.env, HOME: own }; // pip asks rustc for its version, which writes to the home
    await run('python3', ['-m', 'venv', own], { env });
    await run(python(own), [...pip, '--disable-pip-version-check', MOTO], { env });
    if (!existsSync(HOME)) renameSync(own, HOME);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** A moto server on a port that was free; what it writes goes nowhere. */
export async function startMoto(): Promise<{ url: string; close: () => Promise<void> }> {
  // Port 0 lets the system choose; werkzeug says on standard error which one it is.
  const server = spawn(python(HOME), ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1' },
  });
  const exited = once(server, 'exit');
  process.on('exit', () => server.kill());
  const url = await Promise.race([
    addressOf(server.stderr),
    exited.then(() => Promise.reject(new Error('moto ended before it listened'))),
  ]);
  server.stderr.resume();
  return {
    url,
    close: async () => {
      server.kill();
      await exited;
    },
  };
}

async function addressOf(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(stderr)) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('moto did not say where it listens');
}
