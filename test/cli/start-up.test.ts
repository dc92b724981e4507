import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cleanEnv, scratch } from '../support/cli.js';
import { PROGRAM, ended } from '../support/program.js';
import { NO_AWS } from '../support/trail.js';

/** Tells of every module on standard error, when it is loaded. */
const HOOKS = `
import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  if (url.startsWith('file:')) writeSync(2, 'loaded ' + url + '\\n');
  return next(url, context);
}`;
const asUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
const WATCH = asUrl(`
import { register } from 'node:module';
register(${JSON.stringify(asUrl(HOOKS))});`);

interface Loaded {
  /** Files of ours. */
  readonly files: number;
  /** Modules of ours in those files; the build names each in a comment. */
  readonly own: number;
  readonly packages: readonly string[];
}

/** What a run of the built program loads. */
async function loadedBy(args: readonly string[]): Promise<Loaded> {
  const env = cleanEnv(NO_AWS);
  const child = spawn(process.execPath, ['--import', WATCH, PROGRAM, ...args], { env });
  const { stderr } = await ended(child);
  const paths = [...stderr.matchAll(/^loaded (.*)$/gm)].map(([, url]) => url!);
  const packageOf = (path: string): string | undefined =>
    /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  const files = paths.filter((path) => packageOf(path) === undefined);
  const code = files.map((file) => readFileSync(new URL(file), 'utf8')).join('\n');
  const packages = paths.flatMap((path) => packageOf(path) ?? []);
  return {
    files: files.length,
    own: [...code.matchAll(/^\/\/ src\/[\w/-]+\.ts$/gm)].length,
    packages: [...new Set(packages)].toSorted(),
  };
}

const PARSING = ['leven', 'yargs-parser'];

/** With room for a module or two: what grows without a reason is noticed. */
describe('a run loads what it needs', () => {
  test.each([
    [['--version'], 54, 2, PARSING],
    [['--help'], 56, 3, PARSING],
    [['export', '--help'], 56, 3, PARSING],
    [['export', '--nope'], 58, 5, PARSING],
  ])('%j', async (args, most, files, packages) => {
    const loaded = await loadedBy(args);
    expect(loaded.files).toBe(files);
    expect(loaded.packages).toEqual(packages);
    expect(loaded.own).toBeGreaterThan(30);
    expect(loaded.own).toBeLessThanOrEqual(most);
  });

  test('of events of a file, and no more', async () => {
    const file = join(scratch(), 'log.json');
    writeFileSync(file, '{"Records":[]}');
    const loaded = await loadedBy(['export', 'events', '--events', file, '--since', '1d']);
    expect(loaded.packages).toEqual([...PARSING, 'p-limit', 'yocto-queue'].toSorted());
    expect(loaded.own).toBeGreaterThan(100);
    expect(loaded.own).toBeLessThanOrEqual(156);
    expect(loaded.files).toBeLessThanOrEqual(22);
  });

  test('of sessions of a file, and no more', async () => {
    const file = join(scratch(), 'sessions.ndjson');
    writeFileSync(file, '');
    const loaded = await loadedBy(['export', '--sessions', file, '--format', 'ndjson']);
    expect(loaded.packages.filter((name) => /aws|smithy|csv|parquet|zod|yaml/.test(name))).toEqual(
      [],
    );
    expect(loaded.own).toBeGreaterThan(100);
    expect(loaded.own).toBeLessThanOrEqual(128);
    expect(loaded.files).toBeLessThanOrEqual(28);
  });
});
