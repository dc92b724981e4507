import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { cli, objects, scratch } from '../support/cli.js';
import { ended, startProgram } from '../support/program.js';
import { type FakeS3, startS3 } from '../support/s3/server.js';
import { idOf, sessionRow, sessionRows } from '../support/sessions.js';
import { NO_AWS, WINDOW, roleRecord } from '../support/trail.js';
import { writeExport } from '../support/dynamodb-export.js';
import { toItem } from '../support/dynamodb.js';
import { readFileSync, readdirSync } from 'node:fs';

const open: FakeS3[] = [];
afterEach(() => open.splice(0).forEach((s3) => s3.close()));

async function start(options: Parameters<typeof startS3>[0] = {}): Promise<FakeS3> {
  const s3 = await startS3(options);
  open.push(s3);
  return s3;
}

/** Nothing but S3 may be asked. */
const at = ({ url }: FakeS3): Record<string, string> => ({ ...NO_AWS, AWS_ENDPOINT_URL_S3: url });

const AREA = 'AWSLogs/111122223333/CloudTrail/us-east-1';
const DAYS = ['17', '18', '19', '20', '21', '22', '23'];
const lines = (rows: readonly unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** A trail with a tracked and an untracked call a day. */
function putTrail(s3: FakeS3): void {
  for (const [n, day] of DAYS.entries()) {
    const call = { at: `2026-01-${day}T12:00:00Z`, role: 'Prod' };
    const Records = [
      roleRecord(2 * n, { ...call, identity: `sentinel-${idOf(1)}` }),
      roleRecord(2 * n + 1, call),
    ];
    const key = `${AREA}/2026/01/${day}/111122223333_CloudTrail_us-east-1_202601${day}T1205Z_0123456789abcdef.json.gz`;
    s3.put('trail', key, gzipSync(JSON.stringify({ Records })));
  }
  s3.put('archive', 'sessions/a.ndjson.gz', gzipSync(lines([sessionRow(1)])));
}

const AUDIT = [
  'untracked-sessions',
  ...WINDOW,
  '--events',
  's3://trail',
  '--sessions',
  's3://archive/sessions',
  '--json',
];

describe('an audit of files in S3', () => {
  it('finds what went around Sentinel, and says what it asked for', async () => {
    const s3 = await start();
    putTrail(s3);
    const { code, stdout, stderr } = await cli(AUDIT, { env: at(s3) });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      total_events: 14,
      tracked_events: 7,
      untracked_events: 7,
      complete: true,
      coverage: { events: { files: 7, first_day: '2026-01-17', last_day: '2026-01-23' } },
    });
    expect(stderr).toMatch(/\d+ S3 requests \(\d.* kB\)/);
  });

  it('reads the chosen accounts and regions, by path and by record', async () => {
    const s3 = await start();
    putTrail(s3);
    const other = {
      ...roleRecord(99, { at: '2026-01-20T12:00:00Z' }),
      recipientAccountId: '999999999999',
    };
    s3.put('trail', 'copied/x.json', JSON.stringify({ Records: [other] }));
    for (const [options, events] of [
      [[], 15],
      [['--event-accounts', '111122223333', '--event-regions', 'us-east-1'], 14],
    ] as const) {
      const { stdout } = await cli([...AUDIT, ...options], { env: at(s3) });
      expect((JSON.parse(stdout) as { total_events: number }).total_events).toBe(events);
    }
    const { code, stderr } = await cli([...AUDIT, '--event-accounts', '444455556666'], {
      env: at(s3),
    });
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('no role call of account 444455556666 was found'),
    ]);
  });

  it.each([
    ['denied', { status: 403, code: 'AccessDenied' }, /s3:GetObject of s3:\/\/trail.*AccessDenied/],
    ['gone', { status: 404, code: 'NoSuchKey' }, /it is not there any more/],
  ] as const)('is incomplete where an object is %s, by its name', async (_, answer, message) => {
    const s3 = await start({
      fault: ({ operation, key }) =>
        operation === 'GetObject' && key.includes('/20/') ? answer : undefined,
    });
    putTrail(s3);
    const { code, stdout, stderr } = await cli(AUDIT, { env: at(s3) });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ total_events: 12, complete: false });
    expect(stderr).toMatch(message);
    expect(stderr).toContain(`s3://trail/${AREA}/2026/01/20/`);
  });
});

it("follows the manifest of DynamoDB's exports in S3", async () => {
  const folder = scratch();
  const rows = [1, 2, 3].map((n) => sessionRow(n));
  const root = writeExport(
    folder,
    [rows.slice(0, 2), rows.slice(2)].map((part) => part.map((row) => ({ Item: toItem(row) }))),
  );
  const s3 = await start();
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, path);
    try {
      s3.put('exports', `some/${path}`, readFileSync(file));
    } catch {
      continue; // a folder
    }
  }
  const place = `s3://exports/some/${root.slice(folder.length + 1)}`;
  const { code, stdout } = await cli(['export', '--sessions', place, '--format', 'ndjson'], {
    env: at(s3),
  });
  expect(code).toBe(0);
  expect(objects(stdout).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
});

describe('an output in S3', () => {
  const rows = sessionRows(40_000);
  const input = (): string => {
    const path = join(scratch(), 'sessions.ndjson');
    writeFileSync(path, lines(rows.map((row) => ({ ...row, revoked_reason: 'x'.repeat(300) }))));
    return path;
  };

  it('appears when it is whole, compressed by its name', async () => {
    const s3 = await start({ buckets: { out: {} } });
    const path = join(scratch(), 'sessions.ndjson');
    writeFileSync(path, lines(rows.slice(0, 100)));
    const args = ['export', '--sessions', path, '--out', 's3://out/a/sessions.csv.gz'];
    const { code, stdout } = await cli(args, { env: at(s3) });
    expect([code, stdout]).toEqual([0, '']);
    expect(gunzipSync(s3.get('out', 'a/sessions.csv.gz')!).toString().split('\n').length).toBe(102);
  });

  it('is the same Parquet file as on this machine', async () => {
    const s3 = await start({ buckets: { out: {} } });
    const path = join(scratch(), 'sessions.ndjson');
    writeFileSync(path, lines(rows.slice(0, 100)));
    const local = join(scratch(), 'rows.parquet');
    for (const out of ['s3://out/rows.parquet', local]) {
      const { code } = await cli(['export', '--sessions', path, '--out', out], { env: at(s3) });
      expect(code).toBe(0);
    }
    expect(readFileSync(local).equals(s3.get('out', 'rows.parquet')!)).toBe(true);
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'is never seen in part, whenever %s comes',
    async (signal) => {
      const s3 = await start({ buckets: { out: {} } });
      const path = input();
      const args = ['export', '--sessions', path, '--format', 'ndjson', '--out', 's3://out/rows'];
      for (let round = 0; round < 4; round++) {
        const child = startProgram(args, { env: at(s3) });
        const end = ended(child);
        const requests = s3.seen.length + round; // from its first request on, a little later each time
        while (s3.seen.length <= requests && child.exitCode === null) await sleep(5);
        await sleep(Math.random() * 200);
        child.kill(signal);
        const { code } = await end;
        if (code === 0) expect(s3.get('out', 'rows')!.length).toBeGreaterThan(20_000_000);
        else expect(s3.keys('out')).toEqual([]);
        s3.remove('out', 'rows');
        if (signal !== 'SIGKILL') expect(s3.uploads('out')).toEqual([]);
      }
    },
    120_000,
  );
});

it('that nobody may ask ends at once, with what to do', async () => {
  const s3 = await start();
  putTrail(s3);
  const expired = { ...at(s3), AWS_ACCESS_KEY_ID: 'expired' };
  const { code, stdout, stderr } = await cli(AUDIT, { env: expired });
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/ExpiredToken[^\n]*\n {2}the credentials have expired: renew them/);
});
