import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type Ended, type RunOptions, cleanEnv } from './cli.js';

/** The built program, as the package's `bin` names it. */
export const PROGRAM = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

/**
 * Runs the built program to its end, in a process of its own. For what only a process has: signals, real
 * pipes, what V8 is told at its start. Everything else is tested faster by `cli`.
 */
export async function runProgram(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  const child = startProgram(args, options);
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.stdin ?? '');
  return ended(child);
}

/** Starts the built program; its standard input stays open. With the test it ends. */
export function startProgram(args: readonly string[], options: RunOptions = {}): ChildProcess {
  const { env, cwd } = options;
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: cleanEnv(env), cwd });
  onTestFinished(() => void child.kill('SIGKILL')); // one that computes hears no other
  return child;
}

/** Runs a line of a shell in which `$PROGRAM` is the built program. */
export function runShell(line: string, shell = 'sh'): Promise<Ended> {
  const command = `"${process.execPath}" "${PROGRAM}"`;
  return ended(
    spawn(shell, ['-c', line.replaceAll('$PROGRAM', () => command)], { env: cleanEnv() }),
  );
}

/** What a process wrote, when it has ended and closed its output. */
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
