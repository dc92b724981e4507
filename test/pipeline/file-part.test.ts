import { join } from 'node:path';
import { Readable } from 'node:stream';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type FilePart, deliver } from '../../src/pipeline/file-part.js';
import { readLogFile } from '../../src/sources/cloudtrail/read-log-file.js';
import { readSessionFile } from '../../src/sources/sessions/session-files.js';
import { folders } from '../../src/storage/folder.js';
import type { StoredFile } from '../../src/storage/storage.js';
import { assumeRoleRecord } from '../support/cloudtrail.js';
import { rowsOf, temporaryFolder } from '../support/contracts.js';
import { keptReading } from '../support/records.js';
import { sessionRow } from '../support/sessions.js';

const { signal } = new AbortController();

async function fileOf(content: string): Promise<StoredFile> {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, content);
  for await (const file of folders.list(path, () => true)) return file;
  throw new Error('there is no file');
}

async function partsOf<T>(parts: AsyncIterable<FilePart<T>>): Promise<FilePart<T>[]> {
  const all: FilePart<T>[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

const LOG = [assumeRoleRecord(), { ...assumeRoleRecord(), eventTime: 'soon' }, assumeRoleRecord()];
const ROWS = [sessionRow(1), { ...sessionRow(2), updated_at: 'soon' }, { ...sessionRow(3), x: 1 }];
const lines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

test.each([
  ['log file', (file: StoredFile) => readLogFile(file, signal), lines(LOG)],
  ['session file', (file: StoredFile) => readSessionFile(file, [], signal), lines(ROWS)],
] as const)(
  'a %s gives plain data, which another thread could have made',
  async (_, read, text) => {
    const parts = await partsOf<unknown>(read(await fileOf(text)));
    expect(structuredClone(parts)).toEqual(parts);
    expect(JSON.parse(JSON.stringify(parts))).toEqual(JSON.parse(JSON.stringify(parts)));
    expect(parts.flatMap(({ rows }) => rows).length).toBe(2);
    expect(parts.flatMap(({ rejects }) => rejects).length).toBe(1);
  },
);

test('what parts hold besides their rows is told as it comes, and counted', async () => {
  const kept = keptReading();
  const parts = [
    { rows: [1, 2], rejects: [], notes: ['once'], counters: { files: 1, rows: 2 } },
    {
      rows: [],
      rejects: [{ kind: 'row', place: 'x', reason: 'y' }],
      notes: [],
      counters: { rows: 1 },
    },
    { rows: [3], rejects: [], notes: [], counters: { rows: 1, bareDeletions: 2 } },
  ] as const;
  const rows = await rowsOf(
    deliver<number>(Readable.from(parts) as AsyncIterable<FilePart<number>>, kept.context),
  );
  expect(rows).toEqual([1, 2, 3]);
  expect(kept.notes).toEqual(['once']);
  expect(kept.rejects.map(({ place }) => place)).toEqual(['x']);
  expect(kept.meter).toMatchObject({ files: 1, rows: 4, bareDeletions: 2, rejected: 1 });
});
