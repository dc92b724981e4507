import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Interruption, SourceError } from '../../../src/errors.js';
import type { RoleCall } from '../../../src/model/role-call/role-call.js';
import type { SessionFinder, LookupKey } from '../../../src/model/session/session-lookup.js';
import { identityReader } from '../../../src/model/role-call/source-identity.js';
import type { Verdict } from '../../../src/model/verdict/verdict.js';
import { pipe } from '../../../src/pipeline/pipe.js';
import { SYSTEM_CLOCK } from '../../../src/aws/clock.js';
import { type OpenedFinder, openFinder } from '../../../src/sources/open-finder.js';
import { judgeEach } from '../../../src/transforms/judge.js';
import { rebatch } from '../../../src/transforms/rebatch.js';
import { Watched, cut, rowsOf, temporaryFolder } from '../../support/contracts.js';
import { type Endpoint, createTable, startDynalite } from '../../support/dynamodb.js';
import { type Fault, startProxy } from '../../support/proxy.js';
import {
  type KeptReading,
  eventOf,
  keptReading,
  stubAwsEnvironment,
} from '../../support/records.js';
import { idOf, sessionRow, sessionRows } from '../../support/sessions.js';

const FEW = 200;
const MANY = 9000;
const judging = { readIdentity: identityReader(), isBroker: undefined, isOtherRole: () => false };

describe('sessions of the live table', () => {
  let endpoint: Endpoint;
  beforeAll(async () => {
    stubAwsEnvironment();
    endpoint = await startDynalite();
    await createTable(endpoint.url, 'few', sessionRows(FEW), []);
    await createTable(endpoint.url, 'many', sessionRows(MANY), []);
    await createTable(endpoint.url, 'identities', [
      sessionRow(1, { source_identity: 'sentinel:alice:direct:0a1b2c3d' }),
      sessionRow(2, { source_identity: 'alice@corp' }),
      sessionRow(3),
    ]);
    const broken = [1, 2].map((n) => sessionRow(n, { expires_at: 'soon' }));
    await createTable(endpoint.url, 'broken', [sessionRow(0), ...broken]);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await endpoint.close();
  });

  test('10,000 events over 200 sessions take at most 8 lookups and no scan', async () => {
    const events = Array.from({ length: 10_000 }, (_, n) => eventOfSession(n % FEW));
    const { verdicts, seen, meter } = await judged(endpoint, 'few', events);
    expect(count(seen, 'BatchGetItem')).toBeLessThanOrEqual(8);
    expect(count(seen, 'Scan') + count(seen, 'Query')).toBe(0);
    expect(verdicts.map(({ match }) => match?.session.id)).toEqual(
      events.map((_, n) => idOf(n % FEW)),
    );
    expect(meter.lookups).toBe(count(seen, 'BatchGetItem'));
    expect(meter.readUnits).toBe(unitsOf(seen));
  });

  test.each([100, 2000])(
    '9,000 sessions cost no more than two and a half scans, asked for %i at a time',
    async (atOnce) => {
      const events = Array.from({ length: MANY * 2 }, (_, n) => eventOfSession(n % MANY));
      const scan = await judged(endpoint, 'many', [eventOf(0, 'nobody')]);
      const scanned = unitsOf(scan.seen);
      expect(scanned).toBeGreaterThan(300);
      const { verdicts, seen } = await judged(endpoint, 'many', events, { atOnce });
      expect(unitsOf(seen)).toBeLessThanOrEqual(2.5 * scanned);
      expect(count(seen, 'BatchGetItem') > 0).toBe(atOnce === 100);
      expect(scansToTheEnd(seen)).toBe(1);
      expect(verdicts.every(({ category }) => category === 'tracked')).toBe(true);
      expect(verdicts.length).toBe(events.length);
    },
  );

  test('each id is asked for once, whether it is in a tag or in an identity', async () => {
    const events = [...Array(600).keys()].map((n) => {
      const id = idOf(n % 50);
      return n % 2 === 0 ? eventOf(n, `sentinel-${id}`) : eventOf(n, undefined, id);
    });
    const { seen, verdicts } = await judged(endpoint, 'few', events, { atOnce: 7 });
    const asked = seen.flatMap((request) => keysIn(request.body));
    expect(asked.toSorted()).toEqual([...Array(50).keys()].map(idOf).toSorted());
    expect(verdicts.every(({ category }) => category === 'tracked')).toBe(true);
  });

  test('no batch asks for more keys than DynamoDB takes', async () => {
    const events = [...Array(FEW).keys()].map(eventOfSession);
    const { seen } = await judged(endpoint, 'few', events);
    expect(seen.map((request) => keysIn(request.body).length)).toEqual([0, 0, 100, 100]);
  });

  test.each([
    ['an id that is not there', `sentinel-${idOf(MANY + 1)}`, undefined, 'orphaned'],
    ['an identity without an id', 'sentinel:bob:direct:0a1b2c3d', undefined, 'orphaned'],
    ['an identity in no form', 'bob@corp', undefined, 'non_sentinel_format'],
    ['a tag that is not there', undefined, idOf(MANY + 1), 'no_source_identity'],
  ])('%s leads to one complete scan, however often it comes', async (...row) => {
    const [, identity, tag, category] = row;
    const known = [0, 1, 2].map(eventOfSession);
    const unknown = [0, 1, 2].map((n) => eventOf(n, identity, tag));
    const events = [...known, ...unknown, ...known, ...unknown];
    const { verdicts, seen, meter } = await judged(endpoint, 'few', events, { atOnce: 3 });
    expect(verdicts.map((verdict) => verdict.category)).toEqual(
      events.map((event) => (known.includes(event) ? 'tracked' : category)),
    );
    expect(scansToTheEnd(seen)).toBe(1);
    expect(meter.rows).toBe(3 + FEW); // lookups, and every row of the table once
    expect(operations(seen).lastIndexOf('BatchGetItem')).toBeLessThan(
      operations(seen).indexOf('Scan'),
    );
  });

  test('an event that offers nothing costs nothing', async () => {
    const { verdicts, seen } = await judged(endpoint, 'few', [eventOf(0, undefined)]);
    expect(verdicts[0]?.category).toBe('no_source_identity');
    expect(operations(seen)).toEqual(['DescribeTimeToLive', 'DescribeTable']);
  });

  test('a session is found by the identity it was given, in whatever form', async () => {
    const identities = ['sentinel:alice:direct:0a1b2c3d', 'alice@corp'];
    const events = identities.map((identity, n) => eventOf(n, identity));
    const { verdicts } = await judged(endpoint, 'identities', events);
    expect(verdicts.map(({ match }) => [match?.matchedBy, match?.session.id])).toEqual([
      ['source_identity', idOf(1)],
      ['source_identity', idOf(2)],
    ]);
  });

  test('a row that cannot be read is rejected once, though it is looked up and then scanned', async () => {
    await withFinder(endpoint.url, 'broken', {}, async ({ finder, rejects, meter, seen }) => {
      for (let time = 0; time < 2; time++) {
        const found = await finder.find([soughtById(1), soughtById(0)]);
        expect(found.map((match) => match?.session.id)).toEqual([undefined, idOf(0)]);
      }
      expect([count(seen, 'BatchGetItem'), scansToTheEnd(seen)]).toEqual([1, 1]);
      const reject = (n: number): object =>
        expect.objectContaining({ kind: 'row', place: `table broken, id ${idOf(n)}` }) as object;
      expect(rejects).toEqual([reject(1), reject(2)]);
      expect(meter.rejected).toBe(2);
      expect(finder.coverage()?.isComplete).toBe(false);
    });
  });

  test('a lookup that fails is an error that says what was asked, and no answer', async () => {
    const denied = { kind: 'error', status: 400, type: 'AccessDeniedException' } as const;
    const faultFor = (operation: string): Fault | undefined =>
      operation === 'BatchGetItem' ? denied : undefined;
    await withFinder(endpoint.url, 'few', { faultFor }, async ({ finder, seen }) => {
      const answer = finder.find([soughtById(0)]);
      await expect(answer).rejects.toBeInstanceOf(SourceError);
      await expect(answer).rejects.toThrow(/dynamodb:BatchGetItem of table few.*AccessDenied/);
      expect(count(seen, 'Scan')).toBe(0);
    });
  });

  test('what was not found is no answer either when the scan fails, now and later', async () => {
    const faultFor = (operation: string): Fault | undefined =>
      operation === 'Scan'
        ? { kind: 'error', status: 400, type: 'AccessDeniedException' }
        : undefined;
    await withFinder(endpoint.url, 'few', { faultFor }, async ({ finder }) => {
      for (const n of [FEW, 0]) {
        await expect(finder.find([soughtById(n)])).rejects.toThrow(/dynamodb:Scan of table few/);
      }
      expect(finder.coverage()).toBeUndefined();
    });
  });

  test('a dropped connection is tried again, and counted', async () => {
    let drops = 0;
    const faultFor = (operation: string): Fault | undefined =>
      operation === 'BatchGetItem' && drops++ < 2 ? { kind: 'drop' } : undefined;
    await withFinder(endpoint.url, 'few', { faultFor }, async ({ finder, meter }) => {
      const [match] = await finder.find([soughtById(5)]);
      expect(match?.session.id).toBe(idOf(5));
      expect(meter.retries).toBe(2);
    });
  });

  test('keys that DynamoDB left unprocessed are asked for again', async () => {
    const partial = await startStingy(endpoint.url, 30);
    try {
      await withFinder(partial.url, 'few', {}, async ({ finder, meter, seen }) => {
        const matches = await finder.find([...Array(150).keys()].map(soughtById));
        expect(matches.map((match) => match?.session.id)).toEqual([...Array(150).keys()].map(idOf));
        expect(seen.map((request) => keysIn(request.body).length).toSorted()).toEqual(
          [0, 0, 100, 70, 40, 10, 50, 20].toSorted(),
        );
        expect(meter.lookups).toBe(6);
        expect(count(seen, 'Scan')).toBe(0);
      });
    } finally {
      partial.close();
    }
  });

  test('keys that stay unprocessed are given up after five minutes, and each repeat is counted', async () => {
    const slept = passingTime(45_000);
    const stingy = await startStingy(endpoint.url, 0);
    try {
      await withFinder(stingy.url, 'few', {}, async ({ finder, meter }) => {
        const answer = finder.find([0, 1].map(soughtById));
        await expect(answer).rejects.toBeInstanceOf(SourceError);
        await expect(answer).rejects.toThrow(
          /dynamodb:BatchGetItem of table few in us-east-1: keys/,
        );
        expect(slept()).toBe(7 * 45_000); // after six times it was not yet five minutes
        expect([meter.lookups, meter.retries]).toEqual([8, 7]);
      });
    } finally {
      stingy.close();
    }
  });

  test('a table that gives a key now and then is not given up, for hours', async () => {
    const slept = passingTime(120_000);
    const stingy = await startStingy(endpoint.url, (request) => (request % 3 === 0 ? 1 : 0));
    try {
      await withFinder(stingy.url, 'few', {}, async ({ finder }) => {
        const matches = await finder.find([...Array(40).keys()].map(soughtById));
        expect(matches.map((match) => match?.session.id)).toEqual([...Array(40).keys()].map(idOf));
        expect(slept()).toBeGreaterThan(3 * 3_600_000);
      });
    } finally {
      stingy.close();
    }
  });

  test('an answer with an item that is none is an error, and no answer', async () => {
    const body = JSON.stringify({ Responses: { few: [null] } });
    const faultFor = (operation: string): Fault | undefined =>
      operation === 'BatchGetItem' ? { kind: 'answer', body } : undefined;
    await withFinder(endpoint.url, 'few', { faultFor }, async ({ finder }) => {
      await expect(finder.find([soughtById(0)])).rejects.toThrow(
        /dynamodb:BatchGetItem of table few in us-east-1: the answer has items that are none/,
      );
    });
  });

  test.each([
    ['too large for an integer', { N: '12345678901234567890' }, /request_count/],
    ['a fraction', { N: '1.5' }, /request_count/],
    ['binary', { B: Buffer.from('x') }, /request_count/],
    ['a set', { SS: ['1'] }, /request_count/],
  ])('a count that is %s rejects its row alone', async (name, value, reason) => {
    const table = `odd-${name.replaceAll(' ', '-')}`;
    await createTable(endpoint.url, table, [
      sessionRow(0),
      sessionRow(1, { request_count: value }),
    ]);
    await withFinder(endpoint.url, table, {}, async ({ finder, rejects }) => {
      const found = await finder.find([soughtById(1), soughtById(0)]);
      expect(found.map((match) => match?.session.id)).toEqual([undefined, idOf(0)]);
      expect(rejects).toMatchObject([{ id: idOf(1), reason: expect.stringMatching(reason) }]);
    });
  });

  test('an interruption ends the waiting for unprocessed keys', async () => {
    const partial = await startStingy(endpoint.url, 1);
    const stop = new AbortController();
    const { signal } = stop;
    const reason = new Interruption('SIGINT');
    try {
      await withFinder(partial.url, 'few', { signal }, async ({ finder, meter }) => {
        const answer = expect(finder.find([...Array(90).keys()].map(soughtById))).rejects.toBe(
          reason,
        );
        while (meter.lookups < 4) await sleep(1);
        stop.abort(reason); // in the middle of a second or so of patience
        await answer;
      });
    } finally {
      partial.close();
    }
  });

  test('files and the table together are read once, completely', async () => {
    const path = join(temporaryFolder(), 'sessions.ndjson');
    const archived = sessionRow(MANY, { source_identity: 'sentinel:bob:direct:0a1b2c3d' });
    writeFileSync(path, `${JSON.stringify(archived)}\n${JSON.stringify(sessionRow(3))}\n`);
    const options = { sessions: [path] };
    await withFinder(endpoint.url, 'few', options, async ({ finder, reach, meter, seen }) => {
      for (let time = 0; time < 2; time++) {
        const found = await finder.find([
          soughtById(3),
          soughtById(MANY),
          soughtById(MANY + 1),
          { ...soughtById(MANY + 1), sourceIdentity: 'sentinel:bob:direct:0a1b2c3d' },
        ]);
        expect(found.map((match) => match?.session.id)).toEqual([
          idOf(3),
          idOf(MANY),
          undefined,
          idOf(MANY),
        ]);
      }
      expect(count(seen, 'BatchGetItem')).toBe(0);
      expect(scansToTheEnd(seen)).toBe(1);
      expect(meter.rows).toBe(FEW + 2);
      expect(meter.superseded).toBe(1);
      expect(finder.coverage()?.isComplete).toBe(true);
      const { table, files } = reach();
      expect(table).toMatchObject({
        sessions: FEW,
        withoutIdentity: FEW,
        oldest: Date.UTC(2026, 0, 17) / 1000,
      });
      expect(files).toMatchObject({ sessions: 2, withoutIdentity: 1 });
    });
  });
});

type Seen = Awaited<ReturnType<typeof startProxy>>['seen'];
interface Opened extends KeptReading {
  readonly finder: SessionFinder;
  readonly reach: OpenedFinder['reach'];
  readonly seen: Seen;
}

/** Opens a finder over what a proxy before the endpoint lets through. */
async function withFinder<T>(
  url: string,
  table: string,
  options: {
    readonly faultFor?: (operation: string) => Fault | undefined;
    readonly sessions?: readonly string[];
    readonly signal?: AbortSignal;
  },
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  const proxy = await startProxy(url, options.faultFor);
  const kept = keptReading(options.signal);
  const from = {
    endpointUrl: proxy.url,
    region: 'us-east-1',
    table,
    sessions: options.sessions ?? [],
    segments: undefined,
    maxRcu: undefined,
  };
  const { finder, reach, dispose } = await openFinder(from, 8, Readable.from([]), kept.context);
  try {
    return await use({ ...kept, finder, reach, seen: proxy.seen });
  } finally {
    await dispose();
    proxy.close();
  }
}

async function judged(
  endpoint: Endpoint,
  table: string,
  events: readonly RoleCall[],
  { atOnce = 2000 } = {},
): Promise<Omit<Opened, 'finder'> & { verdicts: Verdict[] }> {
  const source = new Watched(cut(events, [Math.min(atOnce, 50)]));
  return withFinder(endpoint.url, table, {}, async ({ finder, ...opened }) => {
    const verdicts = await pipe(
      source,
      rebatch<RoleCall>(atOnce),
      judgeEach({ finder, covers: () => true, rules: judging }),
      rowsOf<Verdict>,
    );
    expect(opened.rejects).toEqual([]);
    return { ...opened, verdicts };
  });
}

function eventOfSession(n: number): RoleCall {
  return eventOf(n, `sentinel-${idOf(n)}`);
}

function soughtById(n: number): LookupKey {
  const sourceIdentity = `sentinel-${idOf(n)}`;
  return { tag: undefined, sourceIdentity, sessionId: idOf(n), at: Date.UTC(2026, 0, 17) / 1000 };
}

function operations(seen: Seen): string[] {
  return seen.map(({ operation }) => operation);
}

function count(seen: Seen, operation: string): number {
  return operations(seen).filter((one) => one === operation).length;
}

/** Scans of which every segment went to its end; a page that goes on is asked for with its key. */
function scansToTheEnd(seen: Seen): number {
  const starts = seen.filter(
    ({ operation, body }) => operation === 'Scan' && body['ExclusiveStartKey'] === undefined,
  );
  const segments = Number(starts[0]?.body['TotalSegments'] ?? 1);
  return starts.length / segments;
}

/** Eventually consistent: half a unit for each 4 KB, of a key that is looked up or of what a scan read. */
function unitsOf(seen: Seen): number {
  return seen.reduce((sum, { body, units }) => sum + Math.max(units, keysIn(body).length * 0.5), 0);
}

interface BatchGet {
  readonly RequestItems?: Readonly<Record<string, { Keys: { id: { S: string } }[] }>>;
}

function keysIn({ RequestItems = {} }: BatchGet): string[] {
  return Object.values(RequestItems).flatMap(({ Keys }) => Keys.map(({ id }) => id.S));
}

/** Lets so much time pass, and none really, whenever somebody sleeps; says how much has. */
function passingTime(millis: number): () => number {
  let slept = 0;
  const now = performance.now.bind(performance);
  const spies = [
    vi.spyOn(performance, 'now').mockImplementation(() => now() + slept),
    vi.spyOn(SYSTEM_CLOCK, 'sleep').mockImplementation(async () => void (slept += millis)),
  ];
  onTestFinished(() => spies.forEach((spy) => spy.mockRestore()));
  return () => slept;
}

/** An endpoint that processes only so many keys of a BatchGetItem, and leaves the others. */
async function startStingy(
  target: string,
  most: number | ((request: number) => number),
): Promise<{ url: string; close: () => void }> {
  let requests = 0;
  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as BatchGet & object;
    const isLookup = body.RequestItems !== undefined;
    const taken = typeof most === 'number' ? most : isLookup ? most(requests++) : 0;
    const left = Object.entries(body.RequestItems ?? {}).map(
      ([table, { Keys }]) => [table, { Keys: Keys.splice(taken) }] as const,
    );
    if (isLookup && taken === 0) {
      outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      outgoing.end(JSON.stringify({ Responses: {}, UnprocessedKeys: Object.fromEntries(left) }));
      return;
    }
    const { host: _, 'content-length': __, ...headers } = incoming.headers;
    const response = await fetch(target, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: JSON.stringify(body),
    });
    const parsed = (await response.json()) as object;
    const unprocessed = Object.fromEntries(left.filter(([, { Keys }]) => Keys.length > 0));
    outgoing.writeHead(response.status, { 'content-type': 'application/x-amz-json-1.0' });
    outgoing.end(
      JSON.stringify(left.length ? { ...parsed, UnprocessedKeys: unprocessed } : parsed),
    );
  }
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
