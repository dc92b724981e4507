import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built program, as the package's `bin` names it. */
export const PROGRAM = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  /** Milliseconds after which it is killed; its code is null then. */
  readonly timeout?: number;
}

/** An environment with nothing of this machine's but the path: no config, no credentials but made-up ones. */
export function cleanEnv(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: '/nonexistent',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...more,
  };
}

/** Runs the built program to its end. */
export async function cli(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = start(args, options);
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.stdin ?? '');
  return ended(child);
}

/** Starts the built program; its standard input stays open. */
export function start(args: readonly string[], options: RunOptions = {}): ChildProcess {
  const { env, cwd, timeout } = options;
  const command = [PROGRAM, ...args];
  return spawn(process.execPath, command, {
    env: cleanEnv(env),
    cwd,
    timeout,
    killSignal: 'SIGKILL', // whoever computes hears no other
  });
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return {
    code,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  };
}

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder, gone when the tests are over. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-audit-test-'));
  folders.push(folder);
  return folder;
}

/** The objects of NDJSON text. */
export function objects(ndjson: string): Record<string, unknown>[] {
  return ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
