#!/usr/bin/env node
import { availableParallelism } from 'node:os';
import { readFileSync, readlinkSync, writeSync } from 'node:fs';
import { ExitCode, Interruption } from './errors.js';
import { main } from './cli.js';
import { printable } from './text/terminal-text.js';
import { instantFromMillis } from './model/time/instant.js';

// Node 20 is supported on purpose; the SDK would say on standard error that it will not be for ever.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/**
 * A pattern of the user's that backtracks without end goes over to an engine whose time is linear. A flag is set where
 * it is needed and no sooner: Node compiles its own modules ahead of time for the flags that it starts with, and once
 * one has changed it compiles each anew (10 ms for those that speak HTTPS).
 */
async function boundPatterns(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}

/** Milliseconds after which a run is a long one, and has loaded what it needs. */
const LONG_RUN = 300;

/**
 * Rows live shortly. V8 would let the garbage of a long export or audit grow to several times what is alive before it
 * looks; this bounds it, for some more CPU (5.2 s became 6.0 s for 500,000 rows in single runs). A short run ends
 * before it has any.
 */
function boundHeap(): void {
  const bound = async (): Promise<void> => {
    const { setFlagsFromString } = await import('node:v8');
    setFlagsFromString('--heap-growing-percent=80');
  };
  setTimeout(() => void bound(), LONG_RUN).unref();
}

/** More would wait for the one that joins what they read. */
const MOST_THREADS = 4;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const reason = new Interruption(signal);
    // Asked twice; a run that has ended meanwhile keeps its own code.
    if (stop.signal.aborted) process.exit(process.exitCode ?? reason.exitCode);
    stop.abort(reason);
  });
}
// What nobody expected must not end with Node's 1, which means findings.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    const { reason } = stop.signal as { reason: unknown };
    if (reason instanceof Interruption) process.exit(reason.exitCode);
    const text = (error instanceof Error ? error.stack : undefined) ?? String(error);
    writeSync(
      2,
      `${text
        .split('\n')
        .map((line) => printable(line))
        .join('\n')}\n`,
    );
    process.exit(ExitCode.Failed);
  });
}
// Whoever reads may hang up; writing then ends the run where it is waited for, and is no crash here.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

/**
 * Node puts /dev/null, to read and to write, in place of a standard output that is closed (`>&-`). Some programs
 * that start others hand them the same to be rid of what they write; `> /dev/null` is to write only. Linux tells.
 */
function isOutputGone(): boolean {
  try {
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync('/proc/self/fdinfo/1', 'utf8'))?.[1] ?? '0';
    const isReadAndWrite = (parseInt(flags, 8) & 0o3) === 0o2;
    return isReadAndWrite && readlinkSync('/proc/self/fd/1') === '/dev/null';
  } catch {
    return false;
  }
}

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  get stdin() {
    return process.stdin; // most runs do not open it
  },
  stdout: process.stdout,
  stderr: process.stderr,
  isOutputGone: isOutputGone(),
  boundHeap,
  boundPatterns,
  threads: Math.min(availableParallelism(), MOST_THREADS),
  signal: stop.signal,
  now: instantFromMillis(Date.now()),
});
// A retry that waits when the run is interrupted would hold the process for its whole delay.
if (stop.signal.aborted) process.exit();
