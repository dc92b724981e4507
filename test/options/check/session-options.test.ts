import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import { formatInstant, parseInstant } from '../../../src/model/time/instant.js';
import {
  type ServerSessionsOptions,
  type SessionOptions,
  checkServerSessions,
  checkExport,
} from '../../../src/options/check/session-options.js';
import { readRequest } from '../../../src/options/read/request.js';
import { temporaryFolder } from '../../support/contracts.js';

type Env = Readonly<Record<string, string>>;
const now = parseInstant('2026-01-24T12:00:00Z')!;

async function optionsOf(
  line: string,
  env: Env = {},
): Promise<SessionOptions & Partial<ServerSessionsOptions>> {
  const argv = line.split(' ');
  const request = await readRequest(argv, { HOME: '/nowhere', ...env }, '1.2.3', 80);
  if (request.kind !== 'command') throw new Error(`${line} is ${request.kind}`);
  return request.name === 'export'
    ? checkExport(request.given, env, now)
    : checkServerSessions(request.given, env, now);
}

async function failureOf(line: string, env: Env = {}): Promise<UsageError> {
  const failure: unknown = await optionsOf(line, env).catch((error: unknown) => error);
  if (failure instanceof UsageError) return failure;
  throw new Error(`${line} was taken: ${String(failure)}`);
}

test('without options the table that Sentinel names is exported as CSV to standard output', async () => {
  expect(await optionsOf('export')).toEqual({
    from: {
      table: 'sentinel-sessions',
      sessions: [],
      exclude: [],
      env: {},
      requestPayer: false,
    },
    filter: { window: {} },
    columns: undefined,
    output: { format: 'csv', csvRaw: false },
    format: 'csv',
    run: {
      quiet: false,
      verbose: false,
      progress: true,
      strict: false,
      notes: [],
      aws: { env: {}, requestPayer: false },
    },
  });
});

test('server-sessions lists the newest hundred as a table', async () => {
  const { output, limit, all } = await optionsOf('server-sessions');
  expect([output.format, limit, all]).toEqual(['table', 100, false]);
  expect(await optionsOf('server-sessions --all --limit 5')).toMatchObject({ limit: 5, all: true });
});

describe('the source', () => {
  test('is the table that is named, by whom it is named', async () => {
    const env = { SENTINEL_SESSION_TABLE: 'theirs' };
    expect((await optionsOf('export', env)).from.table).toBe('theirs');
    expect((await optionsOf('export --table ours', env)).from.table).toBe('ours');
    const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/sentinel-sessions';
    expect((await optionsOf(`export --table ${arn}`)).from.table).toBe(arn);
  });

  test('is files alone where only files are named, and both where both are', async () => {
    const env = { SENTINEL_SESSION_TABLE: 'theirs' };
    expect((await optionsOf('export --sessions /dev/null -', env)).from).toMatchObject({
      table: undefined,
      sessions: ['/dev/null', '-'],
    });
    expect((await optionsOf('export --table ours --sessions /dev/null')).from.table).toBe('ours');
  });

  test('is asked in the region that is said', async () => {
    expect((await optionsOf('export --region eu-west-1')).from.region).toBe('eu-west-1');
    const env = { AWS_DEFAULT_REGION: 'eu-north-1' };
    expect((await optionsOf('export', env)).from).toMatchObject({ region: undefined, env });
  });
});

test('the filter is what is asked, times measured back from now', async () => {
  const { filter } = await optionsOf(
    'export --status revoked --user a --profile b --since 24h --until 1h',
  );
  expect(filter).toMatchObject({ status: 'revoked', user: 'a', profile: 'b' });
  expect(formatInstant(filter.window.since!)).toBe('2026-01-23T12:00:00Z');
  expect(formatInstant(filter.window.until!)).toBe('2026-01-24T11:00:00Z');
});

describe('the format', () => {
  test.each([
    ['a.ndjson', 'ndjson'],
    ['a.jsonl', 'ndjson'],
    ['a.JSON', 'json'],
    ['a.json.gz', 'json'],
    ['a.csv.gz', 'csv'],
    ['a.txt', 'csv'],
    ['a.gz', 'csv'],
    ['json', 'csv'],
  ])('of %s is %s', async (name, format) => {
    const out = join(temporaryFolder(), name);
    expect((await optionsOf(`export --out ${out}`)).output).toEqual({ format, out, csvRaw: false });
    expect((await optionsOf(`export --out ${out} --format table`)).output.format).toBe('table');
  });

  test('is said in several ways', async () => {
    expect((await optionsOf('export --json')).output.format).toBe('json');
    expect((await optionsOf('export --json --format json')).output.format).toBe('json');
    expect((await optionsOf('export --output ndjson')).output.format).toBe('ndjson');
    expect((await optionsOf('server-sessions --format human')).output.format).toBe('table');
    expect((await optionsOf('export --out -')).output.out).toBeUndefined();
  });
});

test('columns are a set, or a list of names', async () => {
  expect((await optionsOf('export --columns all')).columns).toBe('all');
  expect((await optionsOf('export --columns audit')).columns).toBe('audit');
  expect((await optionsOf('export --columns ttl,id')).columns).toEqual(['ttl', 'id']);
});

test.each([
  ['export --table a', '--table', /"a" is not a valid table name/],
  ['export --table a/b', '--table', /"a\/b" is not a valid table name/],
  ['export --sessions /no/where', '--sessions', /no file or folder \/no\/where/],
  ['export --sessions - -', '--sessions', /only once/],
  ['export --segments 0', '--segments', /not a whole number/],
  ['export --max-rcu 0.5', '--max-rcu', /not a whole number/],
  ['export --region eu_west', '--region', /not a valid region name/],
  ['export --endpoint-url localhost:8000', '--endpoint-url', /not a valid URL/],
  ['export --since tomorrow', '--since', /"tomorrow"/],
  ['export --since 1d --until=-1d', '--until', /"-1d" is negative/],
  ['export --since 1h --until 1d', '--since', /backwards/],
  ['export --status gone', '--status', /not one of active/],
  ['export --json --format csv', '--json', /contradicts --format csv/],
  ['export --out /no/where/a.csv', '--out', /no folder \/no\/where/],
  ['export --out /tmp', '--out', /is a folder/],
  ['export --out /tmp/a.orc', '--out', /\.orc files cannot be written/],
  ['export --out /tmp/a.parquet.gz', '--out', /Parquet file cannot be compressed again/],
  ['export --format parquet', '--format', /parquet is not for standard output/],
  ['export --format parquet --out -', '--format', /parquet is not for standard output/],
  ['export --out /tmp/a.csv.zst', '--out', /\.zst files cannot be written/],
  ['export --rejects /no/where/a', '--rejects', /no folder/],
  ['export --out /tmp/a --rejects /tmp/../tmp/a', '--rejects', /same file as --out/],
  ['export --columns audit,ttl', '--columns', /"audit" cannot be combined/],
  ['server-sessions --limit 0', '--limit', /not a whole number/],
  ['server-sessions --limit 1000001', '--limit', /from 1 to 1000000/],
])('%s is a usage error', async (line, option, message) => {
  expect(await failureOf(line)).toMatchObject({
    option,
    message: expect.stringMatching(message),
    exitCode: 2,
  });
});

test('an error names the variable that it came from', async () => {
  const env = { SENTINEL_AUDIT_SINCE: '1h', SENTINEL_AUDIT_UNTIL: 'soon' };
  expect((await failureOf('export', env)).option).toBe('SENTINEL_AUDIT_UNTIL');
  expect((await failureOf('export --until 2h', env)).option).toBe('SENTINEL_AUDIT_SINCE');
});
