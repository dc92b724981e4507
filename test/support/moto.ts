import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pythonPackage } from './python-package.js';

const MOTO = pythonPackage('moto[server]==5.2.5', 'moto-5.2.5');

/** Why moto cannot run here, or undefined when it can. Installing it takes about a minute the first time. */
export async function whyNoMoto(): Promise<string | undefined> {
  return MOTO.whyNot();
}

/** A moto server on a port that was free; what it writes goes nowhere. */
export async function startMoto(): Promise<{ url: string; close: () => Promise<void> }> {
  // Port 0 lets the system choose; werkzeug says on standard error which one it is.
  const server = spawn(
    MOTO.program('python'),
    ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1' },
    },
  );
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
