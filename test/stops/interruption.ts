import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanEnv } from '../support/cli.js';
import { PROGRAM, ended } from '../support/program.js';
import type { Stage } from './scenes.js';

/** What the program ends with when a signal has interrupted it. */
export const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
export type Signal = keyof typeof SIGNALS;

/** When and how a run is interrupted. */
export interface Interruption {
  /** Milliseconds after its start. */
  readonly moment: number;
  readonly signal: Signal;
  /** Milliseconds until the signal is sent once more. */
  readonly again: number | undefined;
}

/** How a run ended. */
export interface Ending {
  readonly code: number | null;
  /** The signal that ended it, where the program has not. */
  readonly by: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From its start, or from the last signal, in milliseconds. */
  readonly took: number;
  /** Had the program begun when the signal was sent? Undefined where this machine does not tell. */
  readonly hadBegun: boolean | undefined;
}

/** A run that takes longer hangs: no machine is so busy. */
const HANGS_MS = 300_000;

/** Runs the built program, and interrupts it; undefined lets it end by itself. */
export async function play(
  { args, env, stdin, isUnread = false }: Stage,
  folders: { readonly cwd: string; readonly TMPDIR: string },
  interruption?: Interruption,
): Promise<Ending> {
  const { cwd, TMPDIR } = folders;
  let from = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: cleanEnv({ TMPDIR, ...env }),
  });
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const hangs = setTimeout(() => child.kill('SIGKILL'), HANGS_MS);
  child.stdin.on('error', () => {});
  if (stdin === undefined) child.stdin.end();
  else child.stdin.write(stdin);
  const output = isUnread ? undefined : ended(child);
  let hadBegun: boolean | undefined;
  try {
    if (interruption !== undefined) {
      const { moment, signal, again } = interruption;
      await Promise.race([sleep(moment), exit]);
      hadBegun = hasBegun(child);
      from = performance.now();
      child.kill(signal);
      if (again !== undefined) {
        await Promise.race([sleep(again), exit]);
        from = performance.now();
        child.kill(signal);
      }
    }
    const [code, by] = await exit;
    const took = performance.now() - from;
    const { stdout, stderr } = (await output) ?? { stdout: '', stderr: '' };
    return { code, by, stdout, stderr, took, hadBegun };
  } finally {
    clearTimeout(hangs);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Does a process listen to SIGHUP? It is the last that the program listens to, and Node itself does not. */
function hasBegun({ pid, exitCode }: ChildProcess): boolean | undefined {
  if (exitCode !== null) return true;
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return undefined;
  const [, caught = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(path, 'utf8')) ?? [];
  return (BigInt(`0x${caught}`) & 1n) === 1n;
}
