import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { main } from '../../src/cli.js';
import { type Instant, instantFromMillis } from '../../src/model/time/instant.js';

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  /** The time, for a run in this process; the clock's unless given. */
  readonly now?: Instant;
}

/** Answers who asks, for every run that is not told to ask another. */
const STS = process.env['TEST_STS'] ?? '';

/** An environment with nothing of this machine but the path: no config, and made-up credentials. */
export function cleanEnv(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '', // one that is not there
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_STS: STS,
    ...more,
  };
}

/** Settles when the run before has ended: environment and current folder are one for the whole process. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Runs the program to its end, in this process: with streams, environment, folder and signal of its own.
 * Runs that are started together run one after another.
 */
export function cli(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const run = turn.then(() => runHere(args, options));
  turn = run.catch(() => {});
  return run;
}

async function runHere(args: readonly string[], options: RunOptions): Promise<Ended> {
  const { env, cwd, stdin = '', now = instantFromMillis(Date.now()) } = options;
  const [stdout, stderr] = [new KeptOutput(), new KeptOutput()];
  const variables = cleanEnv(env);
  const restore = enter(variables, cwd);
  try {
    const code = await main(args, {
      env: variables,
      stdin: Readable.from(stdin.length === 0 ? [] : [Buffer.from(stdin)]),
      stdout,
      stderr,
      signal: new AbortController().signal,
      now,
    });
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    restore();
  }
}

/** Sets what the SDK and Node themselves read of the process; the answer puts it back. */
function enter(env: Readonly<Record<string, string>>, cwd = process.cwd()): () => void {
  const before = { env: { ...process.env }, cwd: process.cwd() };
  setEnvironment({ ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' });
  process.chdir(cwd);
  return () => {
    setEnvironment(before.env);
    process.chdir(before.cwd);
  };
}

/** In place, since Node reads TMPDIR from the environment itself and not from `process.env`. */
function setEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}

class KeptOutput extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
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
