import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { type Athena, type AthenaOptions, startAthena } from './support/athena.js';
import {
  type AthenaTable,
  CURRENT,
  MANUAL,
  OLDER,
  OLDEST,
  ORGANIZATION,
  OURS,
  type TableShape,
} from './support/athena-tables.js';
import { trailRecords } from './support/cloudtrail.js';
import { roleRecord, writeTrail } from './support/trail.js';
import { checkTrino } from './support/trino.js';

const GROUPED = `WITH calls AS (
  SELECT eventid AS event_id, eventtime AS event_time, eventname AS event_name, awsregion AS region,
    coalesce(nullif(json_extract_scalar(requestparameters, '$.roleArn'), ''),
      element_at(filter(resources, r -> r.type = 'AWS::IAM::Role'), 1).arn) AS role_arn,
    json_extract_scalar(responseelements, '$.sourceIdentity') AS response_identity,
    json_format(json_extract(requestparameters, '$.tags')) AS tags,
    useridentity.type AS caller_type,
    useridentity.sessioncontext.sessionissuer.arn AS caller_role_arn,
    row_number() OVER (PARTITION BY eventid ORDER BY sharedeventid) AS copy
  FROM "audit"."cloudtrail_logs" AS t
  WHERE WINDOW_HERE
    AND eventsource = 'sts.amazonaws.com' AND eventname IN (?, ?) AND eventtime >= ? AND eventtime < ?
), keyed AS (
  SELECT *, to_hex(sha256(to_utf8(json_format(CAST(ARRAY[event_name, role_arn, tags] AS JSON))))) AS group_key
  FROM calls
)
SELECT group_key, event_name, count(*) AS events, min(event_time) AS first_time, max(event_time) AS last_time
FROM keyed WHERE copy = 1 AND region <> ? GROUP BY 1, 2 ORDER BY first_time, group_key`;
const DAYS = {
  timestamp: `"timestamp" BETWEEN ? AND ?`,
  parts: `CAST(t."year" AS integer) * 10000 + CAST(t."month" AS integer) * 100
    + CAST(t."day" AS integer) BETWEEN ? AND ?`,
};
const TIMES = [`'AssumeRole'`, `'it''s'`, `'2026-01-19'`, `'2026-01-21T00:00:00Z'`, `'eu'`];
const OUTPUT = { ResultConfiguration: { OutputLocation: 's3://results/' } };

const endpoints: Athena[] = [];
afterAll(() => endpoints.forEach((endpoint) => endpoint.close()));

/** An endpoint with one table, and how to ask it. */
async function athenaOver(table: AthenaTable, options: AthenaOptions = {}) {
  const athena = await startAthena(
    { 'audit.cloudtrail_logs': table },
    { pollsUntilDone: 1, ...options },
  );
  endpoints.push(athena);
  const client = new AthenaClient({
    endpoint: athena.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });

  async function start(sql: string, parameters?: string[], more: object = OUTPUT): Promise<string> {
    const command = new StartQueryExecutionCommand({
      QueryString: sql,
      ...(parameters !== undefined && { ExecutionParameters: parameters }),
      ...more,
    });
    return (await client.send(command)).QueryExecutionId!;
  }

  async function poll(id: string): Promise<QueryExecution> {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    return (await client.send(command)).QueryExecution!;
  }

  async function page(id: string, more: { NextToken?: string; MaxResults?: number } = {}) {
    const command = new GetQueryResultsCommand({ QueryExecutionId: id, ...more });
    const { ResultSet, NextToken: next } = await client.send(command);
    return {
      cells: ResultSet!.Rows!.map(({ Data }) => Data!.map((cell) => cell.VarCharValue)),
      types: ResultSet!.ResultSetMetadata!.ColumnInfo!.map(({ Name, Type }) => `${Name} ${Type}`),
      next,
    };
  }

  async function rows(sql: string, parameters?: string[]) {
    const id = await start(sql, parameters);
    const { Status } = await poll(id);
    if (Status?.State !== 'SUCCEEDED') throw new Error(Status?.StateChangeReason);
    return (await page(id)).cells;
  }
  return { athena, client, start, poll, page, rows };
}

/** Three days with a call each, the last twice. */
function threeDays(): string {
  const folder = writeTrail([
    roleRecord(0, { at: '2026-01-18T12:00:00Z' }),
    roleRecord(1, { at: '2026-01-19T12:00:00Z', tag: 'x' }),
    roleRecord(2, { at: '2026-01-20T12:00:00Z' }),
    roleRecord(2, { at: '2026-01-20T12:00:00Z' }),
  ]);
  return folder;
}

describe('queries', () => {
  const shapes: readonly [string, TableShape, string, string[]][] = [
    ['current', CURRENT, DAYS.timestamp, [`'2026/01/19'`, `'2026/01/22'`]],
    ['ours', OURS, DAYS.timestamp, [`'2026/01/19'`, `'2026/01/22'`]],
    ['older', OLDER, DAYS.timestamp, [`'2026/01/19'`, `'2026/01/22'`]],
    ['organization', ORGANIZATION, `t.${DAYS.timestamp}`, [`'2026/01/19'`, `'2026/01/22'`]],
    ['manual', MANUAL, DAYS.parts, ['20260119', '20260122']],
    ['oldest', OLDEST, 'true', []],
  ];

  test.each(shapes)('the grouped sample on %s', async (_, shape, window, days) => {
    const { rows, athena } = await athenaOver({ ...shape, folder: threeDays() });
    const [header, ...found] = await rows(GROUPED.replace('WINDOW_HERE', window), [
      ...days,
      ...TIMES,
    ]);
    expect(header).toEqual(['group_key', 'event_name', 'events', 'first_time', 'last_time']);
    expect(found).toEqual([
      [
        expect.stringMatching(/^[0-9A-F]{64}$/),
        'AssumeRole',
        '1',
        ...twice('2026-01-19T12:00:00Z'),
      ],
      [
        expect.stringMatching(/^[0-9A-F]{64}$/),
        'AssumeRole',
        '1',
        ...twice('2026-01-20T12:00:00Z'),
      ],
    ]);
    const all = await athenaOver({ ...shape, folder: threeDays() });
    await all.rows('SELECT count(*) AS n FROM "audit"."cloudtrail_logs"');
    const [scanned, whole] = [athena, all.athena].map(({ queries }) => queries[0]!.bytesScanned);
    if (shape === OLDEST) expect(scanned).toBe(whole);
    else expect(scanned).toBeLessThan(whole! * 0.8);
  });

  test('every kind of record is read', async () => {
    const { rows } = await athenaOver({ ...CURRENT, folder: writeTrail([...trailRecords(100)]) });
    const [, found] = await rows(`SELECT count(*), count(requestparameters), count(errorcode),
      count_if(readonly = 'true'), min("timestamp"), cardinality(max(resources))
      FROM "audit"."cloudtrail_logs"`);
    expect(found).toEqual(['100', '90', '10', '100', '2026/01/17', '1']);
  });

  test('a broken file outside the partitions is not read, one inside fails the query', async () => {
    const folder = threeDays();
    const broken = join(
      folder,
      'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/18/broken.json.gz',
    );
    mkdirSync(join(broken, '..'), { recursive: true });
    writeFileSync(broken, gzipSync('{"Records":[{'));
    const { rows } = await athenaOver({ ...CURRENT, folder });
    const sql = 'SELECT count(*) AS n FROM "audit"."cloudtrail_logs" WHERE "timestamp" >= ?';
    expect(await rows(sql, [`'2026/01/19'`])).toEqual([['n'], ['3']]);
    await expect(rows(sql, [`'2026/01/18'`])).rejects.toThrow('Malformed JSON');
  });

  test('no files in the partitions, or none at all', async () => {
    const sql = `SELECT count(*) AS n FROM "audit"."cloudtrail_logs" AS t WHERE ${DAYS.parts}`;
    for (const folder of [threeDays(), writeTrail([])]) {
      const { rows, athena } = await athenaOver({ ...MANUAL, folder });
      expect(await rows(sql, ['20250101', '20250102'])).toEqual([['n'], ['0']]);
      expect(athena.queries[0]?.bytesScanned).toBe(0);
    }
  });

  test('a projection sees nothing but what its properties say', async () => {
    const sql = 'SELECT count(*) FROM "audit"."cloudtrail_logs"';
    for (const [property, value] of [
      ['projection.timestamp.range', '2020/01/01,2026/01/17'],
      ['storage.location.template', 's3://b/AWSLogs/1/CloudTrail/us-east-1/${timestamp}'],
    ] as const) {
      const parameters = { ...CURRENT.parameters, [property]: value };
      const { rows } = await athenaOver({ ...CURRENT, parameters, folder: threeDays() });
      expect(await rows(sql)).toEqual([['_col0'], ['0']]);
    }
  });

  test('functions do as in Trino', async () => {
    const { rows } = await athenaOver({ ...OURS, folder: threeDays() });
    const cases: readonly [string, string | undefined][] = [
      [`json_extract_scalar('{"a":{"b":1}}', '$.a')`, undefined],
      [`json_extract_scalar('{"a":{"b":1}}', '$.a.b')`, '1'],
      [`json_extract_scalar('{"a":null}', '$.a')`, undefined],
      [`json_extract_scalar('null', '$.a')`, undefined],
      [`TRY(json_extract_scalar('{', '$.a'))`, undefined],
      [`date_diff('day', timestamp '2026-01-01 23:00:00', timestamp '2026-01-02 01:00:00')`, '0'],
      [`from_iso8601_timestamp('2026-01-20T12:00:00Z')`, '2026-01-20 12:00:00.000 UTC'],
      [`regexp_like('abc', 'b')`, 'true'],
      [`regexp_replace('abab', '(a)', '<$1>')`, '<a>b<a>b'],
      [`concat('a', NULL)`, undefined],
      [`greatest(1, NULL)`, undefined],
      [`least(3, 2, 4)`, '2'],
      [`7 / 2`, '3'],
      [`contains(ARRAY['a'], 'a')`, 'true'],
      [`element_at(ARRAY['a'], 2)`, undefined],
      [`try_cast('x' AS integer)`, undefined],
      [`json_format(CAST(ARRAY['a', NULL, '"'] AS JSON))`, '["a",null,"\\""]'],
    ];
    const [, found] = await rows(`SELECT ${cases.map(([sql]) => sql).join(', ')}`);
    expect(found).toEqual(cases.map(([, value]) => value));
    const [, identity] = await rows(
      `SELECT max(useridentity.sessioncontext.sourceidentity), '' FROM "audit"."cloudtrail_logs"`,
    );
    expect(identity).toEqual([undefined, '']);
  });

  test.each([
    ['an unknown field', 'useridentity.sessioncontext.sourceidentity', 'sourceidentity'],
    ['an unknown column', 'eventcolour', 'eventcolour'],
    ['what is not in the grammar', `eventid::VARCHAR`, 'line 1:'],
    ['a function of DuckDB', 'max(len(resources))', "'len'"],
    ['backquotes', '`eventid`', 'double quotes'],
    ['text for a number', `1 + ?`, 'VARCHAR'],
  ])('%s fails the query', async (_, column, reason) => {
    const { start, poll, page } = await athenaOver({ ...CURRENT, folder: threeDays() });
    const id = await start(
      `SELECT ${column} FROM "audit"."cloudtrail_logs"`,
      column.includes('?') ? [`'a'`] : undefined,
    );
    const { Status } = await poll(id);
    expect(Status).toMatchObject({ State: 'FAILED', AthenaError: { ErrorCategory: 2 } });
    expect(Status?.StateChangeReason).toContain(reason);
    await expect(page(id)).rejects.toThrow('FAILED');
  });

  test.each([
    ['WHERE', `SELECT eventid AS id FROM "audit"."cloudtrail_logs" WHERE id = 'a'`],
    [
      'GROUP BY',
      `SELECT upper(eventid) AS id, count(*) FROM "audit"."cloudtrail_logs" GROUP BY id`,
    ],
    [
      'SELECT',
      `WITH c AS (SELECT eventid AS id FROM "audit"."cloudtrail_logs") SELECT id AS x, x FROM c`,
    ],
    ['a CTE', `WITH c AS (SELECT 1 AS a WHERE a = 1) SELECT a FROM c`],
    ['a subquery', `SELECT 1 WHERE 1 IN (SELECT 1 AS b FROM (VALUES (1)) AS t (c) WHERE b = 1)`],
  ])('an alias is no column in %s', async (_, sql) => {
    const { rows } = await athenaOver({ ...CURRENT, folder: threeDays() });
    await expect(rows(sql)).rejects.toThrow(/Column '\w+' cannot be resolved/);
  });

  test('an alias that is also a column is one', async () => {
    const { rows } = await athenaOver({ ...CURRENT, folder: threeDays() });
    for (const sql of [
      `SELECT upper(eventname) AS eventname, count(*) FROM "audit"."cloudtrail_logs" WHERE eventname > '' GROUP BY eventname ORDER BY eventname`,
      `WITH c (k) AS (SELECT eventid AS id FROM "audit"."cloudtrail_logs"), d AS (SELECT *, 1 AS n FROM c) SELECT k AS id, n FROM d WHERE n = 1 AND k > ''`,
      `SELECT element_at(filter(resources, r -> r.arn > ''), 1).arn AS r FROM "audit"."cloudtrail_logs" AS t ORDER BY r`,
      `SELECT t.eventid AS e, v.k AS k FROM "audit"."cloudtrail_logs" AS t JOIN (VALUES ('a')) AS v (k) ON t.eventid <> v.k`,
    ]) {
      expect((await rows(sql)).length).toBeGreaterThan(1);
    }
  });
});

describe('the protocol', () => {
  test('pages have a header once; NULL is absent and empty text is not', async () => {
    const folder = writeTrail([...trailRecords(1200)]);
    const { start, poll, page, client } = await athenaOver({ ...CURRENT, folder });
    const id = await start(
      `SELECT eventid, '' AS e, sharedeventid, 1.0e0 FROM "audit"."cloudtrail_logs" ORDER BY eventtime`,
    );
    await expect(page(id)).rejects.toThrow('Current state: QUEUED');
    await poll(id);
    const first = await page(id);
    expect(first.cells).toHaveLength(1000);
    expect(first.types).toEqual([
      'eventid varchar',
      'e varchar',
      'sharedeventid varchar',
      '_col3 double',
    ]);
    expect(first.cells[0]).toEqual(['eventid', 'e', 'sharedeventid', '_col3']);
    expect(first.cells[1]?.slice(1)).toEqual(['', undefined, '1.0']);
    const second = await page(id, { NextToken: first.next! });
    expect(second.cells).toHaveLength(201);
    expect(second.cells[0]?.[0]).not.toBe('eventid');
    expect(second.next).toBeUndefined();
    await expect(page(id, { MaxResults: 1001 })).rejects.toThrow('MaxResults');
    const other = await start('SELECT 1');
    await poll(other);
    await expect(page(other, { NextToken: first.next! })).rejects.toThrow('NextToken');
    client.destroy();
  });

  test('parameters are literals, as many as the question marks', async () => {
    const { start, rows } = await athenaOver({ ...CURRENT, folder: threeDays() });
    const sql = `SELECT '?' AS q -- ?\nFROM "audit"."cloudtrail_logs" WHERE eventname = ? AND 1 < ?`;
    expect(await rows(sql, [`'AssumeRole'`, '5'])).toHaveLength(5);
    for (const bad of [
      [`AssumeRole`, '5'],
      [`'a' OR 'a'`, '5'],
      [`'a'`],
      [`'a'`, '5', '6'],
      ['', '5'],
    ]) {
      await expect(start(sql, bad)).rejects.toMatchObject({ name: 'InvalidRequestException' });
    }
    await expect(start(sql, [`'${'x'.repeat(1023)}'`, '5'])).rejects.toThrow('1024');
    await expect(start(`SELECT '${'x'.repeat(262_144)}'`)).rejects.toThrow('262144');
  });

  test('a token gives the same query again', async () => {
    const { start, athena } = await athenaOver({ ...CURRENT, folder: threeDays() });
    const more = { ...OUTPUT, ClientRequestToken: 't'.repeat(32) };
    expect(await start('SELECT 1', undefined, more)).toBe(await start('SELECT 1', undefined, more));
    await expect(start('SELECT 2', undefined, more)).rejects.toThrow('Idempotent');
    await expect(
      start('SELECT 1', undefined, { ...more, ClientRequestToken: 't' }),
    ).rejects.toThrow('32');
    expect(athena.queries).toHaveLength(1);
    expect(athena.seen.map(({ answer }) => answer)).toEqual([
      'ok',
      'ok',
      'InvalidRequestException',
      'InvalidRequestException',
    ]);
  });

  test('an output location is of the call or of the workgroup', async () => {
    const { start, poll } = await athenaOver(
      { ...CURRENT, folder: threeDays() },
      {
        workGroups: {
          primary: {},
          set: { output: 's3://set' },
          forced: { output: 's3://forced/', enforced: true },
          cheap: { output: 's3://cheap', cutoff: 10 },
        },
      },
    );
    const outputOf = async (more: object) =>
      (await poll(await start('SELECT 1', undefined, more))).ResultConfiguration?.OutputLocation;
    await expect(outputOf({})).rejects.toThrow('No output location');
    await expect(outputOf({ ...OUTPUT, WorkGroup: 'none' })).rejects.toThrow('not found');
    expect(await outputOf({ WorkGroup: 'set' })).toMatch('s3://set/');
    expect(await outputOf({ ...OUTPUT, WorkGroup: 'set' })).toMatch('s3://results/');
    expect(await outputOf({ ...OUTPUT, WorkGroup: 'forced' })).toMatch('s3://forced/');
    const dear = await start('SELECT eventid FROM cloudtrail_logs', undefined, {
      WorkGroup: 'cheap',
      QueryExecutionContext: { Database: 'audit' },
    });
    expect((await poll(dear)).Status?.State).toBe('CANCELLED');
  });

  test('states follow each other, and a stopped query is cancelled', async () => {
    const folder = threeDays();
    const { start, poll } = await athenaOver(
      { ...CURRENT, folder },
      { pollsUntilDone: 3, faultFor: (number) => (number === 0 ? 'requeue' : undefined) },
    );
    const id = await start('SELECT 1');
    const states: (string | undefined)[] = [];
    for (let n = 0; n < 6; n++) states.push((await poll(id)).Status?.State);
    expect(states).toEqual(['QUEUED', 'RUNNING', 'QUEUED', 'RUNNING', ...twice('SUCCEEDED')]);

    const never = await athenaOver({ ...CURRENT, folder }, { pollsUntilDone: Infinity });
    const stopped = await never.start('SELECT 1');
    for (let n = 0; n < 5; n++) await never.poll(stopped);
    expect(never.athena.queries[0]?.state).toBe('RUNNING');
    await never.client.send(new StopQueryExecutionCommand({ QueryExecutionId: stopped }));
    expect((await never.poll(stopped)).Status?.State).toBe('CANCELLED');
    expect(never.athena.stopped).toEqual([stopped]);
  });

  test('faults come as asked', async () => {
    const { start, poll, athena } = await athenaOver(
      { ...CURRENT, folder: threeDays() },
      {
        faultFor: (number) =>
          (
            [
              'throttle',
              '500',
              { error: 'TooManyRequestsException', message: 'many' },
              'drop',
              { slow: 5 },
              { state: 'FAILED', reason: 'resources', retryable: true },
            ] as const
          )[number],
      },
    );
    const more = { ...OUTPUT, ClientRequestToken: 't'.repeat(40) };
    const names = ['ThrottlingException', 'InternalServerException', 'TooManyRequestsException'];
    for (const name of names) {
      await expect(start('SELECT 1', undefined, more)).rejects.toMatchObject({ name });
    }
    await expect(start('SELECT 1', undefined, more)).rejects.toThrow('socket hang up');
    const id = await start('SELECT 1', undefined, more);
    expect(athena.queries.map((query) => query.id)).toEqual([id]); // the answer was lost, not the query
    const { Status } = await poll(id);
    expect(Status).toMatchObject({
      StateChangeReason: 'resources',
      AthenaError: { Retryable: true },
    });
  });

  test('the catalog tells of the table', async () => {
    const { client } = await athenaOver({ ...CURRENT, folder: threeDays() });
    const names = { CatalogName: 'AwsDataCatalog', DatabaseName: 'audit' };
    const metadataOf = async (name: string) => {
      const command = new GetTableMetadataCommand({ ...names, TableName: name });
      return (await client.send(command)).TableMetadata!;
    };
    const table = await metadataOf('cloudtrail_logs');
    expect(table.PartitionKeys).toEqual([{ Name: 'timestamp', Type: 'string' }]);
    expect(table.Columns?.map(({ Name }) => Name)).toContain('useridentity');
    expect(table.Parameters?.['projection.enabled']).toBe('true');
    await expect(metadataOf('none')).rejects.toMatchObject({ name: 'MetadataException' });
  });
});

test('the grammar wants one statement', () => {
  expect(checkTrino('SELECT a FROM b WHERE c IN (?, ?);')).toEqual([]);
  expect(checkTrino('SELECT 1; SELECT 2')).toEqual(['2 statements, not one']);
  expect(checkTrino('')).toEqual(['0 statements, not one']);
  expect(checkTrino('SELECT a FROM')[0]).toMatch(/^line 1:/);
});

function twice(text: string): string[] {
  return [text, text];
}
