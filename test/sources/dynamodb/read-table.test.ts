import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceError } from '../../../src/errors.js';
import { Counters, type ReadContext, type Reject } from '../../../src/pipeline/read-context.js';
import {
  NO_FILTER,
  type SessionFilter,
  matches,
} from '../../../src/model/session/session-filter.js';
import { type Session, type SessionField, fieldValue } from '../../../src/model/session/session.js';
import { parseInstant } from '../../../src/model/time/instant.js';
import { readTable } from '../../../src/sources/dynamodb/read-table.js';
import { readTimeToLive } from '../../../src/sources/dynamodb/time-to-live.js';
import {
  type Endpoint,
  connect,
  createTable,
  startDynalite,
  toItem,
} from '../../support/dynamodb.js';
import { startMoto, whyNoMoto } from '../../support/moto.js';
import { type Fault, type Proxy, startProxy } from '../../support/proxy.js';
import { type Row, idOf, sessionRow, sessionRows } from '../../support/sessions.js';

const why = await whyNoMoto();
if (why !== undefined) console.info(`moto is skipped: ${why}`);

const CARRIERS = [
  { name: 'dynalite', start: startDynalite, skip: false },
  { name: 'moto', start: startMoto, skip: why !== undefined },
];

/** Large enough that some thousand rows take several pages of 1 MB. */
const PADDING = 'x'.repeat(1500);
const rows: readonly Row[] = sessionRows(3000).map((row) => ({ ...row, revoked_reason: PADDING }));

describe.each(CARRIERS)('the live table, on $name', ({ start, skip }) => {
  let endpoint: Endpoint;
  let proxy: Proxy;

  beforeAll(async () => {
    if (skip) return;
    endpoint = await start();
    proxy = await startProxy(endpoint.url);
    await createTable(endpoint.url, 'sessions', rows);
    await createTable(endpoint.url, 'no-indexes', rows.slice(0, 50), []);
    await createTable(endpoint.url, 'times', BORDERS);
    await createTable(endpoint.url, 'bad', BAD);
  });
  afterAll(async () => {
    proxy?.close();
    await endpoint?.close();
  });

  const read = (
    options: {
      table?: string;
      filter?: Partial<SessionFilter>;
      segments?: number;
      maxReadUnits?: number;
      newest?: number;
    } = {},
  ): Promise<Result> => readAll(proxy, { ...options });

  it.skipIf(skip)('scans every row once, over pages and any number of segments', async () => {
    for (const segments of [1, 3, 40]) {
      const { sessions, meter, seen } = await read({ segments });
      expect(ids(sessions)).toEqual(ids(rows));
      expect(seen.filter(({ operation }) => operation === 'Scan').length).toBe(meter.pages);
      expect(meter.rows).toBe(rows.length);
      expect(meter.readUnits).toBeCloseTo(seen.reduce((sum, { units }) => sum + units, 0));
    }
  });

  it.skipIf(skip)('delivers every value as stored', async () => {
    const { sessions } = await read({ filter: { user: 'carol' } });
    for (const session of sessions) {
      const row = rows.find(({ id }) => id === session.id) as Row;
      for (const [name, value] of Object.entries(row)) {
        const expected = value === '' ? undefined : value;
        expect(fieldValue(session, name as SessionField), name).toEqual(expected);
      }
    }
  });

  it.skipIf(skip).each([
    ['user', 'bob', 'gsi-user'],
    ['profile', 'dev', 'gsi-profile'],
    ['status', 'revoked', 'gsi-status'],
  ] as const)('asks the index when %s is wanted', async (field, value, index) => {
    const { sessions, seen } = await read({ filter: { [field]: value } });
    expect(ids(sessions)).toEqual(ids(rows.filter((row) => row[field] === value)));
    expect(new Set(operations(seen))).toEqual(new Set(['DescribeTable', 'Query']));
    expect(seen[1]?.body['IndexName']).toBe(index);
  });

  it.skipIf(skip)('uses one index for several filters, and the rest as filter', async () => {
    const wanted = { user: 'alice', status: 'active', profile: 'prod' } as const;
    const { sessions, seen } = await read({ filter: wanted });
    const expected = rows.filter((row) =>
      Object.entries(wanted).every(([key, value]) => row[key] === value),
    );
    expect(ids(sessions)).toEqual(ids(expected));
    expect(seen[1]?.body['IndexName']).toBe('gsi-user');
  });

  it.skipIf(skip)('puts the window into the key condition, and reads little besides', async () => {
    const window = {
      since: instant('2026-01-18T06:00:00Z'),
      until: instant('2026-01-18T07:00:00Z'),
    };
    const { sessions, meter, seen } = await read({ filter: { user: 'bob', window } });
    expect(sessions.length).toBe(15);
    expect(seen[1]?.body['KeyConditionExpression']).toContain('BETWEEN');
    expect(meter.rows).toBeLessThanOrEqual(750); // a day on either side, of bob's alone
  });

  it.skipIf(skip)('scans, and says so, where the index is missing', async () => {
    const { sessions, notes, seen } = await read({ table: 'no-indexes', filter: { user: 'bob' } });
    expect(ids(sessions)).toEqual(ids(rows.slice(0, 50).filter((row) => row['user'] === 'bob')));
    expect(notes.join()).toContain('gsi-user');
    expect(operations(seen)).toContain('Scan');
  });

  it.skipIf(skip)(
    'reads an index newest first, no further than the newest that are needed',
    async () => {
      const bobs = rows.filter((row) => row['user'] === 'bob');
      for (const newest of [1, 10, 60, bobs.length, bobs.length + 1]) {
        const { sessions, seen, meter } = await read({ filter: { user: 'bob' }, newest });
        const expected = bobs.map(createdAt).toSorted().toReversed().slice(0, newest);
        const found = sessions
          .map((session) => session.createdAt!)
          .toSorted()
          .toReversed();
        expect(found.slice(0, newest)).toEqual(expected);
        const queries = seen.filter(({ operation }) => operation === 'Query');
        expect(queries[0]?.body['ScanIndexForward']).toBe(false);
        // A day holds 360 of bob's rows, and a page the double of what is needed, or a hundred.
        const page = Math.min(Math.max(newest * 2, 100), 1000);
        expect(queries.length).toBeLessThanOrEqual(Math.ceil((newest + 360) / page) + 1);
        expect(meter.pages).toBe(queries.length);
      }
      const whole = await read({ filter: { user: 'bob' } });
      const few = await read({ filter: { user: 'bob' }, newest: 10 });
      expect(few.meter.rows).toBeLessThan(whole.meter.rows);
    },
  );

  it.skipIf(skip)('reads on until as many match as are needed', async () => {
    const wanted = { user: 'alice', status: 'revoked' } as const;
    const all = rows.filter((row) => row['user'] === 'alice' && row['status'] === 'revoked');
    const { sessions } = await read({ filter: wanted, newest: 3 });
    const expected = all.map(createdAt).toSorted().toReversed().slice(0, 3);
    const found = sessions
      .map((session) => session.createdAt!)
      .toSorted()
      .toReversed();
    expect(found.slice(0, 3)).toEqual(expected);
  });

  it.skipIf(skip)('finds every instant of a window, however its text sorts', async () => {
    const window = {
      since: instant('2026-07-01T00:00:00Z'),
      until: instant('2026-07-01T00:00:01Z'),
    };
    for (const filter of [{ window }, { window, user: 'alice' }]) {
      const { sessions } = await read({ table: 'times', filter });
      expect(ids(sessions)).toEqual(ids(BORDERS.filter((row) => row['inside'] === 1)));
    }
  });

  it.skipIf(skip)('rejects what it cannot understand with its place, and reads on', async () => {
    const { sessions, meter, rejects } = await read({ table: 'bad' });
    expect(ids(sessions)).toEqual([idOf(0)]);
    expect(meter).toMatchObject({ rows: BAD.length, rejected: BAD.length - 1 });
    for (const [at, row] of BAD.entries()) {
      if (at === 0) continue;
      const reject = rejects.find(({ place }) => place.includes(String(row['id'])));
      expect(reject?.reason, JSON.stringify(row)).toContain(String(row['wrong']));
    }
    expect(JSON.stringify(rejects)).not.toContain('HIDDEN');
  });

  it.skipIf(skip)('stops asking when nobody takes more', async () => {
    const before = proxy.seen.length;
    for await (const batch of readTable(
      tableRead(proxy, { segments: 1 }),
      quietReading().context,
    )) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    expect(
      operations(proxy.seen.slice(before)).filter((name) => name === 'Scan').length,
    ).toBeLessThanOrEqual(2);
  });

  it.skipIf(skip)('asks for small pages under a budget, and still reads every row', async () => {
    const { sessions, seen } = await read({ maxReadUnits: 2000, segments: 2 });
    expect(ids(sessions)).toEqual(ids(rows));
    for (const { units, operation } of seen)
      if (operation === 'Scan') expect(units).toBeLessThan(510);
  });
});

describe('an index that cannot serve', () => {
  let endpoint: Endpoint;
  beforeAll(async () => {
    endpoint = await startDynalite();
    await createTable(endpoint.url, 'sessions', sessionRows(20));
  });
  afterAll(() => endpoint.close());

  it.each([
    ['holds the keys alone', { Projection: { ProjectionType: 'KEYS_ONLY' } }],
    ['holds some attributes', { Projection: { ProjectionType: 'INCLUDE' } }],
    ['is being made', { IndexStatus: 'CREATING' }],
    ['is sorted otherwise', { KeySchema: keysOf('user', 'started_at') }],
    ['is not sorted', { KeySchema: keysOf('user') }],
    ['is of another attribute', { KeySchema: keysOf('profile', 'created_at') }],
    ['has another name', { IndexName: 'by-user' }],
  ])('because it %s is scanned instead, which is said', async (_, differences) => {
    const index = {
      IndexName: 'gsi-user',
      IndexStatus: 'ACTIVE',
      KeySchema: keysOf('user', 'created_at'),
      Projection: { ProjectionType: 'ALL' },
      ...differences,
    };
    const body = JSON.stringify({ Table: { GlobalSecondaryIndexes: [index] } });
    const proxy = await startProxy(endpoint.url, (operation) =>
      operation === 'DescribeTable' ? { kind: 'answer', body } : undefined,
    );
    try {
      const { seen, notes, sessions } = await readAll(proxy, { filter: { user: 'bob' } });
      expect(new Set(operations(seen))).toEqual(new Set(['Scan']));
      expect(notes.join()).toContain('gsi-user');
      expect(sessions.length).toBeGreaterThan(0);
    } finally {
      proxy.close();
    }
  });
});

it('an attribute whose name is nearly right is not read, and said once', async () => {
  const endpoint = await startDynalite();
  try {
    const misspelt = sessionRows(3).map(({ source_identity: identity, ...row }) => ({
      ...row,
      source_identiy: identity || 'sentinel:alice:direct:1',
      shoe_size: 43,
    }));
    await createTable(endpoint.url, 'sessions', [...sessionRows(4).slice(3), ...misspelt]);
    const proxy = await startProxy(endpoint.url, () => undefined);
    const { notes, sessions } = await readAll(proxy, {});
    proxy.close();
    expect(sessions).toHaveLength(4);
    expect(notes).toEqual([
      'table sessions in us-east-1 has attributes that are not read: "source_identiy" (is source_identity meant?)',
    ]);
  } finally {
    await endpoint.close();
  }
});

function keysOf(hash: string, range?: string): object[] {
  const keys = [{ AttributeName: hash, KeyType: 'HASH' }];
  return range === undefined ? keys : [...keys, { AttributeName: range, KeyType: 'RANGE' }];
}

describe('time to live', () => {
  it.each([
    ['ENABLED', 'on'],
    ['ENABLING', 'on'],
    ['DISABLING', 'on'],
    ['DISABLED', 'off'],
  ])('that is %s is %s', async (status, expected) => {
    const answer = { TimeToLiveDescription: { TimeToLiveStatus: status } };
    expect(await timeToLive({ kind: 'answer', body: JSON.stringify(answer) })).toEqual([
      expected,
      [],
    ]);
  });

  it.each<[string, Fault]>([
    ['is denied', { kind: 'error', status: 400, type: 'AccessDeniedException' }],
    ['is not known to the endpoint', { kind: 'error', status: 400, type: 'UnknownOperation' }],
    ['has no status', { kind: 'answer', body: '{}' }],
  ])('that %s is not known, which is said', async (_, fault) => {
    const [found, notes] = await timeToLive(fault);
    expect(found).toBe('unknown');
    expect(notes).toEqual([expect.stringContaining('dynamodb:DescribeTimeToLive of table t in')]);
  });

  async function timeToLive(fault: Fault): Promise<[string, string[]]> {
    const proxy = await startProxy('http://127.0.0.1:1', () => fault);
    const { context, notes } = quietReading();
    try {
      return [await readTimeToLive(connect(proxy.url), 't', context), notes];
    } finally {
      proxy.close();
    }
  }
});

describe('a table that answers as none should', () => {
  let endpoint: Endpoint;
  beforeAll(async () => {
    endpoint = await startDynalite();
    await createTable(endpoint.url, 'sessions', []);
  });
  afterAll(() => endpoint.close());

  /** Reads a table whose pages are these, the last without an end of its own. */
  async function readPages(pageOf: (number: number) => object): Promise<Result> {
    let pages = 0;
    const proxy = await startProxy(endpoint.url, (operation) =>
      operation === 'Scan' ? { kind: 'answer', body: JSON.stringify(pageOf(pages++)) } : undefined,
    );
    try {
      return await readAll(proxy, { segments: 1 });
    } finally {
      proxy.close();
    }
  }

  it.each([
    ['with null', null],
    ['with a text', 'x'],
  ])('%s for an item has a row that is rejected', async (_, odd) => {
    const Items = [odd, toItem(sessionRow(3))];
    const { sessions, rejects, meter } = await readPages(() => ({ Items, Count: 2 }));
    expect(ids(sessions)).toEqual([idOf(3)]);
    expect(rejects).toMatchObject([{ kind: 'row', reason: 'expected an item' }]);
    expect(meter).toMatchObject({ rows: 2, rejected: 1 });
  });

  it.each([
    ['the same key', ['a']],
    ['two keys in turn', ['a', 'b']],
    ['seven keys in turn, after others', ['x', 'y', 'a', 'b', 'c', 'd', 'e', 'f', 'g']],
  ])('%s for ever, as where to go on, is an error', async (_, keys) => {
    const turn = keys.filter((key) => key < 'x');
    const keyOf = (page: number): string => keys[page] ?? turn[(page - keys.length) % turn.length]!;
    const pageOf = (page: number): object => ({
      Items: [],
      Count: 0,
      ...(page < 100 && { LastEvaluatedKey: { id: { S: keyOf(page) } } }), // else it would never end
    });
    const failure: unknown = await readPages(pageOf).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SourceError);
    expect(String(failure)).toContain('table sessions: the same LastEvaluatedKey again');
  });

  it.each([
    [{ Count: 1 }, 'an answer without items'],
    [{ Items: [], Count: 1 }, 'an answer of 0 items that counts 1'],
    [{ Items: [toItem(sessionRow(1))], Count: 2 }, 'an answer of 1 items that counts 2'],
  ])('%j is no answer', async (page, message) => {
    const failure: unknown = await readPages(() => page).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SourceError);
    expect(String(failure)).toContain(message);
  });

  it('many keys, each once, are no error', async () => {
    const pageOf = (page: number): object => ({
      Items: [toItem(sessionRow(page))],
      Count: 1,
      ...(page < 50 && { LastEvaluatedKey: { id: { S: idOf(page) } } }),
    });
    expect((await readPages(pageOf)).sessions.length).toBe(51);
  });
});

/** All of alice's; `inside` says whether the instant lies in [2026-07-01T00:00:00Z, one second later). */
const BORDERS: readonly Row[] = [
  ['2026-07-01T00:00:00Z', 1],
  ['2026-07-01T00:00:00.000000001Z', 1],
  ['2026-07-01T00:00:00.5Z', 1],
  ['2026-07-01T00:00:00.999999999Z', 1],
  ['2026-07-01T05:30:00.1+05:30', 1],
  ['2026-06-30T19:00:00.25-05:00', 1],
  ['2026-07-01T14:00:00+14:00', 1],
  ['2026-06-30T00:01:00-23:59', 1],
  ['2026-07-01T00:00:01Z', 0],
  ['2026-07-01T00:00:01.000000001Z', 0],
  ['2026-06-30T23:59:59.999999999Z', 0],
  ['2026-07-01T00:00:00.5+01:00', 0],
  ['2026-07-01T00:00:00-01:00', 0],
].map(([created_at, inside], n) => sessionRow(n, { created_at, inside, user: 'alice' }));

/** After the first, each wrong in one way. */
const BAD: readonly Row[] = [
  sessionRow(0),
  sessionRow(1, { started_at: 'yesterday', wrong: 'started_at' }),
  sessionRow(2, { expires_at: '2026-02-30T00:00:00Z', wrong: 'expires_at' }),
  sessionRow(3, { request_count: 'many', wrong: 'request_count' }),
  sessionRow(4, { request_count: { N: '9007199254740993' }, wrong: 'request_count' }),
  sessionRow(5, { status: 'asleep', wrong: 'status' }),
  sessionRow(6, { id: 'NOT-AN-ID', wrong: 'id' }),
  without(sessionRow(7, { wrong: 'last_access_at: missing' }), 'last_access_at'),
  without(sessionRow(8, { wrong: 'created_at: missing' }), 'created_at'),
  sessionRow(9, {
    server_instance_id: { N: '1' },
    wrong: 'server_instance_id',
    sessionToken: 'HIDDEN',
  }),
];

interface Result {
  readonly sessions: Session[];
  readonly meter: Counters;
  readonly rejects: Reject[];
  readonly notes: string[];
  readonly seen: Proxy['seen'];
}

function tableRead(
  proxy: Proxy,
  options: {
    table?: string;
    filter?: Partial<SessionFilter>;
    segments?: number;
    maxReadUnits?: number;
    newest?: number;
  },
): Parameters<typeof readTable>[0] {
  const { table = 'sessions', filter = {}, ...rest } = options;
  return { client: connect(proxy.url), table, filter: { ...NO_FILTER, ...filter }, ...rest };
}

function quietReading(): {
  context: ReadContext;
  meter: Counters;
  rejects: Reject[];
  notes: string[];
} {
  const meter = new Counters();
  const rejects: Reject[] = [];
  const notes: string[] = [];
  const context: ReadContext = {
    meter,
    reject: (reject) => {
      meter.rejected++;
      rejects.push(reject);
    },
    note: (text) => notes.push(text),
    detail: () => {},
    signal: new AbortController().signal,
  };
  return { context, meter, rejects, notes };
}

async function readAll(proxy: Proxy, options: Parameters<typeof tableRead>[1]): Promise<Result> {
  const before = proxy.seen.length;
  const { context, ...rest } = quietReading();
  const read = tableRead(proxy, options);
  const sessions: Session[] = [];
  for await (const batch of readTable(read, context)) sessions.push(...batch);
  read.client.destroy();
  return {
    ...rest,
    sessions: sessions.filter(matches(read.filter)),
    seen: proxy.seen.slice(before),
  };
}

function createdAt(row: Row): string {
  return String(row['created_at']);
}

function ids(rowsOrSessions: readonly { readonly id?: unknown }[]): unknown[] {
  return rowsOrSessions.map(({ id }) => id).toSorted();
}

function operations(seen: Proxy['seen']): string[] {
  return seen.map(({ operation }) => operation);
}

function instant(text: string): NonNullable<ReturnType<typeof parseInstant>> {
  return parseInstant(text)!;
}

function without(row: Row, field: string): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== field));
}
