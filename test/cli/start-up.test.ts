import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  readonly files: number;
  /** Modules of ours in those files, and the packages that others are from; the build names each in a comment. */
  readonly own: number;
  readonly packages: readonly string[];
}

/** What a run of the built program loads. */
async function loadedBy(
  args: readonly string[],
  env: Readonly<Record<string, string>> = NO_AWS,
): Promise<Loaded> {
  const child = spawn(process.execPath, ['--import', WATCH, PROGRAM, ...args], {
    env: cleanEnv(env),
  });
  const { stderr } = await ended(child);
  const files = [...stderr.matchAll(/^loaded (.*)$/gm)].map(([, url]) => new URL(url!));
  const code = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  const named = code.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm);
  expect(files.filter(({ pathname }) => pathname.includes('node_modules'))).toEqual([]);
  return {
    files: files.length,
    own: [...code.matchAll(/^\/\/ src\/[\w/-]+\.ts$/gm)].length,
    packages: [...new Set([...named].map(([, name]) => name!))].toSorted(),
  };
}

const PARSING = ['leven', 'yargs-parser'];

/** With room for a module or two: what grows without a reason is noticed. */
describe('a run loads what it needs', () => {
  test.each([
    [['--version'], 54, 3, PARSING],
    [['--help'], 56, 4, PARSING],
    [['export', '--help'], 56, 4, PARSING],
    [['export', '--nope'], 58, 6, PARSING],
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

  test('of a table, and of AWS no more than two clients', async () => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end('{"__type":"ValidationException","message":"no"}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const loaded = await loadedBy(['export', '--table', 'sessions'], {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    });
    server.close();
    const clients = loaded.packages.filter((name) => name.startsWith('@aws-sdk/client-'));
    expect(clients).toEqual(['@aws-sdk/client-dynamodb', '@aws-sdk/client-sts']);
    const others = loaded.packages.filter((name) => !/^@(?:aws|aws-sdk|smithy)\//.test(name));
    const ofTable = [...PARSING, 'hpagent', 'mnemonist', 'obliterator'];
    expect(others).toEqual(ofTable.toSorted());
    expect(loaded.own).toBeGreaterThan(100);
    expect(loaded.own).toBeLessThanOrEqual(146);
    expect(loaded.files).toBeLessThanOrEqual(38);
  });
});
