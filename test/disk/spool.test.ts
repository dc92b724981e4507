import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SinkError } from '../../src/errors.js';
import { type Spool, openSpool } from '../../src/disk/spool.js';
import { rowsOf } from '../support/contracts.js';
import { ownTemporaryFolder } from '../support/records.js';

const texts = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085', '"', '\\', '\u0000', '👍'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 6,
});

test('rows come back as they went in, in their order, as often as they are asked for', async () => {
  const rows = fc.array(fc.array(fc.record({ text: texts, n: fc.nat() })), { maxLength: 5 });
  const property = fc.asyncProperty(rows, async (batches) => {
    const spool = openSpool<{ text: string; n: number }>();
    try {
      for (const batch of batches) await spool.add(batch);
      expect(spool.size).toBe(batches.flat().length);
      expect(await rowsOf(spool.rows())).toEqual(batches.flat());
      expect(await rowsOf(spool.rows())).toEqual(batches.flat());
    } finally {
      await spool.dispose();
    }
  });
  await fc.assert(property, { numRuns: 40 });
});

test('many rows come in batches, none empty', async () => {
  const spool = await filled(2500);
  const sizes: number[] = [];
  for await (const batch of spool.rows()) sizes.push(batch.length);
  await spool.dispose();
  expect(sizes).not.toContain(0);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(2500);
});

test('its file is made with the first row, for its owner alone, and gone when it is disposed of', async () => {
  const folder = ownTemporaryFolder();
  const spool = openSpool<number>();
  await spool.add([]);
  expect(readdirSync(folder)).toEqual([]);
  await spool.add([1]);
  const [made = ''] = readdirSync(folder);
  expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, made, 'rows')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, made, 'rows'), 'utf8')).toBe('1\n');
  await spool.dispose();
  expect(readdirSync(folder)).toEqual([]);
  await spool.dispose(); // once more does no harm
});

test('without rows there is nothing to read and nothing to remove', async () => {
  const spool = openSpool<number>();
  expect(await rowsOf(spool.rows())).toEqual([]);
  await spool.dispose();
});

test('a temporary folder that is not there is an error that says so, and what to set', async () => {
  process.env['TMPDIR'] = join(ownTemporaryFolder(), 'gone');
  const spool = openSpool<number>();
  const failure: unknown = await spool.add([1]).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SinkError);
  expect(failure).toMatchObject({
    message: expect.stringMatching(/^temporary file: ENOENT: .*gone/) as string,
    hint: expect.stringContaining('TMPDIR') as string,
  });
  expect(spool.size).toBe(0);
  await spool.dispose();
});

test('reading that stops early closes the file', async ({ skip }) => {
  skip(!existsSync('/proc/self/fd'), 'open files cannot be listed here');
  const folder = ownTemporaryFolder();
  const spool = await filled(100_000);
  for await (const _ of spool.rows()) break;
  await spool.dispose();
  while (openFiles().some((path) => path.startsWith(folder))) await sleep(5); // closed in its own time
});

async function filled(count: number): Promise<Spool<number>> {
  const spool = openSpool<number>();
  await spool.add(Array.from({ length: count }, (_, n) => n));
  return spool;
}

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return readlinkSync(`/proc/self/fd/${number}`);
    } catch {
      return []; // the one that listed them
    }
  });
}
