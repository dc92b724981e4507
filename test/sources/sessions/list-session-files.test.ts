import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  type SessionListing,
  listSessionFiles,
} from '../../../src/sources/sessions/list-session-files.js';
import { storages } from '../../../src/storage/storage-of.js';
import { temporaryFolder } from '../../support/contracts.js';
import { writeExport } from '../../support/dynamodb-export.js';
import { toItem } from '../../support/dynamodb.js';
import { type KeptReading, keptReading } from '../../support/records.js';
import { sessionRow } from '../../support/sessions.js';

const LINES = [[{ Item: toItem(sessionRow(1)) }]];

async function list(
  places: readonly string[],
  exclude: readonly string[] = [],
): Promise<SessionListing & Pick<KeptReading, 'rejects' | 'notes'>> {
  const { context, rejects, notes } = keptReading();
  const listing = await listSessionFiles(
    places,
    exclude,
    storages(Readable.from([]), context),
    context,
  );
  return { ...listing, rejects, notes };
}

/** An incremental export of January 20th, from one time to another. */
function incremental(from: string, to: string, table: string): string {
  const folder = writeExport(temporaryFolder(), LINES, { incremental: true });
  const path = join(folder, 'manifest-summary.json');
  const summary = JSON.parse(readFileSync(path, 'utf8')) as object;
  const at = (time: string): string => `2026-01-20T${time}Z`;
  const more = {
    exportType: 'INCREMENTAL_EXPORT',
    exportFromTime: at(from),
    exportToTime: at(to),
    tableArn: `arn:aws:dynamodb:eu-west-1:111122223333:table/${table}`,
  };
  writeFileSync(path, JSON.stringify({ ...summary, ...more }));
  return join(folder, '..');
}

describe('the windows of incremental exports', () => {
  test('are those of the manifests', async () => {
    const places = [
      incremental('08:00:00', '08:15:00', 'A'),
      incremental('08:15:00', '08:30:00', 'A'),
    ];
    const { exportWindows, notes } = await list(places);
    expect(exportWindows.map(({ from, to }) => to.seconds - from.seconds)).toEqual([900, 900]);
    expect(notes).toEqual([]);
  });

  test('cover nothing where they are of several tables, which is said', async () => {
    const places = [
      incremental('08:00:00', '08:15:00', 'A'),
      incremental('08:15:00', '08:30:00', 'B'),
    ];
    const { exportWindows, files, notes } = await list(places);
    expect([exportWindows, files.length]).toEqual([[], 2]);
    expect(notes.join()).toMatch(/several tables.*table\/A, .*table\/B/);
  });

  test.each(['*.gz', 'data/*', '**/data/**'])(
    'are not those of exports of which a part is excluded: %s',
    async (pattern) => {
      const place = incremental('08:00:00', '08:15:00', 'A');
      for (const one of [place, `${place}/`]) {
        expect(await list([one], [pattern])).toMatchObject({ exportWindows: [], files: [] });
      }
    },
  );
});

describe('an export that is not whole is rejected', () => {
  test.each([
    ['no manifest', ['manifest-summary.json']],
    ['no sign of its beginning either', ['manifest-summary.json', '_started']],
  ])('because it has %s', async (_, names) => {
    const folder = writeExport(temporaryFolder(), LINES);
    for (const name of names) rmSync(join(folder, name));
    const { rejects } = await list([folder]);
    expect(rejects).toMatchObject([
      { kind: 'file', reason: expect.stringContaining('has no manifest-summary.json') as string },
    ]);
  });

  test('because only its list of files was given', async () => {
    const folder = writeExport(temporaryFolder(), LINES);
    const { rejects } = await list([join(folder, 'manifest-files.json')]);
    expect(rejects).toMatchObject([
      { kind: 'file', reason: expect.stringContaining('has no manifest-summary.json') as string },
    ]);
  });

  test.each(['null', '[]', '5', '{"a":'])('because its manifest is %s', async (content) => {
    const folder = writeExport(temporaryFolder(), LINES);
    writeFileSync(join(folder, 'manifest-summary.json'), content);
    const { rejects } = await list([folder]);
    expect(rejects).toMatchObject([
      { kind: 'file', reason: expect.stringContaining('it is not a manifest') as string },
    ]);
  });
});

test('a manifest may begin with a byte order mark', async () => {
  const folder = writeExport(temporaryFolder(), LINES);
  const path = join(folder, 'manifest-summary.json');
  writeFileSync(path, `\uFEFF${readFileSync(path, 'utf8')}`);
  const { files, rejects } = await list([folder]);
  expect([files.length, rejects]).toEqual([1, []]);
});
