import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import {
  after,
  archive,
  filesIn,
  itemOf,
  nowAfter,
  NOON,
  recordIn,
  rowsIn,
  sessionsIn,
} from '../support/archives.js';
import { main } from '../../src/cli.js';
import { Interruption } from '../../src/errors.js';
import { cleanEnv, cli, scratch } from '../support/cli.js';
import { idOf } from '../support/sessions.js';
import { type FakeS3, startS3 } from '../support/s3/server.js';
import {
  type StreamedTable,
  type StreamedTableOptions,
  startStreamedTable,
} from '../support/streams/server.js';
import { NO_AWS, roleRecord, writeTrail } from '../support/trail.js';

const open: { close: () => void }[] = [];
afterEach(() => open.splice(0).forEach((server) => server.close()));

async function start(options: StreamedTableOptions = {}): Promise<StreamedTable> {
  const table = await startStreamedTable({ now: () => NOON, ...options });
  open.push(table);
  return table;
}

const ids = (rows: readonly Readonly<Record<string, unknown>>[]): unknown[] =>
  rows.map(({ id }) => id).toSorted();
const idsOf = (...numbers: number[]): string[] => numbers.map((n) => idOf(n)).toSorted();
const scans = (table: StreamedTable): number =>
  table.seen.filter(({ operation }) => operation === 'Scan').length;

describe('an archive', () => {
  it('holds what the table has and what it had in the last day, and then what it shows', async () => {
    const table = await start({ shards: 2 });
    const to = join(scratch(), 'archive');
    table.put(itemOf(1, -7200)); // deleted before anybody looked
    table.put(itemOf(2, -600));
    table.remove(idOf(1), 'ttl');
    const first = await archive(table, to, 0);
    expect([first.code, first.stdout]).toEqual([0, '']);
    expect(first.stderr).toContain(`all sessions until ${after(0)} are there`);
    expect(ids(await sessionsIn(to))).toEqual(idsOf(1, 2));
    expect(recordIn(to).spans).toEqual([
      { from: after(0), to: after(0), complete_read_at: after(0) },
    ]);

    table.advance(60);
    table.put(itemOf(3, 60));
    table.update(idOf(2), { status: { S: 'revoked' }, updated_at: { S: after(60) } });
    table.advance(60);
    table.remove(idOf(3), 'ttl');
    expect((await archive(table, to, 120)).code).toBe(0);
    const rows = await sessionsIn(to);
    expect(ids(rows)).toEqual(idsOf(1, 2, 3));
    expect(rows.find(({ id }) => id === idOf(2))).toMatchObject({ status: 'revoked' });
    expect(recordIn(to).spans).toEqual([
      { from: after(0), to: after(120), complete_read_at: after(0) },
    ]);
    expect(scans(table)).toBe(1);

    table.advance(60);
    expect((await archive(table, to, 180)).stderr).toContain('archived 0 rows');
    expect([recordIn(to).files.length, recordIn(to).spans[0]!.to]).toEqual([2, after(180)]);
    expect(
      recordIn(to)
        .files.map(({ name }) => name)
        .toSorted(),
    ).toEqual(filesIn(to).toSorted());
  });

  it('follows shards from parent to child, whatever splits between and within runs', async () => {
    let splitNow = (): void => {};
    const table = await start({
      recordsPerPage: 2,
      emptyPages: 2,
      fault: (operation, number) => {
        if (operation === 'GetRecords' && number === 12) splitNow();
        return undefined;
      },
      readsPerSecond: 100,
    });
    const to = join(scratch(), 'archive');
    expect((await archive(table, to, 0)).code).toBe(0);
    const change = (n: number, count: number): void =>
      table.update(idOf(n), {
        request_count: { N: String(count) },
        updated_at: { S: `${after(count).slice(0, -1)}.5Z` },
      });
    for (const n of [1, 2, 3, 4, 5]) table.put(itemOf(n, 0));
    table.split();
    for (const n of [1, 2, 3, 4, 5]) change(n, 10);
    table.split();
    for (const n of [1, 2, 3, 4, 5]) change(n, 20);
    splitNow = () => {
      table.split();
      change(1, 30);
    };
    table.advance(60);
    expect((await archive(table, to, 60)).code).toBe(0);
    table.advance(60);
    expect((await archive(table, to, 120)).code).toBe(0);
    const written = rowsIn(to).map(({ id, request_count }) => [id, request_count]);
    expect(new Set(written.map(String)).size).toBe(written.length); // none twice
    expect(written.length).toBe(16);
    for (const n of [1, 2, 3, 4, 5]) {
      const counts = written.filter(([id]) => id === idOf(n)).map(([, count]) => Number(count));
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    }
  });

  it('goes on through expired iterators, throttling and dropped answers', async () => {
    const table = await start({
      fault: (operation, number) => {
        if (operation === 'GetRecords' && number === 2)
          return { status: 400, type: 'com.amazonaws.dynamodb.v20120810#ExpiredIteratorException' };
        if (number === 1 && operation !== 'DescribeStream') return 'drop';
        if (number === 3)
          return { status: 400, type: 'com.amazonaws.dynamodb.v20120810#LimitExceededException' };
        return undefined;
      },
    });
    const to = join(scratch(), 'archive');
    for (const n of [1, 2]) table.put(itemOf(n, 0));
    expect((await archive(table, to, 0)).code).toBe(0);
    expect(ids(await sessionsIn(to))).toEqual(idsOf(1, 2));
  });

  it('keeps a row that cannot be understood, and no audit takes it for complete', async () => {
    const table = await start();
    const to = join(scratch(), 'archive');
    table.put(itemOf(1, 0));
    table.put({ ...itemOf(2, 0), created_at: { S: 'soon' } });
    const { code, stderr } = await archive(table, to, 0);
    expect([code, stderr]).toEqual([3, expect.stringContaining('created_at')]);
    table.advance(60);
    expect((await archive(table, to, 60)).code).toBe(0);
    const read = await cli(['export', '--sessions', to], { env: NO_AWS });
    expect([read.code, read.stderr]).toEqual([3, expect.stringContaining('created_at')]);
  });

  it('changes nothing in a dry run, which says what would be read', async () => {
    const table = await start();
    const to = join(scratch(), 'archive');
    const args = ['--dry-run'];
    const before = await archive(table, to, 0, { args });
    expect([before.code, before.stdout]).toEqual([0, expect.stringContaining('the whole table')]);
    expect(() => recordIn(to)).toThrow(/ENOENT/);
    await archive(table, to, 0);
    const text = readFileSync(join(to, 'archive.json'), 'utf8');
    table.advance(60);
    const { stdout } = await archive(table, to, 60, { args });
    expect(stdout).toContain(`what the stream has shown since ${after(0)}`);
    expect(readFileSync(join(to, 'archive.json'), 'utf8')).toBe(text);
  });

  it('needs a stream that holds rows as they became, and says how it is turned on', async () => {
    const table = await start({ stream: false });
    const to = join(scratch(), 'archive');
    for (const view of [undefined, 'KEYS_ONLY'] as const) {
      if (view !== undefined) table.setStream('on', view);
      const { code, stderr } = await archive(table, to, 0);
      expect(code).toBe(3);
      expect(stderr).toContain(
        'aws dynamodb update-table --table-name sentinel-sessions --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES',
      );
    }
    table.setStream('off');
    table.setStream('on', 'NEW_IMAGE');
    expect((await archive(table, to, 0)).code).toBe(0);
  });
});

describe('a gap', () => {
  /** An archive of one session, and then a session that nobody will ever see unless the stream shows it. */
  async function afterFirstRun() {
    const table = await start();
    const to = join(scratch(), 'archive');
    table.put(itemOf(1, 0));
    await archive(table, to, 0);
    table.advance(60);
    table.put(itemOf(2, 60));
    return { table, to };
  }

  it.each<[string, (table: StreamedTable) => void, RegExp]>([
    [
      'a stream that was off',
      (table) => (table.setStream('off'), table.setStream('on')),
      /turned off/,
    ],
    ['another table', (table) => table.recreate(), /made anew/],
    ['records that are gone', (table) => table.trimAll(), /no longer has what followed/],
    [
      'a shard that is gone',
      (table) => (table.split(), table.forgetClosedShards()),
      /a shard of the stream is gone/,
    ],
  ])('is recorded for %s: the table is read again, and a new span begins', async (_, lose, why) => {
    const { table, to } = await afterFirstRun();
    lose(table);
    table.advance(3600);
    table.put(itemOf(3, 3660));
    const { code, stderr } = await archive(table, to, 3660);
    expect([code, stderr]).toEqual([3, expect.stringMatching(why)]);
    const { spans, gaps } = recordIn(to);
    expect([spans.length, gaps]).toEqual([
      2,
      [{ from: after(0), to: spans[1]!.from, reason: expect.stringMatching(why) as string }],
    ]);
    expect(spans[1]).toMatchObject({ to: after(3660), complete_read_at: after(3660) });
    expect([scans(table), ids(await sessionsIn(to)).includes(idOf(3))]).toEqual([2, true]);
    table.advance(60);
    expect((await archive(table, to, 3720)).code).toBe(0);
    expect(recordIn(to).spans[1]!.to).toBe(after(3720));
  });

  it('is recorded where the last run was more than a day ago', async () => {
    const { table, to } = await afterFirstRun();
    table.remove(idOf(2), 'ttl');
    table.advance(30 * 3600);
    table.trim();
    const { code } = await archive(table, to, 30 * 3600 + 60);
    expect(code).toBe(3);
    // What was written in the last day is there again, but for ten minutes.
    const { from } = recordIn(to).spans[1]!;
    expect(from >= after(6 * 3600 + 60 + 600) && from < after(6 * 3600 + 60 + 660)).toBe(true);
  });

  it('is none where nobody wrote for days while it ran', async () => {
    const { table, to } = await afterFirstRun();
    for (const hours of [10, 20, 30, 40]) {
      table.advance(10 * 3600);
      table.trim();
      expect((await archive(table, to, hours * 3600 + 60)).code).toBe(0);
    }
    table.put(itemOf(3, 40 * 3600));
    table.advance(60);
    expect((await archive(table, to, 40 * 3600 + 120)).code).toBe(0);
    expect(ids(await sessionsIn(to))).toEqual(idsOf(1, 2, 3));
    expect([recordIn(to).gaps, recordIn(to).spans.length, scans(table)]).toEqual([[], 1, 1]);
  });
});

it('makes every verdict sure: written, revoked, deleted, archived, audited without the table', async () => {
  const table = await start({ shards: 2 });
  const to = join(scratch(), 'archive');
  let at = 0;
  const wait = (seconds: number): void => {
    table.advance(seconds);
    at += seconds;
  };
  const call = (n: number, seconds: number, identity?: string) =>
    roleRecord(n, {
      at: after(seconds),
      role: 'Prod',
      ...(identity !== undefined && { identity }),
    });
  const records = [
    call(0, 300, `sentinel-${idOf(1)}`),
    call(1, 1000, `sentinel-${idOf(2)}`),
    call(2, 1100, `sentinel-${idOf(99)}`), // a made-up session
    call(3, 2400), // nothing at all
    call(4, 4000, `sentinel-${idOf(3)}`), // half an hour after it was revoked
  ];
  await archive(table, to, at);
  wait(200);
  table.put(itemOf(1, at));
  wait(700);
  table.put(itemOf(2, at));
  await archive(table, to, at);
  wait(600);
  table.remove(idOf(1), 'ttl');
  table.put(itemOf(3, at));
  wait(300);
  table.split();
  table.update(idOf(3), { status: { S: 'revoked' }, updated_at: { S: after(at) } });
  table.remove(idOf(2), 'ttl');
  wait(1000);
  table.remove(idOf(3), 'ttl');
  wait(1800);
  await archive(table, to, at, { args: ['--compact'] });
  const args = ['untracked-sessions', '--since', after(0), '--until', after(4500), '--json'];
  const { code, stdout } = await cli([...args, '--sessions', to, '--events', writeTrail(records)], {
    env: NO_AWS,
    now: nowAfter(at),
  });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    total_events: 5,
    tracked_events: 3,
    untracked_events: 1,
    orphaned_events: 1,
    unverifiable_events: 0,
    anomalies: { after_revocation: 1 },
    coverage: { sessions: { spans: [{ from: after(0), to: after(at) }] } },
  });
});

describe('--compact', () => {
  it('leaves one file a day with each session once, and merges what comes later', async () => {
    const table = await start();
    const to = join(scratch(), 'archive');
    for (const n of [1, 2]) table.put(itemOf(n, -86_400 + n));
    for (const n of [3, 4]) table.put(itemOf(n, n));
    await archive(table, to, 0);
    table.advance(60);
    table.update(idOf(1), { status: { S: 'revoked' }, updated_at: { S: after(60) } });
    const args = ['--compact'];
    const { stderr } = await archive(table, to, 60, { args });
    expect(stderr).toContain('merged 2 files into 2');
    expect(recordIn(to).files.map(({ day, rows }) => [day, rows])).toEqual([
      ['2026-01-19', 2],
      ['2026-01-20', 2],
    ]);
    const [yesterday] = recordIn(to).files;
    table.advance(60);
    table.put(itemOf(5, 120));
    await archive(table, to, 120, { args });
    expect(recordIn(to).files[0]).toEqual(yesterday);
    expect(recordIn(to).files.map(({ rows }) => rows)).toEqual([2, 3]);
    const { files, merged } = recordIn(to); // what was merged is there until the next merge
    expect(filesIn(to).toSorted()).toEqual(
      [...files.map(({ name }) => name), ...merged].toSorted(),
    );
    const rows = await sessionsIn(to);
    expect(ids(rows)).toEqual(idsOf(1, 2, 3, 4, 5));
    expect(rows.find(({ id }) => id === idOf(1))).toMatchObject({ status: 'revoked' });
  });

  it('leaves an archive with a row that cannot be understood as it is', async () => {
    const table = await start();
    const to = join(scratch(), 'archive');
    table.put({ ...itemOf(2, 0), created_at: { S: 'soon' } });
    const { code, stderr } = await archive(table, to, 0, { args: ['--compact'] });
    expect([code, stderr]).toEqual([3, expect.stringContaining('is not merged')]);
    expect(recordIn(to).files.length).toBe(1);
  });
});

describe('what lies in the place of an archive', () => {
  it('beside what the record names was left by a killed run, and is not read', async () => {
    const table = await start();
    const to = join(scratch(), 'archive');
    table.put(itemOf(1, 0));
    await archive(table, to, 0);
    const [name] = filesIn(to);
    const stray = join(to, 'sessions', 'stray.ndjson.gz');
    writeFileSync(stray, gzipSync('{"id":"broken'));
    expect(ids(await sessionsIn(to))).toEqual(idsOf(1));
    writeFileSync(join(to, name!), gzipSync(''));
    const { code, stderr } = await cli(['export', '--sessions', to], { env: NO_AWS });
    expect([code, stderr]).toEqual([3, expect.stringContaining('its SHA-256 is not the one')]);
  });

  it('may be something else of the name of a record: an export is read, and not archived into', async () => {
    const folder = scratch();
    mkdirSync(join(folder, 'x'));
    const path = join(folder, 'x', 'archive.json');
    writeFileSync(path, JSON.stringify({ sessions: [] }));
    expect(await sessionsIn(join(folder, 'x'))).toEqual([]);
    const table = await start();
    const { code, stderr } = await archive(table, join(folder, 'x'), 0);
    expect([code, stderr]).toEqual([3, expect.stringContaining('not the record of an archive')]);
    expect(readFileSync(path, 'utf8')).toBe(JSON.stringify({ sessions: [] }));
  });
});

describe('an archive in S3', () => {
  async function startBoth(fault?: Parameters<typeof startS3>[0]) {
    const s3: FakeS3 = await startS3({ buckets: { audit: {} }, ...fault });
    open.push(s3);
    const table = await start();
    return { s3, table, env: { AWS_ENDPOINT_URL_S3: s3.url } };
  }

  it('is written, continued, merged and read as one in a folder', async () => {
    const { s3, table, env } = await startBoth();
    const to = 's3://audit/sentinel';
    table.put(itemOf(1, 0));
    expect((await archive(table, to, 0, { env })).code).toBe(0);
    table.advance(60);
    table.put(itemOf(2, 60));
    const args = ['--compact', '--sse-kms-key-id', 'alias/audit'];
    expect((await archive(table, `${to}/`, 60, { env, args })).code).toBe(0);
    expect(ids(await sessionsIn(to, env))).toEqual(idsOf(1, 2));
    expect(s3.keys('audit').length).toBe(4); // with what was merged
    expect(s3.headersOf('audit', 'sentinel/archive.json')).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
    });
    expect(scans(table)).toBe(1);
  });

  it.each([
    ['412', 412, 'PreconditionFailed'],
    ['409', 409, 'ConditionalRequestConflict'],
  ] as const)('that another run replaced meanwhile (%s) is read again', async (_, status, code) => {
    let refused = 0;
    const { s3, table, env } = await startBoth({
      fault: ({ operation, key }) =>
        operation === 'PutObject' && key.endsWith('archive.json') && refused++ === 0
          ? { status, code }
          : undefined,
    });
    table.put(itemOf(1, 0));
    const { code: exit, stderr } = await archive(table, 's3://audit/a', 0, { env });
    expect([exit, stderr]).toEqual([0, expect.stringContaining('another run')]);
    expect(ids(await sessionsIn('s3://audit/a', env))).toEqual(idsOf(1));
    expect(s3.keys('audit').length).toBe(2);
  });

  it('whose record was written though its answer was lost is not begun again', async () => {
    let lost = 0;
    const { s3, table, env } = await startBoth({
      fault: ({ operation, key }) =>
        operation === 'PutObject' && key.endsWith('archive.json') && lost++ === 0
          ? { drop: 'answer' as const }
          : undefined,
    });
    table.put(itemOf(1, 0));
    const { code, stderr } = await archive(table, 's3://audit/a', 0, { env });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('another run')]);
    expect(s3.keys('audit').length).toBe(2);
  });
});

describe('what is covered is what was read', () => {
  /** How a call of a session is judged by an archive alone. */
  async function judged(to: string, n: number, seconds: number) {
    const records = [
      roleRecord(1, { at: after(seconds), role: 'Prod', identity: `sentinel-${idOf(n)}` }),
    ];
    const args = [
      'untracked-sessions',
      '--since',
      after(seconds - 60),
      '--until',
      after(seconds + 60),
    ];
    const { stdout } = await cli(
      [...args, '--json', '--sessions', to, '--events', writeTrail(records)],
      { env: NO_AWS, now: nowAfter(seconds + 7200) },
    );
    const { tracked_events, orphaned_events, unverifiable_events } = JSON.parse(stdout) as Record<
      string,
      number
    >;
    return { tracked_events, orphaned_events, unverifiable_events };
  }
  const UNVERIFIABLE = { tracked_events: 0, orphaned_events: 0, unverifiable_events: 1 };
  const DAY = 86_400;

  it('whatever the clock of this machine says', async () => {
    const table = await start();
    const to = join(scratch(), 'archive');
    table.advance(2 * DAY - 24.5 * 3600);
    table.put(itemOf(1, 2 * DAY - 24.5 * 3600));
    table.remove(idOf(1), 'ttl');
    table.advance(24.5 * 3600);
    table.trim();
    await archive(table, to, 2 * DAY - 3600); // an hour behind
    expect(await judged(to, 1, 2 * DAY - 24.4 * 3600)).toEqual(UNVERIFIABLE);
    table.advance(600);
    table.setStream('off');
    table.advance(600);
    table.setStream('on');
    expect((await archive(table, to, 2 * DAY - 3600)).code).toBe(3);
    const { spans, gaps } = recordIn(to);
    expect(spans[1]!.from > spans[0]!.to && gaps[0]!.from < gaps[0]!.to).toBe(true);
  });

  it('also where the stream forgets between the plan and the reading', async () => {
    let late = (): void => {};
    const table = await start({
      fault: (operation) => {
        if (operation === 'GetShardIterator') late();
        return undefined;
      },
    });
    const to = join(scratch(), 'archive');
    await archive(table, to, 0);
    table.advance(60);
    table.put(itemOf(1, 60));
    table.remove(idOf(1), 'ttl');
    table.advance(23.8 * 3600 - 60);
    late = () => {
      table.advance(1200);
      table.trim();
      late = () => {};
    };
    expect((await archive(table, to, 23.8 * 3600)).code).toBe(3);
    expect(await judged(to, 1, 70)).toEqual(UNVERIFIABLE);
  });

  it('and of one table alone: another one is refused before it is read', async () => {
    const [one, other] = [await start(), await start({ table: 'staging' })];
    const to = join(scratch(), 'archive');
    await archive(one, to, 0);
    const text = readFileSync(join(to, 'archive.json'), 'utf8');
    const { code, stderr } = await archive(other, to, 60, { args: ['--table', 'staging'] });
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('table/sentinel-sessions, and not'),
    ]);
    expect(readFileSync(join(to, 'archive.json'), 'utf8')).toBe(text);
  });
});

it('needs no old images: a deletion without one says nothing', async () => {
  const table = await start();
  table.setStream('off');
  table.setStream('on', 'NEW_IMAGE');
  const to = join(scratch(), 'archive');
  await archive(table, to, 0);
  table.advance(10);
  table.put(itemOf(1, 10));
  table.remove(idOf(1), 'ttl');
  expect((await archive(table, to, 20)).code).toBe(0);
  expect(ids(await sessionsIn(to))).toEqual(idsOf(1));
});

it('reads no shard before the one that it was split from is at its end', async () => {
  let busy = (): void => {};
  const table = await start({
    shards: 2,
    recordsPerPage: 1,
    readsPerSecond: 100,
    fault: (operation, number) => {
      if (operation === 'GetRecords' && number === 1) busy();
      return undefined;
    },
  });
  const to = join(scratch(), 'archive');
  table.put(itemOf(1, 0));
  const count = (n: number): void => table.update(idOf(1), { request_count: { N: String(n) } });
  busy = () => {
    table.advance(5);
    for (const n of [1, 2, 3]) count(n);
    table.split();
    table.update(idOf(1), { status: { S: 'revoked' } });
  };
  await archive(table, to, 60);
  table.advance(60);
  await archive(table, to, 70);
  const [session] = await sessionsIn(to);
  expect(session).toMatchObject({ status: 'revoked' });
});

it('gives up where iterators expire at once', async () => {
  const type = 'com.amazonaws.dynamodb.v20120810#ExpiredIteratorException';
  const table = await start({
    fault: (operation) => (operation === 'GetRecords' ? { status: 400, type } : undefined),
  });
  const { code, stderr } = await archive(table, join(scratch(), 'archive'), 0);
  expect([code, stderr]).toEqual([3, expect.stringContaining('iterators expire at once')]);
});

it('refuses a place that cannot be a folder, and a record without spans', async () => {
  const table = await start();
  const file = join(scratch(), 'file');
  writeFileSync(file, '');
  const { code, stderr } = await archive(table, join(file, 'below'), 0);
  expect([code, stderr.split('\n').length]).toEqual([2, 2]);
  const to = join(scratch(), 'archive');
  await archive(table, to, 0);
  const record = JSON.parse(readFileSync(join(to, 'archive.json'), 'utf8')) as object;
  const path = join(to, 'archive.json');
  writeFileSync(path, JSON.stringify({ ...record, spans: [] }));
  const again = await archive(table, to, 0);
  expect([again.code, again.stderr]).toEqual([3, expect.stringContaining('is damaged: spans')]);
  const read = await cli(['export', '--sessions', to], { env: NO_AWS });
  expect([read.code, read.stderr.match(/archive\.json/g)?.length]).toEqual([3, 1]);
});

it('tells of a gap, however quiet it follows', async () => {
  const table = await start();
  const to = join(scratch(), 'archive');
  await archive(table, to, 0);
  table.setStream('off');
  table.setStream('on');
  const stop = new AbortController();
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const told: string[] = [];
  stderr.on('data', (piece: Buffer) => {
    told.push(piece.toString());
    stop.abort(new Interruption('SIGTERM'));
  });
  const env = { ...cleanEnv(), AWS_ENDPOINT_URL: table.url };
  const code = await main(['archive', '--to', to, '--follow', '--quiet'], {
    env,
    stdin: Readable.from([]),
    stdout,
    stderr,
    signal: stop.signal,
    now: nowAfter(60),
  });
  expect([code, told.join('')]).toEqual([143, expect.stringContaining('may be missing')]);
});
