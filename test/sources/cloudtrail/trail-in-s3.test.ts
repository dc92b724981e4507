import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import type { Window } from '../../../src/model/time/window.js';
import { parseInstant } from '../../../src/model/time/instant.js';
import type { LogFile } from '../../../src/sources/cloudtrail/listing/log-file.js';
import { listLogFiles } from '../../../src/sources/cloudtrail/listing/log-files.js';
import { storages } from '../../../src/storage/storage-of.js';
import { keptReading } from '../../support/records.js';
import { type FakeS3, startS3 } from '../../support/s3/server.js';

const ACCOUNTS = ['111111111111', '222222222222', '333333333333'];
const REGIONS = Array.from({ length: 17 }, (_, n) => `eu-west-${n + 1}`);
const DAY_MS = 86_400_000;
const open: FakeS3[] = [];
afterEach(() => open.splice(0).forEach((s3) => s3.close()));

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

const dayNumber = (text: string): number => Date.parse(`${text}T00:00:00Z`) / DAY_MS;

/** The key of a log file that a trail delivered on a day. */
function logKey(account: string, region: string, day: string, prefix = 'AWSLogs'): string {
  const [year, month, date] = day.split('-');
  const name = `${account}_CloudTrail_${region}_${year}${month}${date}T0005Z_0123456789abcdef.json.gz`;
  return `${prefix}/${account}/CloudTrail/${region}/${year}/${month}/${date}/${name}`;
}

async function bucketOf(
  keys: readonly string[],
  isDenied: (prefix: string) => boolean = () => false,
): Promise<FakeS3> {
  const s3 = await startS3({
    fault: ({ query }) =>
      isDenied(query['prefix'] ?? '') ? { status: 403, code: 'AccessDenied' } : undefined,
  });
  open.push(s3);
  const content = gzipSync('{"Records":[]}');
  for (const key of keys) s3.put('logs', key, content);
  return s3;
}

interface Asked {
  readonly places?: readonly string[];
  readonly window?: Window;
  readonly exclude?: readonly string[];
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
}

const WEEK = windowOf('2026-01-10', '2026-01-17');

function windowOf(since: string | undefined, until: string | undefined): Window {
  const at = (text: string | undefined) =>
    text === undefined ? undefined : parseInstant(`${text}T00:00:00Z`);
  return { since: at(since), until: at(until) };
}

/** The keys that are listed, in their order, and how that was asked for. */
async function listIn(s3: FakeS3, { places = ['s3://logs'], window = WEEK, ...more }: Asked = {}) {
  const kept = keptReading();
  const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'us-east-1' };
  const storageOf = storages(Readable.from([]), kept.context, { endpointUrl: s3.url, env });
  const listed = await listLogFiles({ places, window, ...more }, storageOf, kept.context);
  const files: LogFile[] = [];
  for await (const file of listed.files()) files.push(file);
  return {
    ...kept,
    keys: files.map(({ id }) => id.replace('s3://logs/', '')),
    shares: files.map(({ share }) => share),
    prefixes: s3.seen.map(({ query }) => query['prefix'] ?? ''),
    missing: listed.missing(),
    unseen: listed.unseen(),
    inOrderOfDays: listed.inOrderOfDays(),
  };
}

describe('a trail of 3 accounts, 17 regions and 400 days', () => {
  const days = Array.from({ length: 400 }, (_, n) => dayText(dayNumber('2026-02-01') - n));
  const keys = ACCOUNTS.flatMap((account) =>
    REGIONS.flatMap((region) =>
      days.map((day) => logKey(account, region, day, 'org/AWSLogs/o-abc1234567')),
    ),
  );

  test('is asked for the days of the window alone, with one on either side', async () => {
    const s3 = await bucketOf([
      ...keys,
      'org/AWSLogs/o-abc1234567/111111111111/CloudTrail-Digest/eu-west-1/2026/01/12/x.json.gz',
      'org/AWSLogs/o-abc1234567/111111111111/Config/eu-west-1/2026/1/12/x.json.gz',
    ]);
    const {
      keys: found,
      prefixes,
      notes,
      inOrderOfDays,
      shares,
      missing,
      rejects,
    } = await listIn(s3);
    const near = days.filter((day) => day >= '2026-01-09' && day <= '2026-01-18');
    const wanted = keys.filter((key) => near.some((day) => key.includes(day.replaceAll('-', '/'))));
    expect(found.toSorted()).toEqual(wanted.toSorted());
    const daysFound = found.map((key) => /\d{4}\/\d\d\/\d\d/.exec(key)![0]);
    expect(daysFound).toEqual(daysFound.toSorted());
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const daysAsked = prefixes.flatMap((prefix) => /\d{4}\/\d\d\/\d\d/.exec(prefix)?.[0] ?? []);
    expect(new Set(daysAsked)).toEqual(new Set(near.map((day) => day.replaceAll('-', '/'))));
    // Levels: the bucket, and folders down to each account, and each region with its year and month.
    expect(prefixes.length - daysAsked.length).toBeLessThan(3 * 17 * 3 + 15);
    expect(daysAsked.length).toBe(3 * 17 * 10);
    expect(notes).toEqual([
      'files passed over, which are not logs of CloudTrail: CloudTrail-Digest 1, Config 1',
    ]);
    expect([inOrderOfDays, missing, rejects]).toEqual([true, [], []]);
  });

  test('is asked for the chosen accounts and regions alone', async () => {
    const s3 = await bucketOf(keys);
    const chosen = { accounts: [ACCOUNTS[1]!], regions: [REGIONS[2]!, REGIONS[5]!] };
    const { keys: found, prefixes } = await listIn(s3, chosen);
    expect(found.length).toBe(2 * 10);
    expect(prefixes.some((prefix) => prefix.includes(ACCOUNTS[0]!))).toBe(false);
    expect(prefixes.filter((prefix) => prefix.includes('CloudTrail/eu')).length).toBe(2 * (10 + 3));
  });
});

describe('a trail in S3', () => {
  const [A, B] = ACCOUNTS as [string, string];

  test.each([
    's3://logs',
    's3://logs/',
    's3://logs/AWSLogs',
    `s3://logs/AWSLogs/${A}`,
    `s3://logs/AWSLogs/${A}/CloudTrail/`,
    `s3://logs/AWSLogs/${A}/CloudTrail/eu-west-1`,
    `s3://logs/AWSLogs/${A}/CloudTrail/eu-west-1/2026/01`,
  ])('is found from %s', async (place) => {
    const inside = logKey(A, 'eu-west-1', '2026-01-12');
    const s3 = await bucketOf([inside, logKey(A, 'eu-west-1', '2026-01-30')]);
    const { keys, rejects } = await listIn(s3, { places: [place] });
    expect([keys, rejects]).toEqual([[inside], []]);
  });

  test('may be one object, whatever its name', async () => {
    const s3 = await bucketOf(['some/file', 'some/file2', logKey(A, 'eu-west-1', '2025-01-01')]);
    const one = `s3://logs/${logKey(A, 'eu-west-1', '2025-01-01')}`;
    const { keys } = await listIn(s3, { places: ['s3://logs/some/file', one] });
    expect(keys.toSorted()).toEqual([one.slice('s3://logs/'.length), 'some/file'].toSorted());
  });

  test('that lies in several places of a bucket is found in each, with what lies beside', async () => {
    const inside = [
      logKey(A, 'eu-west-1', '2026-01-12', 'prod/AWSLogs'),
      logKey(B, 'eu-west-1', '2026-01-13', 'dev/eu/AWSLogs'),
      'copied/2026/01/12/x.json.gz',
      'x.json',
    ];
    const s3 = await bucketOf([...inside, logKey(A, 'eu-west-1', '2026-02-12', 'prod/AWSLogs')]);
    const { keys, inOrderOfDays } = await listIn(s3);
    expect([keys.toSorted(), inOrderOfDays]).toEqual([inside.toSorted(), false]);
  });

  test('laid out otherwise is listed whole, and filtered by the innermost date', async () => {
    const inside = 'lake/region=eu-west-1/year=2026/month=01/day=12/x.json.gz';
    const s3 = await bucketOf([inside, inside.replace('day=12', 'day=31'), 'lake/2020/x.json']);
    expect((await listIn(s3)).keys.toSorted()).toEqual([inside, 'lake/2020/x.json'].toSorted());
  });

  test('has what lies beside the folders of days', async () => {
    const beside = `AWSLogs/${A}/CloudTrail/eu-west-1/copied/x.json.gz`;
    const s3 = await bucketOf([beside, logKey(A, 'eu-west-1', '2026-01-12')]);
    expect((await listIn(s3)).keys).toContain(beside);
  });

  test('is listed for as long as it has been where the window has no end', async () => {
    const keys = ['2019-01-01', '2024-12-01', '2026-01-12'].map((day) =>
      logKey(A, 'eu-west-1', day),
    );
    for (const [since, found] of [
      [undefined, 3],
      ['2024-11-01', 2],
    ] as const) {
      const s3 = await bucketOf(keys);
      const { keys: listed, prefixes } = await listIn(s3, {
        window: windowOf(since, '2026-02-01'),
      });
      expect([listed.length, prefixes.length < 20]).toEqual([found, true]);
    }
  });

  test('has what lies beside the folders of years, months and days', async () => {
    const beside = [
      'x.json',
      '2026/x.json',
      '2026/01/x.json',
      '2026/1/12/x.json',
      '2026/01/all/x.json',
    ];
    const keys = beside.map((path) => `AWSLogs/${A}/CloudTrail/eu-west-1/${path}`);
    const s3 = await bucketOf([...keys, logKey(A, 'eu-west-1', '2026-01-12')]);
    const { keys: found, inOrderOfDays } = await listIn(s3);
    expect(found.toSorted()).toEqual([...keys, logKey(A, 'eu-west-1', '2026-01-12')].toSorted());
    expect(inOrderOfDays).toBe(false);
  });

  test('has an object of the name of the place beside a folder of that name', async () => {
    const s3 = await bucketOf(['ev', 'ev/a/b.json']);
    const { keys } = await listIn(s3, { places: ['s3://logs/ev'] });
    expect(keys.toSorted()).toEqual(['ev', 'ev/a/b.json']);
  });

  test('lets go of no id once a file does not say the day of its folder', async () => {
    const odd = `AWSLogs/${A}/CloudTrail/eu-west-1/2026/01/10/backup/x.json.gz`;
    const s3 = await bucketOf([odd, logKey(A, 'eu-west-1', '2026-01-16')]);
    const { keys, inOrderOfDays } = await listIn(s3);
    expect([keys.length, inOrderOfDays]).toEqual([2, false]);
  });

  test.each([
    ['12', 1],
    ['2026', 0],
    ['01', 0],
    ['**/2026/01/12', 1],
    [`AWSLogs/${A}/CloudTrail/eu-west-1/2026/01`, 0],
    ['f3', 2],
  ])('leaves out folders that match %s', async (pattern, found) => {
    const s3 = await bucketOf(
      ['2026-01-12', '2026-01-13'].map((day) => logKey(A, 'eu-west-1', day)),
    );
    expect((await listIn(s3, { exclude: [pattern] })).keys.length).toBe(found);
    const wide = Array.from({ length: 25 }, (_, n) => `f${n}/x.json`);
    const { keys } = await listIn(await bucketOf(wide), { exclude: ['f3'] });
    expect(keys.length).toBe(24);
  });

  test('has no hidden folder', async () => {
    const inside = logKey(A, 'eu-west-1', '2026-01-12');
    const hidden = ['.git/x.json', `.hid/${inside}`, 'AWSLogs/.tmp/x.json'];
    expect((await listIn(await bucketOf([...hidden, inside]))).keys).toEqual([inside]);
  });

  test('of which one account is denied is read but for that, which is named', async () => {
    const keys = [A, B].map((account) => logKey(account, 'eu-west-1', '2026-01-12'));
    const s3 = await bucketOf(keys, (prefix) => prefix.includes(B));
    const { keys: found, rejects } = await listIn(s3);
    expect([found, rejects.map(({ place }) => place)]).toEqual([
      [keys[0]],
      [`s3://logs/AWSLogs/${B}/`],
    ]);
  });

  test('leaves out what is excluded, and does not ask for it', async () => {
    const s3 = await bucketOf([A, B].map((account) => logKey(account, 'eu-west-1', '2026-01-12')));
    const { keys, prefixes } = await listIn(s3, { exclude: [A] });
    expect(keys).toEqual([logKey(B, 'eu-west-1', '2026-01-12')]);
    expect(prefixes.some((prefix) => prefix.includes(`${A}/`))).toBe(false);
  });

  test('says which days, accounts and regions lack files that others have', async () => {
    const s3 = await bucketOf([
      ...['2026-01-10', '2026-01-11'].map((day) => logKey(A, 'eu-west-1', day)),
      logKey(B, 'eu-west-1', '2026-01-11'),
      logKey(A, 'ap-south-1', '2025-06-01'),
    ]);
    expect((await listIn(s3)).missing).toEqual([
      'no log file of 2026-01-12 to 2026-01-16',
      `account ${B}: no log file of 2026-01-10`,
      'region ap-south-1: no log file of the whole days of the window',
    ]);
  });

  test('without a chosen account or region says so, and a place without a file is incomplete', async () => {
    const s3 = await bucketOf([logKey(A, 'eu-west-1', '2026-01-12')]);
    const { unseen } = await listIn(s3, { accounts: [A, B], regions: ['eu-west-1', 'eu-west-2'] });
    expect(unseen).toEqual([
      { kind: 'account', name: B },
      { kind: 'region', name: 'eu-west-2' },
    ]);
    const none = await listIn(s3, {
      places: ['s3://logs', 's3://logs/none'],
      window: windowOf('2026-03-01', '2026-03-02'),
    });
    expect(none.rejects.map(({ place }) => place).toSorted()).toEqual([
      's3://logs',
      's3://logs/none',
    ]);
  });
});

test('a day that cannot be listed is named, and the others are read', async () => {
  const [account] = ACCOUNTS;
  const keys = ['2026-01-11', '2026-01-12', '2026-01-13'].map((day) =>
    logKey(account!, 'eu-west-1', day),
  );
  const s3 = await bucketOf(keys, (prefix) => prefix.endsWith('2026/01/12/'));
  const { keys: found, rejects } = await listIn(s3);
  expect(found).toEqual([keys[0], keys[2]]);
  expect(rejects).toMatchObject([
    {
      place: `s3://logs/AWSLogs/${account}/CloudTrail/eu-west-1/2026/01/12/`,
      reason: expect.stringMatching(/AccessDenied/) as string,
    },
  ]);
});
