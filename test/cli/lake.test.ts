import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { parseInstant } from '../../src/model/time/instant.js';
import { cli, objects, scratch } from '../support/cli.js';
import { ended, startProgram } from '../support/program.js';
import { startS3 } from '../support/s3/server.js';
import { type Row, idOf, sessionRow } from '../support/sessions.js';
import { slowly } from '../support/slowly.js';
import { NO_AWS, roleRecord, writeTrail } from '../support/trail.js';

const open: { readonly close: () => void }[] = [];
afterEach(() => open.splice(0).forEach(({ close }) => close()));

const NOW = parseInstant('2026-01-24T06:00:00Z')!;
const call = (n: number, at: string, more: Parameters<typeof roleRecord>[1] = {}) =>
  roleRecord(n, { at, ...more });

function write(name: string, rows: readonly Row[]): string {
  const path = join(scratch(), name);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

/** Exports a list into a lake. */
function exportTo(out: string, args: readonly string[], env: Record<string, string> = {}) {
  return cli(
    ['export', ...args, '--partition-by', 'day', '--format', 'ndjson', '--out', `${out}/`],
    {
      env: { ...NO_AWS, ...env },
      now: NOW,
    },
  );
}

/** All files of a folder, by path. */
function filesOf(folder: string): Map<string, Buffer> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return new Map(files.map((path) => [path, readFileSync(join(folder, path))]));
}

const part = (day: string): string => `day=${day}/part-0.ndjson.gz`;
const rowsOf = (file: Buffer | undefined): Row[] => objects(gunzipSync(file!).toString());

interface Manifest {
  readonly list: string;
  readonly window: { readonly since: string; readonly until: string };
  readonly files: readonly { path: string; rows: number; bytes: number; sha256: string }[];
}

function manifestOf(files: ReadonlyMap<string, Buffer>): Manifest {
  return JSON.parse(files.get('_manifest.json')!.toString()) as Manifest;
}

/** The manifest says of each file what it is. */
function expectManifest(files: ReadonlyMap<string, Buffer>): void {
  const listed = manifestOf(files).files;
  expect(listed.map(({ path }) => path)).toEqual(
    [...files.keys()].filter((path) => path !== '_manifest.json').toSorted(),
  );
  for (const { path, rows, bytes, sha256 } of listed) {
    const file = files.get(path)!;
    const hash = createHash('sha256').update(file).digest('hex');
    expect([rowsOf(file).length, file.length, hash]).toEqual([rows, bytes, sha256]);
  }
}

const TRAIL = [
  call(3, '2026-01-21T23:59:59Z'),
  call(2, '2026-01-20T12:00:00Z'),
  call(1, '2026-01-20T08:00:00Z'),
  call(4, '2026-01-23T00:00:00Z'),
  call(5, '2026-01-24T01:00:00Z'), // today
];
const eventsFrom = (
  records: readonly ReturnType<typeof call>[],
  since = '2026-01-20',
): string[] => ['events', '--since', since, '--events', writeTrail(records)];

describe('a lake of events', () => {
  it('has a file for each day with rows, sorted by time, and none of today', async () => {
    const out = join(scratch(), 'lake');
    const { code } = await exportTo(out, eventsFrom(TRAIL));
    expect(code).toBe(0);
    const files = filesOf(out);
    expect([...files.keys()]).toEqual([
      '_manifest.json',
      ...['2026-01-20', '2026-01-21', '2026-01-23'].map(part),
    ]);
    const times = rowsOf(files.get(part('2026-01-20'))).map(({ event_time }) => event_time);
    expect(times).toEqual(['2026-01-20T08:00:00Z', '2026-01-20T12:00:00Z']);
    expect(manifestOf(files)).toMatchObject({
      list: 'events',
      window: { since: '2026-01-20T00:00:00Z', until: '2026-01-24T00:00:00Z' },
    });
    expectManifest(files);
    expect(statSync(join(out, part('2026-01-20'))).mode & 0o777).toBe(0o600);
  });

  it('is the same, byte for byte, when the same run is done again', async () => {
    const out = join(scratch(), 'lake');
    await exportTo(out, eventsFrom(TRAIL));
    const before = filesOf(out);
    await exportTo(out, eventsFrom(TRAIL.toReversed()));
    expect(filesOf(out)).toEqual(before);
  });

  it('takes late rows in, empties what became empty, and touches no other day', async () => {
    const out = join(scratch(), 'lake');
    await exportTo(out, eventsFrom(TRAIL));
    const before = filesOf(out);
    const later = [call(6, '2026-01-22T10:00:00Z'), call(4, '2026-01-23T00:00:00Z')];
    expect((await exportTo(out, eventsFrom(later, '2026-01-21'))).code).toBe(0);
    const files = filesOf(out);
    expect(files.get(part('2026-01-20'))).toEqual(before.get(part('2026-01-20')));
    const counts = ['21', '22', '23'].map(
      (day) => rowsOf(files.get(part(`2026-01-${day}`))).length,
    );
    expect(counts).toEqual([0, 1, 1]);
    expectManifest(files);
  });

  it('is not changed by an incomplete run', async () => {
    const out = join(scratch(), 'lake');
    await exportTo(out, eventsFrom(TRAIL));
    const before = filesOf(out);
    const broken = write('log.json', []);
    writeFileSync(broken, 'not a log');
    const { code, stderr } = await exportTo(out, [...eventsFrom([]), broken]);
    expect([code, stderr]).toEqual([3, expect.stringContaining('was not changed')]);
    expect(filesOf(out)).toEqual(before);
  });

  it('refuses a place that holds another lake, or files that are not of it', async () => {
    const out = join(scratch(), 'lake');
    await exportTo(out, eventsFrom(TRAIL));
    const sessions = write('s.ndjson', [sessionRow(1)]);
    const other = await exportTo(out, ['sessions', '--sessions', sessions]);
    expect([other.code, other.stderr]).toEqual([3, expect.stringContaining('other rows: events')]);
    const stray = join(scratch(), 'lake');
    mkdirSync(join(stray, 'day=2026-01-20'), { recursive: true });
    writeFileSync(join(stray, 'day=2026-01-20', 'part-0.csv.gz'), '');
    const { code, stderr } = await exportTo(stray, eventsFrom(TRAIL));
    expect([code, stderr]).toEqual([3, expect.stringContaining('is not a file of this lake')]);
  });

  it('may be cut by account and region, and by the profile of a verdict', async () => {
    const out = join(scratch(), 'lake');
    const records = [
      call(1, '2026-01-20T08:00:00Z'),
      call(2, '2026-01-20T09:00:00Z', { more: { awsRegion: 'eu-west-1' } }),
      call(3, '2026-01-20T10:00:00Z', { role: 'a=b c', more: { recipientAccountId: undefined } }),
    ];
    const args = ['--since', '2026-01-20', '--events', writeTrail(records)];
    const lake = ['--format', 'ndjson', '--out', out];
    const run = (list: string, by: string, more: readonly string[] = []) =>
      cli(['export', list, ...args, ...more, ...lake, '--partition-by', by], {
        env: NO_AWS,
        now: NOW,
      });
    expect((await run('events', 'region,day,account_id')).code).toBe(0);
    const folders = [...filesOf(out).keys()].slice(1);
    expect(folders.length).toBe(3);
    expect(folders).toContain(
      'day=2026-01-20/account_id=__HIVE_DEFAULT_PARTITION__/region=us-east-1/part-0.ndjson.gz',
    );
    const verdicts = join(scratch(), 'verdicts');
    lake[3] = verdicts;
    const empty = write('s.ndjson', [sessionRow(1)]);
    expect((await run('verdicts', 'day,profile', ['--sessions', empty])).code).toBe(0);
    expect([...filesOf(verdicts).keys()].slice(1)).toEqual([
      'day=2026-01-20/profile=Prod/part-0.ndjson.gz',
      'day=2026-01-20/profile=a%3Db%20c/part-0.ndjson.gz',
    ]);
  });

  it('of 400 partitions holds few rows at a time', async () => {
    const out = join(scratch(), 'lake');
    const day = (n: number): string =>
      new Date(Date.UTC(2024, 11, 1) + n * 86_400_000).toISOString();
    const records = Array.from({ length: 800 }, (_, n) =>
      call(n, `${day(n % 400).slice(0, 10)}T12:00:00Z`),
    );
    const log = join(scratch(), 'log.json');
    writeFileSync(log, JSON.stringify({ Records: records }));
    const { code } = await exportTo(out, ['events', '--since', '2024-12-01', '--events', log]);
    expect([code, filesOf(out).size]).toEqual([0, 401]);
    expectManifest(filesOf(out));
  });
});

describe('a lake of sessions', () => {
  const at = (n: number, day: string, more: Row = {}): Row =>
    sessionRow(n, {
      created_at: `2026-01-${day}T10:00:00.123456789Z`,
      updated_at: `2026-01-${day}T10:05:00Z`,
      ...more,
    });

  it('keeps what the table has forgotten, and takes the newest row of each session', async () => {
    const out = join(scratch(), 'lake');
    const first = write('s.ndjson', [at(1, '20'), at(2, '20'), at(3, '21')]);
    expect((await exportTo(out, ['sessions', '--sessions', first])).code).toBe(0);
    const before = filesOf(out);
    const second = write('s.ndjson', [
      at(2, '20', { updated_at: '2026-01-20T10:07:00Z', status: 'revoked' }),
      at(4, '20'),
    ]);
    expect((await exportTo(out, ['sessions', '--sessions', second])).code).toBe(0);
    const files = filesOf(out);
    const rows = rowsOf(files.get(part('2026-01-20')));
    expect(rows.map(({ id }) => id).toSorted()).toEqual([1, 2, 4].map(idOf).toSorted());
    expect(rows.find(({ id }) => id === idOf(2))).toMatchObject({ status: 'revoked' });
    expect(files.get(part('2026-01-21'))).toEqual(before.get(part('2026-01-21')));
    expectManifest(files);
    await exportTo(out, ['sessions', '--sessions', first]); // an older state takes nothing back
    expect(filesOf(out)).toEqual(files);
  });

  it('takes the rows of two runs at once, one after the other', async () => {
    const out = join(scratch(), 'lake');
    const runs = [0, 1].map(async (half) => {
      const rows = Array.from({ length: 2000 }, (_, n) => at(half * 2000 + n, '20'));
      const args = ['export', '--sessions', write('s.ndjson', rows), '--since', '2026-01-10'];
      const lake = ['--until', '2026-01-24', '--partition-by', 'day', '--format', 'ndjson'];
      return ended(startProgram([...args, ...lake, '--out', out], { env: NO_AWS }));
    });
    expect((await Promise.all(runs)).map(({ code }) => code)).toEqual([0, 0]);
    const files = filesOf(out);
    expect(rowsOf(files.get(part('2026-01-20'))).length).toBe(4000);
    expectManifest(files);
    expect([...files.keys()].some((path) => path.includes('lock'))).toBe(false);
  });

  it('needs the columns by which rows are merged', async () => {
    const sessions = write('s.ndjson', [at(1, '20')]);
    for (const columns of ['audit', 'id,status']) {
      const args = ['sessions', '--sessions', sessions, '--columns', columns];
      const { code, stderr } = await exportTo(join(scratch(), 'lake'), args);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining('need the columns id, created_at'),
      ]);
    }
  });

  it('is not begun where a partition would have a name that is too long', async () => {
    const out = join(scratch(), 'lake');
    const rows = [at(1, '20'), at(2, '21', { profile: 'x'.repeat(300) })];
    const args = ['export', '--sessions', write('s.ndjson', rows), '--format', 'ndjson'];
    const lake = ['--partition-by', 'day,profile', '--out', out];
    const { code, stderr } = await cli([...args, ...lake], { env: NO_AWS, now: NOW });
    expect([code, existsSync(out)]).toEqual([3, false]);
    expect(stderr).toContain('has a name that is too long');
  });

  it.each(['{"format":"sentinel-audit lake","version":1}', 'x', '[]'])(
    'is not changed where its manifest is %s',
    async (manifest) => {
      const out = join(scratch(), 'lake');
      const sessions = write('s.ndjson', [at(1, '20')]);
      await exportTo(out, ['sessions', '--sessions', sessions]);
      writeFileSync(join(out, '_manifest.json'), manifest);
      const before = filesOf(out);
      const { code, stderr } = await exportTo(out, ['sessions', '--sessions', sessions]);
      expect([code, stderr]).toEqual([3, expect.stringContaining('not the manifest of a lake')]);
      expect(filesOf(out)).toEqual(before);
    },
  );

  it('is left as it is where a file of it cannot be read', async () => {
    const out = join(scratch(), 'lake');
    const sessions = write('s.ndjson', [at(1, '20')]);
    await exportTo(out, ['sessions', '--sessions', sessions]);
    writeFileSync(join(out, part('2026-01-20')), 'damaged');
    const { code } = await exportTo(out, ['sessions', '--sessions', sessions]);
    expect([code, readFileSync(join(out, part('2026-01-20')), 'utf8')]).toEqual([3, 'damaged']);
  });
});

describe('a lake in S3', () => {
  it('is one object for each partition, and the same as in a folder', async () => {
    const s3 = await startS3({ buckets: { lake: {} } });
    open.push(s3);
    const env = { AWS_ENDPOINT_URL_S3: s3.url };
    const out = join(scratch(), 'lake');
    for (const args of [
      eventsFrom(TRAIL),
      eventsFrom([call(6, '2026-01-22T10:00:00Z')], '2026-01-21'),
    ]) {
      await exportTo(out, args);
      expect((await exportTo('s3://lake/some', args, env)).code).toBe(0);
    }
    const objectsThere = s3.keys('lake').map((key) => [key.slice(5), s3.get('lake', key)] as const);
    expect(new Map(objectsThere)).toEqual(filesOf(out));
  });

  it('is not locked any more by a run that is interrupted while it locks it', async () => {
    let stop = (): void => {};
    const s3 = await startS3({
      buckets: { lake: {} },
      fault: ({ operation, key }) => {
        if (operation === 'PutObject' && key.endsWith('.lock')) stop();
        return undefined;
      },
    });
    const slow = await slowly(s3.url, 200); // the lock is there before the run hears of it
    open.push(s3, slow);
    const lake = ['--until', '2026-01-24', '--partition-by', 'day', '--out', 's3://lake/some'];
    const child = startProgram(['export', ...eventsFrom(TRAIL), ...lake], {
      env: { ...NO_AWS, AWS_ENDPOINT_URL_S3: slow.url },
    });
    stop = () => void child.kill('SIGINT');
    expect((await ended(child)).code).toBe(130);
    expect(s3.keys('lake')).toEqual([]);
  });
});

it.each([
  ['--partition-by region', '--partition-by', 'needs day'],
  ['--partition-by day,user', '--partition-by', 'not a valid value'],
  ['--partition-by day --out -', '--out', 'is not a folder'],
  ['--partition-by day --out lake --format table', '--format', 'partitions are written as'],
  ['--partition-by day --out lake --csv-raw', '--csv-raw', 'cannot be combined'],
  ['--partition-by day --out lake --since 1h', '--since', 'no whole day'],
])('export events --events - %s is a usage error', async (args, option, message) => {
  const { code, stderr } = await cli(['export', 'events', '--events', '-', ...args.split(' ')], {
    env: NO_AWS,
    now: NOW,
    cwd: scratch(),
  });
  expect([code, stderr]).toEqual([2, expect.stringContaining(`${option}: `)]);
  expect(stderr).toContain(message);
});

it('leaves each partition old or new when it is killed, and the next run mends the rest', async () => {
  const day = (n: number): string => `2026-01-${String((n % 20) + 1).padStart(2, '0')}`;
  const records = (from: number) =>
    Array.from({ length: 4000 }, (_, n) => call(n + from, `${day(n)}T12:00:00Z`));
  const [old, fresh] = [0, 10_000].map((from) => {
    const path = join(scratch(), 'log.json');
    writeFileSync(path, JSON.stringify({ Records: records(from) }));
    return path;
  });
  const args = (log: string): string[] => ['events', '--since', '2026-01-01', '--events', log];
  const [before, after] = [join(scratch(), 'a'), join(scratch(), 'b')];
  await exportTo(before, args(old!));
  await exportTo(after, args(fresh!));
  const [was, will] = [filesOf(before), filesOf(after)];
  const kills = Number(process.env['LAKE_KILLS'] ?? 3);
  for (let n = 0; n < kills; n++) {
    const out = join(scratch(), 'lake');
    cpSync(before, out, { recursive: true });
    const command = ['export', ...args(fresh!), '--until', '2026-01-24', '--partition-by', 'day'];
    const child = startProgram([...command, '--format', 'ndjson', '--out', out], { env: NO_AWS });
    const end = ended(child);
    while (!existsSync(join(out, 'day=2026-01-01'))) await sleep(5);
    await sleep(300 + Math.random() * 600);
    child.kill('SIGKILL');
    await end;
    for (const [path, file] of filesOf(out)) {
      if (!path.startsWith('day=') || path.endsWith('.tmp')) continue;
      expect([was.get(path), will.get(path)].some((one) => one?.equals(file))).toBe(true);
    }
    expect((await exportTo(out, args(fresh!))).code).toBe(0);
    const mended = [...filesOf(out)].filter(([path]) => /^day=.*(?<!\.tmp)$/.test(path));
    expect(new Map(mended)).toEqual(new Map([...will].filter(([path]) => path.startsWith('day='))));
  }
}, 600_000);
