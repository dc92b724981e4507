import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, type RunOptions, cli, objects, scratch } from '../support/cli.js';
import { type Endpoint, createTable, startDynalite } from '../support/dynamodb.js';
import { type Row, idOf, sessionRow, sessionRows } from '../support/sessions.js';

const HEADER =
  'id,user,profile,status,started_at,last_access_at,expires_at,request_count,server_instance_id,source_identity';
const rows = sessionRows(120);
let endpoint: Endpoint;

beforeAll(async () => {
  endpoint = await startDynalite();
  await createTable(endpoint.url, 'sentinel-sessions', rows);
  await createTable(endpoint.url, 'empty', []);
  await createTable(endpoint.url, 'one-bad', [
    sessionRow(0),
    sessionRow(1, { started_at: 'yesterday', sessionToken: 'HIDDEN' }),
    sessionRow(2),
  ]);
  await createTable(
    endpoint.url,
    'many-bad',
    sessionRows(9).map((row, n) => (n === 0 ? row : { ...row, expires_at: 'never' })),
  );
});
afterAll(() => endpoint.close());

const run = (args: string, { env, ...rest }: RunOptions = {}): Promise<Ended> =>
  cli(args.split(' '), { env: { AWS_ENDPOINT_URL_DYNAMODB: endpoint.url, ...env }, ...rest });

describe('export', () => {
  it('writes the ten audit columns as CSV, times in whole seconds', async () => {
    const { code, stdout } = await run('export');
    expect(code).toBe(0);
    const [header, ...lines] = stdout.trimEnd().split('\n');
    expect(header).toBe(HEADER);
    expect(lines.length).toBe(rows.length);
    const row = rows[13]!;
    expect(lines).toContain(
      `${idOf(13)},bob,staging,revoked,2026-01-17T00:13:00Z,2026-01-17T00:18:00Z,2026-01-17T00:28:00Z,13,srv-3,`,
    );
    expect(row['started_at']).toBe('2026-01-17T00:13:00.000013Z');
  });

  it('writes every field as NDJSON and JSON: numbers as numbers, absent as absent, times with nine digits', async () => {
    const expected = rows.map(withoutEmpty).map(withNineDigits).toSorted(byId);
    const ndjson = await run('export --format ndjson');
    expect(objects(ndjson.stdout).toSorted(byId)).toEqual(expected);
    const json = await run('export sessions --json');
    expect((JSON.parse(json.stdout) as { sessions: Row[] }).sessions.toSorted(byId)).toEqual(
      expected,
    );
  });

  it('writes a table when asked', async () => {
    const { stdout } = await run(
      'export --format table --user alice --profile prod --status active',
    );
    const [head, dashes, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^ID +User +Profile +Status +Started/);
    expect(dashes).toMatch(/^[- ]+$/);
    expect(lines.length).toBe(10);
  });

  it.each([
    ['--columns id,created_at', `id,created_at`, `${idOf(13)},2026-01-17T00:13:00.000013000Z`],
    ['--columns audit --format ndjson', '', '"started_at":"2026-01-17T00:13:00Z"'],
    ['--columns all', 'updated_at', '2026-01-17T00:13:00.000013000Z'],
    ['--columns all', 'updated_at', '2026-01-17T00:14:00.000000000Z'],
  ])('chooses columns: %s', async (args, header, line) => {
    const { stdout } = await run(`export ${args}`);
    expect(stdout.split('\n', 1)[0]).toContain(header);
    expect(stdout).toContain(line);
  });

  it('keeps what matches every filter, in the window half open at its end', async () => {
    const { stdout } = await run(
      'export --format ndjson --user bob --since 2026-01-17T00:01:00.000001Z --until 2026-01-17T01:01:00.000061Z',
    );
    const expected = rows.filter((row, n) => row['user'] === 'bob' && n >= 1 && n < 61);
    expect(objects(stdout).map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  });

  it('measures durations back from now', async () => {
    const created_at = new Date(Date.now() - 3_600_000).toISOString();
    await createTable(endpoint.url, 'recent', [sessionRow(0), sessionRow(1, { created_at })]);
    for (const [window, count] of [
      ['--since 2h', 1],
      ['--since 2h --until 30m', 1],
      ['--since 30m', 0],
      ['--until 30m', 2],
    ] as const) {
      const { stdout } = await run(`export --table recent --columns id ${window}`);
      expect(stdout.trimEnd().split('\n').length - 1, window).toBe(count);
    }
  });

  it('accounts for every row on standard error, and for the capacity', async () => {
    const { stderr } = await run('export --status active --since 2026-01-17T01:00:00Z --verbose');
    expect(stderr).toMatch(/querying index gsi-status/);
    expect(stderr).toMatch(
      /exported 20 sessions: 40 rows read = 20 kept \+ 20 filtered out \+ 0 superseded \+ 0 rejected\nasked as arn:[^\n]*\n1 page, \d+(\.5)? read units/,
    );
    const { stderr: quiet } = await run('export --quiet');
    expect(quiet).toBe('');
  });

  it('writes valid empty documents', async () => {
    expect((await run('export --table empty')).stdout).toBe(`${HEADER}\n`);
    expect((await run('export --table empty --format ndjson')).stdout).toBe('');
    expect((await run('export --table empty --format json')).stdout).toBe(
      '{\n  "sessions": []\n}\n',
    );
    expect((await run('export --table empty --format table')).stdout).toBe('No sessions found.\n');
  });
});

describe('export --out', () => {
  it('tells format and compression by the name, and writes for the owner alone', async () => {
    const folder = scratch();
    const { code, stdout } = await run('export --out sessions.ndjson.gz', { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toBe('');
    expect(readdirSync(folder)).toEqual(['sessions.ndjson.gz']);
    const path = join(folder, 'sessions.ndjson.gz');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(objects(gunzipSync(readFileSync(path)).toString()).length).toBe(rows.length);
    await run('export --out sessions.json', { cwd: folder });
    expect(JSON.parse(readFileSync(join(folder, 'sessions.json'), 'utf8'))).toHaveProperty(
      'sessions',
    );
  });

  it('leaves the old file, and no half one, when the table cannot be read', async () => {
    const folder = scratch();
    const path = join(folder, 'sessions.csv');
    writeFileSync(path, 'old');
    const { code, stderr } = await run(`export --table nowhere --out ${path}`);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /dynamodb:DescribeTable of table nowhere in us-east-1: ResourceNotFound/,
    );
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['sessions.csv']);
  });
});

describe('rows that cannot be understood', () => {
  it('are counted and shown with their place, the rest is exported, and the run fails', async () => {
    const { code, stdout, stderr } = await run('export --table one-bad');
    expect(code).toBe(3);
    expect(stdout.trimEnd().split('\n').length).toBe(3);
    expect(stderr).toContain(
      `table one-bad, id ${idOf(1)}: started_at: expected an RFC 3339 time, found "yesterday"`,
    );
    expect(stderr).toContain('3 rows read = 2 kept + 0 filtered out + 0 superseded + 1 rejected');
    expect(stderr).toContain('incomplete: 1 row could not be understood');
  });

  it('are kept by --rejects, without credentials, for the owner alone', async () => {
    const path = join(scratch(), 'rejects.ndjson');
    await run(`export --table one-bad --rejects ${path}`);
    const [reject] = objects(readFileSync(path, 'utf8'));
    expect(reject).toMatchObject({
      place: `table one-bad, id ${idOf(1)}`,
      reason: 'started_at: expected an RFC 3339 time, found "yesterday"',
      raw: { started_at: { S: 'yesterday' }, sessionToken: 'REDACTED' },
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('are shown only a few times, and all kept', async () => {
    const path = join(scratch(), 'rejects.ndjson');
    const { stderr } = await run(`export --table many-bad --rejects ${path} --quiet`);
    expect(stderr.match(/expires_at/g)?.length).toBe(5);
    expect(stderr).toContain('8 rows could not be understood');
    expect(objects(readFileSync(path, 'utf8')).length).toBe(8);
  });

  it('stop the run at the first with --strict, and leave no file', async () => {
    const path = join(scratch(), 'out.csv');
    const { code, stderr } = await run(`export --table many-bad --strict --out ${path}`);
    expect(code).toBe(3);
    expect(stderr.match(/expires_at/g)?.length).toBe(1);
    expect(existsSync(path)).toBe(false);
  });
});

function withoutEmpty(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ''));
}

/** Every time as `--columns all` has it; those of the rows are UTC with nine digits or fewer. */
function withNineDigits(row: Row): Row {
  const cells = Object.entries(row).map(([name, value]) => {
    if (!name.endsWith('_at')) return [name, value];
    const [, whole, fraction = ''] = /^([^.]+?)(?:\.(\d+))?Z$/.exec(String(value))!;
    return [name, `${whole}.${fraction.padEnd(9, '0')}Z`];
  });
  return Object.fromEntries(cells) as Row;
}

function byId(a: Row, b: Row): number {
  return String(a['id']) < String(b['id']) ? -1 : 1;
}
