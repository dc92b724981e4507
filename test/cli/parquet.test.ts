import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBStructValue,
} from '@duckdb/node-api';
import * as fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ColumnKind } from '../../src/model/columns/column.js';
import { formatInstant, parseInstant } from '../../src/model/time/instant.js';
import { cli, objects, scratch } from '../support/cli.js';
import type { TrailRecord } from '../support/cloudtrail.js';
import { LISTS, type ListName, duckdbLines } from '../support/lists.js';
import { type Row, idOf, sessionRow } from '../support/sessions.js';
import { NO_AWS, VOUCHED, WINDOW, fileOf, ndjsonOf, roleRecord } from '../support/trail.js';

let duckdb: DuckDBConnection;
beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  duckdb = await instance.connect();
  await duckdb.run("SET TimeZone = 'UTC'");
});
afterAll(() => duckdb.disconnectSync());

type Values = Readonly<Record<string, unknown>>;

/** Every value of a query by its column: times in microseconds, counts as bigint, absent as null. */
async function query(sql: string): Promise<Values[]> {
  const reader = await duckdb.runAndReadAll(sql);
  return reader.getRowObjects().map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        const isTime = typeof value === 'object' && value !== null && 'micros' in value;
        return [name, isTime ? value.micros : value];
      }),
    ),
  );
}
const typesOf = async (sql: string): Promise<unknown[]> => {
  const reader = await duckdb.runAndReadAll(sql);
  return reader.columnNames().map((name, at) => [name, String(reader.columnTypes()[at])]);
};

/** What an object of NDJSON says, as {@link query} has it; and every value is what the column's kind says. */
function valuesOf(object: Values, list: ListName): Values {
  const columns: readonly { name: string; kind?: ColumnKind | undefined }[] = LISTS[list];
  expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(object)));
  return Object.fromEntries(
    columns.map(({ name, kind }) => [
      name,
      name in object ? valueOf(object[name], kind ?? 'text') : null,
    ]),
  );
}

function valueOf(value: unknown, kind: ColumnKind | 'text'): unknown {
  switch (kind) {
    case 'time': {
      expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
      const { seconds, nanos } = parseInstant(String(value))!;
      return BigInt(seconds) * 1_000_000n + BigInt(Math.floor(nanos / 1000));
    }
    case 'count':
      return BigInt(value as number);
    case 'rate':
      return expect.closeTo(value as number, 12) as unknown;
    case 'flag':
      expect(value).toBeTypeOf('boolean');
      return value;
    case 'text':
      expect(value).toBeTypeOf('string');
      expect(value).not.toBe('');
      return value;
  }
}

const COMMANDS: Readonly<Record<ListName, readonly string[]>> = {
  Sessions: ['export', 'sessions'],
  Events: ['export', 'events', ...WINDOW],
  Verdicts: ['export', 'verdicts', ...WINDOW, '--include-failed-calls'],
  Findings: ['untracked-sessions', ...WINDOW, '--include-failed-calls'],
  Profiles: ['session-compliance', ...WINDOW, '--include-failed-calls'],
};
const LIST_NAMES = Object.keys(COMMANDS) as ListName[];

interface World {
  readonly sessions: readonly Row[];
  readonly records: readonly TrailRecord[];
}

/** Runs the command of a list over a world; the answer is the file it wrote. */
async function written(
  list: ListName,
  { sessions, records }: World,
  ending: string,
  args: readonly string[],
): Promise<string> {
  const path = join(scratch(), `${list.toLowerCase()}.${ending}`);
  const from = ['--sessions', fileOf('sessions.ndjson', ndjsonOf(sessions))];
  const events = ['--events', fileOf('log.json', JSON.stringify({ Records: records }))];
  const inputs =
    list === 'Sessions' ? from : list === 'Events' ? events : [...from, ...VOUCHED, ...events];
  const ended = await cli([...COMMANDS[list], ...inputs, '--out', path, ...args], { env: NO_AWS });
  expect(ended.stderr).not.toMatch(/could not be read/);
  expect(ended.code).toBeLessThan(4);
  return path;
}

async function readBack(path: string): Promise<Values[]> {
  const file = new Uint8Array(readFileSync(path)).buffer;
  const parsers = { timestampFromMicroseconds: (micros: bigint) => micros };
  return parquetReadObjects({ file, parsers });
}

const texts = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.constantFrom(
    '0012',
    '1e5',
    'true',
    'null',
    'NULL',
    '2026-01-20',
    '=1+1',
    "'=x",
    '漢"👍',
    'a\r\nb,"',
  ),
);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const times = fc
  .record({
    seconds: fc.integer({ min: -60_000_000_000, max: 253_000_000_000 }),
    nanos: fc.oneof(fc.constantFrom(0, 1, 999, 500_000_000, 999_999_999), fc.nat(999_999_999)),
    zone: fc.constantFrom('Z', '+05:45', '-08:00'),
  })
  .map(({ seconds, nanos, zone }) => formatInstant({ seconds, nanos }).replace('Z', zone));
/** Ids that look like numbers, among others. */
const ids = ['0000000000000012', '1234567890123456', '12e4567890123456', '0000000000000000'].concat(
  [4, 5, 6, 7].map(idOf),
);
const counts = fc.oneof(fc.nat(5), fc.maxSafeNat());
const rows = fc
  .array(
    fc.record({
      user: maybe(texts),
      profile: maybe(texts),
      started_at: maybe(times),
      last_access_at: maybe(times),
      expires_at: maybe(times),
      request_count: maybe(counts),
      server_instance_id: maybe(texts),
      source_identity: maybe(texts),
      created_at: times,
      updated_at: times,
      device_id: maybe(texts),
      revoked_by: maybe(texts),
      revoked_reason: maybe(texts),
      ttl: maybe(counts),
    }),
    { maxLength: 8 },
  )
  .map((all) => all.map((row, n) => sessionRow(n, { ...row, id: ids[n] })));

/** Calls of the window, some of a session, with digits for account ids and times with fractions and offsets. */
const calls = fc
  .array(
    fc.record({
      session: fc.option(fc.nat(7), { nil: undefined, freq: 2 }),
      at: fc.constantFrom(
        '2026-01-20T12:00:00Z',
        '2026-01-20T14:00:00.123456789+02:00',
        '2026-01-20T12:00:00.5Z',
      ),
      role: fc.constantFrom('Prod', 'Other', 'Third'),
      identity: maybe(texts.map((text) => text.slice(0, 60))),
      account: maybe(fc.constantFrom('000000000012', '111122223333')),
      error: maybe(texts),
      agent: maybe(texts),
      isRoleless: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((all) =>
    all.map(({ session, at, role, identity, account, error, agent, isRoleless }, n) =>
      roleRecord(n, {
        at,
        role,
        ...(identity !== undefined && { identity }),
        ...(session !== undefined && { tag: ids[session] }),
        more: {
          recipientAccountId: account,
          errorCode: error,
          userAgent: agent,
          ...(isRoleless && { requestParameters: null, resources: undefined }),
        },
      }),
    ),
  );
const worlds: fc.Arbitrary<World> = fc.record({ sessions: rows, records: calls });

describe.each(LIST_NAMES)('Parquet of %s', (list) => {
  it('is the NDJSON of the same run, and DuckDB reads the same of NDJSON and CSV', async () => {
    let compared = 0;
    const property = fc.asyncProperty(worlds, async (world) => {
      const all = ['--columns', 'all'];
      const ndjson = await written(list, world, 'ndjson', all);
      const expected = objects(readFileSync(ndjson, 'utf8')).map((row) => valuesOf(row, list));
      compared += expected.length;
      const parquet = await written(list, world, 'parquet', []);
      expect(await readBack(parquet)).toEqual(expected);
      expect(await query(`FROM '${parquet}'`)).toEqual(expected);
      const csv = await written(list, world, 'csv', [...all, '--csv-raw']);
      const lines = duckdbLines(list);
      const file = list.toLowerCase();
      const fromNdjson = lines.ndjson.replace(`${file}.ndjson`, ndjson);
      const fromCsv = lines.csv.replace(`${file}.csv`, csv);
      expect(await query(fromNdjson)).toEqual(expected);
      expect(await query(fromCsv)).toEqual(expected);
      const types = await typesOf(`FROM '${parquet}'`);
      expect(await typesOf(fromNdjson)).toEqual(types);
      expect(await typesOf(fromCsv)).toEqual(types);
    });
    await fc.assert(property, { numRuns: 15 });
    expect(compared).toBeGreaterThan(10);
  });

  it('has the same schema with no rows at all', async () => {
    const schemaOf = async (world: World): Promise<unknown> => {
      const bytes = readFileSync(await written(list, world, 'parquet', []));
      return parquetMetadata(new Uint8Array(bytes).buffer).schema;
    };
    const full = { sessions: [sessionRow(0)], records: [roleRecord(0)] };
    expect(await schemaOf({ sessions: [], records: [] })).toEqual(await schemaOf(full));
  });
});

/** An OCSF document as NDJSON has it: without what is null, and `unmapped` as what its text says. */
function documentOf(value: unknown, name?: string): unknown {
  if (name === 'unmapped') return JSON.parse(value as string);
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof DuckDBListValue) return documentOf(value.items);
  if (value instanceof DuckDBStructValue) return documentOf(value.entries);
  if (Array.isArray(value)) return value.map((one) => documentOf(one));
  if (typeof value !== 'object' || value === null) {
    expect(value).toBeTypeOf('string');
    return value;
  }
  const present = Object.entries(value).filter(([, part]) => part !== null && part !== undefined);
  return Object.fromEntries(present.map(([key, part]) => [key, documentOf(part, key)]));
}

const WITH_OCSF = LIST_NAMES.filter((list) => list !== 'Sessions');
describe.each(WITH_OCSF)('OCSF of %s as Parquet', (list) => {
  const asOcsf = ['--format', 'ocsf'];

  it('is the NDJSON of the same run, and the same bytes again', async () => {
    let compared = 0;
    const property = fc.asyncProperty(worlds, async (world) => {
      const expected = objects(readFileSync(await written(list, world, 'ndjson', asOcsf), 'utf8'));
      compared += expected.length;
      const parquet = await written(list, world, 'parquet', asOcsf);
      expect((await readBack(parquet)).map((row) => documentOf(row))).toEqual(expected);
      const reader = await duckdb.runAndReadAll(`FROM '${parquet}'`);
      expect(reader.getRowObjects().map((row) => documentOf(row))).toEqual(expected);
      const again = await written(list, world, 'parquet', asOcsf);
      expect(readFileSync(again)).toEqual(readFileSync(parquet));
    });
    await fc.assert(property, { numRuns: 15 });
    expect(compared).toBeGreaterThan(10);
  });

  it('has the same schema with no rows at all', async () => {
    const metadataOf = async (world: World) => {
      const bytes = readFileSync(await written(list, world, 'parquet', asOcsf));
      return parquetMetadata(new Uint8Array(bytes).buffer);
    };
    const full = await metadataOf({ sessions: [sessionRow(0)], records: [roleRecord(0)] });
    const empty = await metadataOf({ sessions: [], records: [] });
    expect(empty.schema).toEqual(full.schema);
    expect(empty.key_value_metadata).toEqual([
      { key: 'sentinel-audit.ocsf-version', value: '1.3.0' },
    ]);
  });
});

describe('Parquet of sessions', () => {
  const world = { sessions: [0, 1, 2].map((n) => sessionRow(n)), records: [] };
  const namesIn = async (args: readonly string[]): Promise<unknown[]> => {
    const bytes = readFileSync(await written('Sessions', world, 'parquet', args));
    const { schema } = parquetMetadata(new Uint8Array(bytes).buffer);
    return schema.slice(1).map(({ name }) => name);
  };

  it('has the columns that are asked for, in their order', async () => {
    expect(await namesIn(['--columns', 'ttl,id'])).toEqual(['ttl', 'id']);
    expect(await namesIn(['--columns', 'audit'])).toHaveLength(10);
  });

  it('has all columns of server-sessions, newest first', async () => {
    const path = join(scratch(), 'newest');
    const from = fileOf('sessions.ndjson', ndjsonOf(world.sessions));
    const args = ['server-sessions', '--all', '--sessions', from, '--limit', '2'];
    const { code, stdout } = await cli([...args, '--format', 'parquet', '--out', path], {
      env: NO_AWS,
    });
    expect([code, stdout]).toEqual([0, '']);
    const read = await readBack(path);
    expect(read.map(({ id }) => id)).toEqual([2, 1].map(idOf));
    expect(Object.keys(read[0]!)).toEqual(LISTS.Sessions.map(({ name }) => name));
  });
});
