import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { parseInstant } from '../../../../src/model/time/instant.js';
import type { Window } from '../../../../src/model/time/window.js';
import { listLogFiles } from '../../../../src/sources/cloudtrail/listing/log-files.js';
import { openCarrier } from '../../../../src/sources/open-carrier.js';
import { storages } from '../../../../src/storage/storage-of.js';
import { temporaryFolder } from '../../../support/contracts.js';
import { keptReading } from '../../../support/records.js';

const [A, B, C] = ['111111111111', '222222222222', '333333333333'];

/** What is said to be missing of a trail in the days from the 17th until the 21st, 00:00. */
async function missingIn(
  files: readonly string[],
  { window = windowOf('2026-01-17', '2026-01-21'), places = ['.'], exclude = [] as string[] } = {},
): Promise<readonly string[]> {
  const root = temporaryFolder();
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  const whole = places.map((place) => join(root, place));
  const listed = { places: whole, window, exclude };
  const { context } = keptReading();
  return (await listLogFiles(listed, storages(Readable.from([]), context), context)).missing();
}

function windowOf(since: string | undefined, until: string | undefined): Window {
  const at = (text: string | undefined) =>
    text === undefined ? undefined : parseInstant(text.includes('T') ? text : `${text}T00:00:00Z`);
  return { since: at(since), until: at(until) };
}

function log(account: string, day: number, region = 'us-east-1'): string {
  const name = `${account}_CloudTrail_${region}_202601${day}T0005Z_abcdefgh12345678.json`;
  return `AWSLogs/o-abc/${account}/CloudTrail/${region}/2026/01/${day}/${name}`;
}
const logs = (account: string, ...days: number[]): string[] => days.map((day) => log(account, day));

describe('what a trail lacks', () => {
  test('is nothing where each day of the window has a file', async () => {
    expect(await missingIn(logs(A, 17, 18, 19, 20))).toEqual([]);
    expect(await missingIn([...logs(A, 17, 18, 19), log(A, 20, 'eu-west-1')])).toEqual([]);
  });

  test('is each whole day without a file, in spans', async () => {
    expect(await missingIn(logs(A, 19))).toEqual([
      'no log file of 2026-01-17 to 2026-01-18, 2026-01-20',
    ]);
  });

  test('is each day that an account lacks and others have, of accounts without any file too', async () => {
    const folderOfC = `AWSLogs/o-abc/${C}/CloudTrail/us-east-1/2026/01/02/old.json`;
    const files = [...logs(A, 17, 18, 19, 20), ...logs(B, 17, 20), folderOfC];
    expect(await missingIn(files)).toEqual([
      `account ${B}: no log file of 2026-01-18 to 2026-01-19`,
      `account ${C}: no log file of 2026-01-17 to 2026-01-20`,
    ]);
  });

  test('is not a day that the window only touches', async () => {
    const window = windowOf('2026-01-17T12:00:00Z', '2026-01-20T12:00:00Z');
    expect(await missingIn(logs(A, 18, 19), { window })).toEqual([]);
    expect(await missingIn(logs(A, 19), { window })).toEqual(['no log file of 2026-01-18']);
  });

  test('is what lies between the files where the window is open', async () => {
    const window = windowOf(undefined, undefined);
    expect(await missingIn(logs(A, 11, 13), { window })).toEqual(['no log file of 2026-01-12']);
  });

  test('is told by names where all files lie in one folder', async () => {
    const flat = logs(A, 17, 18, 20).map((path) => `flat/${path.split('/').at(-1)!}`);
    expect(await missingIn(flat)).toEqual(['no log file of 2026-01-19']);
  });

  test('is not told where files are named one by one, or nothing is of the window', async () => {
    const one = log(A, 19);
    expect(await missingIn([one], { places: [one] })).toEqual([]);
    expect(await missingIn(logs(A, 11, 12))).toEqual([]);
  });

  test('is no day of a file that is named beside a folder', async () => {
    const [one, ...rest] = logs(A, 18, 17, 19, 20) as [string, ...string[]];
    const beside = one.replace('AWSLogs', 'elsewhere');
    expect(await missingIn([...rest, beside], { places: ['AWSLogs', beside] })).toEqual([]);
  });

  test('is also what is excluded; digests are no logs', async () => {
    const exclude = ['**/2026/01/18/**'];
    const digest = log(A, 19).replaceAll('CloudTrail', 'CloudTrail-Digest');
    const files = [...logs(A, 17, 18, 20), digest];
    expect(await missingIn(files, { exclude })).toEqual([
      'no log file of 2026-01-18 to 2026-01-19',
    ]);
  });

  test('is no day that is still to come', async () => {
    const root = temporaryFolder();
    for (const file of logs(A, 17)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), '');
    }
    const { since, until } = windowOf('2026-01-17', '2026-01-31');
    const from = {
      logs: [root],
      window: { since: since!, until: until! },
      now: parseInstant('2026-01-19T06:00:00Z')!,
      eventNames: ['AssumeRole'],
      eventRegions: undefined,
      region: undefined,
      endpointUrl: undefined,
    };
    const carrier = await openCarrier(from, Readable.from([]), keptReading().context);
    expect(carrier.coverage().missing).toEqual(['no log file of 2026-01-18']);
  });

  test('names ten spans at most', async () => {
    const everyOther = Array.from({ length: 11 }, (_, n) => 10 + 2 * n);
    const window = windowOf('2026-01-01', '2026-01-31');
    const [text] = await missingIn(logs(A, ...everyOther), { window });
    expect(text).toMatch(/^no log file of 2026-01-01 to 2026-01-09, 2026-01-11, .*-27 and 1 more$/);
  });
});
