import { setTimeout as sleep } from 'node:timers/promises';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { SourceError } from '../../../src/errors.js';
import { Counters, type ReadContext, type Reject } from '../../../src/pipeline/read-context.js';
import { ROLE_CALLS, type RoleCall } from '../../../src/model/role-call/role-call.js';
import { type Instant, formatSeconds, parseInstant } from '../../../src/model/time/instant.js';
import { within } from '../../../src/model/time/window.js';
import type { Source } from '../../../src/pipeline/pipe.js';
import { clientConfig } from '../../../src/aws/aws.js';
import {
  LOOKUP_PATIENCE,
  type UnreadRegion,
  readLookupEvents,
} from '../../../src/sources/cloudtrail/lookup/lookup-events.js';
import { EVENT_HISTORY_DAYS } from '../../../src/model/time/event-history.js';
import {
  type CloudTrail,
  type TrailOptions,
  type TrailRecord,
  assumeRoleRecord,
  eventIdOf,
  startCloudTrail,
  trailRecords,
} from '../../support/cloudtrail.js';
import { StepClock } from '../../support/step-clock.js';

const FIRST = Date.UTC(2026, 0, 17) / 1000;
const HOUR = 3600;
const NOW = FIRST + 10 * 24 * HOUR;

// The pace is kept by a clock of the test's own, but retries wait: so everything waits side by side.
describe.concurrent('the event history', () => {
  test('delivers every event of a window once, whatever is crowded where', async () => {
    const property = fc.asyncProperty(someCases(12), async (cases) => {
      await Promise.all(
        cases.map(async ({ times, pageSize, window }) => {
          const records = recordsAt(times);
          const { ids, rejects } = await readAll({ 'us-east-1': records }, { window, pageSize });
          const inside = records.filter((record) => within(window, timeOf(record)));
          expect(ids).toEqual(idsOf(inside));
          expect(rejects).toEqual([]);
        }),
      );
    });
    await fc.assert(property, { numRuns: 3, endOnFailure: true });
  });

  test.each([
    'AccessDeniedException',
    'UnrecognizedClientException',
    'OptInRequired',
    'InvalidClientTokenId',
  ])('leaves out a region that refuses with %s, says so, and reads the others', async (error) => {
    const records = { 'us-east-1': recordsAt([1]), 'eu-west-1': recordsAt([2]), 'ap-east-1': [] };
    const refused = await readAll(records, {
      faultFor: (_number, _parameters, region) => (region === 'us-east-1' ? { error } : undefined),
    });
    expect(refused.ids).toEqual(idsOf(records['eu-west-1']));
    expect(refused.unread).toEqual([
      {
        region: 'us-east-1',
        reason: expect.stringContaining(`in us-east-1: ${error}`) as string,
        facts: expect.objectContaining({
          code: error,
          action: 'cloudtrail:LookupEvents',
        }) as object,
      },
    ]);
    expect(refused.notes).toEqual([
      expect.stringMatching(/^the events of us-east-1 were not read: cloudtrail:LookupEvents/),
    ]);
    expect([refused.meter.unreadRegions, refused.meter.complete]).toEqual([1, false]);
  });

  test('fails where every region refuses', async () => {
    const records = { 'us-east-1': [], 'eu-west-1': [] };
    const all = readAll(records, { faultFor: () => ({ error: 'AccessDeniedException' }) });
    await expect(all).rejects.toThrow(/cloudtrail:LookupEvents .*AccessDenied/);
  });

  test('reads on through a second with more events than a page', async () => {
    const records = recordsAt([HOUR - 1, ...Array<number>(120).fill(HOUR), HOUR + 1]);
    const { ids } = await readAll({ 'us-east-1': records }, { hours: 2 });
    expect(ids).toEqual(idsOf(records));
  });

  test('takes the first second of the window and leaves the last', async () => {
    const records = { 'us-east-1': recordsAt([9, 10, 11, 12]) };
    const read = async (since: Instant, until: Instant): Promise<Result> =>
      readAll(records, { window: { since, until } });
    const [whole, fractions, nothing] = await Promise.all([
      read(at(10), at(12)),
      read(at(9, 1), at(11, 1)),
      read(at(10, 1), at(11)),
    ]);
    for (const { ids } of [whole, fractions]) expect(ids).toEqual([eventIdOf(1), eventIdOf(2)]);
    expect(nothing).toMatchObject({ ids: [], seen: [] });
  });

  test('asks each region for each name, with the same parameters on every page', async () => {
    const all = [...trailRecords(120)];
    const records = { 'us-east-1': all.slice(0, 70), 'eu-west-1': all.slice(70) };
    const names = ['AssumeRole', 'AssumeRoleWithWebIdentity'];
    const { ids, events, seen } = await readAll(records, { names, hours: 2, pageSize: 20 });
    expect(ids).toEqual(idsOf(all));
    expect(new Set(events.map(({ eventName }) => eventName))).toEqual(new Set(names));
    const asked = new Set(
      seen.map(({ region, parameters }) =>
        JSON.stringify([region, { ...parameters, NextToken: undefined }]),
      ),
    );
    expect(asked.size).toBe(2 * 2 * 2); // regions, names, slices
    for (const { parameters } of seen) {
      expect(parameters.MaxResults).toBe(50);
      expect(parameters.LookupAttributes?.map(({ AttributeKey: key }) => key)).toEqual([
        'EventName',
      ]);
    }
  });

  test.for([{ which: [1] }, { which: [2] }, { which: [3] }, { which: [3, 4] }])(
    'goes on where it was when tokens $which expire',
    async ({ which }) => {
      const records = recordsAt([...spread(30), ...Array<number>(30).fill(1800)]);
      let tokens = 0;
      const { ids, meter } = await readAll(
        { 'us-east-1': records },
        {
          pageSize: 14,
          faultFor: (_, { NextToken: token }) =>
            token !== undefined && which.includes(++tokens) ? 'expire-token' : undefined,
        },
      );
      expect(ids).toEqual(idsOf(records));
      expect(meter.events).toBe(records.length);
    },
  );

  test('gives up when tokens expire again and again and nothing new comes', async () => {
    const records = { 'us-east-1': recordsAt(Array<number>(60).fill(10)) };
    const context = readAll(records, { faultFor: () => 'expire-token' });
    await expect(context).rejects.toThrow(
      'cloudtrail:LookupEvents of CloudTrail in us-east-1: InvalidNextTokenException',
    );
    await expect(context).rejects.toBeInstanceOf(SourceError);
  });

  test('asks again when throttled, dropped or failed, and counts it', async () => {
    const records = recordsAt(spread(60));
    const faults = [undefined, 'throttle', '500', undefined, 'drop', 'throttle'] as const;
    const { ids, meter, seen } = await readAll(
      { 'us-east-1': records },
      { faultFor: (number) => faults[number], pageSize: 25 },
    );
    expect(ids).toEqual(idsOf(records));
    expect(meter.retries).toBe(seen.length - meter.pages);
    expect(meter.retries).toBeGreaterThanOrEqual(4);
  });

  test('waits for several slow pages at once', async () => {
    const { seen } = await readAll(
      { 'us-east-1': recordsAt(spread(40, 8)) },
      { hours: 8, faultFor: () => ({ slow: 500 }) },
    );
    const atOnce = seen.map(
      ({ at: time }) => seen.filter((other) => other.at <= time && other.answeredAt! > time).length,
    );
    expect(Math.max(...atOnce)).toBeGreaterThanOrEqual(2);
  });

  test('an abort ends it at once, whatever is under way', async () => {
    const controller = new AbortController();
    const running = await start(
      { 'us-east-1': recordsAt(spread(40, 8)) },
      {
        hours: 8,
        signal: controller.signal,
        faultFor: (number) => (number === 0 ? NEVER : 'throttle'),
      },
    );
    const reason = new Error('stop');
    const context = drain(running.source).catch((error: unknown) => error);
    while (running.seen.length < 3) await sleep(10);
    controller.abort(reason);
    expect(await context).toBe(reason); // though one is never answered
    const { length } = running.seen;
    await sleep(1200);
    expect(running.seen.length).toBeLessThanOrEqual(length + 8); // what was on its way
  });

  test('does not wait for what nobody wants any more', async () => {
    const { source, seen } = await start(
      { 'us-east-1': recordsAt(spread(40, 8)) },
      { hours: 8, faultFor: (number) => (number < 2 ? undefined : NEVER) },
    );
    let batches = 0;
    for await (const _ of source) {
      while (seen.length < 3) await sleep(10);
      if (++batches === 2) break;
    }
  });

  test('a region that fails otherwise ends the others too', async () => {
    const faultFor: TrailOptions['faultFor'] = (number) =>
      number === 1 ? { error: 'InvalidTimeRangeException' } : NEVER;
    const context = readAll({ 'us-east-1': [], 'eu-west-1': [] }, { faultFor });
    await expect(context).rejects.toThrow(
      /^cloudtrail:LookupEvents of .* InvalidTimeRangeException/,
    );
  });

  test('rejects what it cannot understand with its place, and without credentials', async () => {
    const records = recordsAt(spread(6));
    const wrong: Record<string, [reason: string, text: string | undefined]> = {
      [eventIdOf(1)]: ['CloudTrailEvent: missing', undefined],
      [eventIdOf(2)]: ['CloudTrailEvent: not JSON', JSON.stringify(records[2]).slice(0, -9)],
      [eventIdOf(3)]: [
        'not a role event',
        JSON.stringify({ ...records[3], eventName: 'GetCallerIdentity' }),
      ],
      [eventIdOf(4)]: ['eventTime: expected', JSON.stringify({ ...records[4], eventTime: 'noon' })],
      [eventIdOf(5)]: ['eventID: missing', JSON.stringify({ ...records[5], eventID: '' })],
    };
    const { ids, events, meter, rejects } = await readAll(
      { 'us-east-1': records },
      {
        textOf: (record) => {
          const found = wrong[String(record['eventID'])];
          return found === undefined ? JSON.stringify(record) : found[1];
        },
      },
    );
    expect(ids).toEqual([eventIdOf(0)]);
    expect(meter).toMatchObject({ events: 6, rejected: 5 });
    for (const [id, [reason]] of Object.entries(wrong)) {
      const reject = rejects.find(({ place }) => place === `CloudTrail us-east-1, event ${id}`);
      expect(reject?.reason).toContain(reason);
      expect(reject?.kind).toBe('row');
    }
    expect(JSON.stringify(records)).toContain('HIDDEN');
    expect(JSON.stringify([rejects, events])).not.toMatch(/HIDDEN|ASIA/);
    expect(rejects.find(({ reason }) => reason.includes('not JSON'))?.raw).toMatchObject({
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
  });

  test('an empty page with a token is not the end', async () => {
    const records = recordsAt(spread(30));
    const { ids, meter } = await readAll(
      { 'us-east-1': records },
      { pageSize: 10, faultFor: (number) => (number % 2 ? 'empty-page-with-token' : undefined) },
    );
    expect(ids).toEqual(idsOf(records));
    expect(meter.pages).toBeGreaterThan(3);
  });

  test.for(['{}', 'null', '{"Events":null}', '{"Events":{}}'])(
    'an answer of %s does not say that there are no events',
    async (body) => {
      const context = readAll({ 'us-east-1': [] }, { faultFor: () => ({ body }) });
      await expect(context).rejects.toBeInstanceOf(SourceError);
      await expect(context).rejects.toThrow(
        /^CloudTrail in us-east-1 .* without a list of events$/,
      );
    },
  );

  test('rejects events that are nothing, or have nothing in them', async () => {
    const { ids, rejects } = await readAll(
      { 'us-east-1': [] },
      { faultFor: () => ({ body: '{"Events":[null,{}]}' }) },
    );
    expect(ids).toEqual([]);
    const reject = {
      kind: 'row',
      place: 'CloudTrail us-east-1, event without an id',
      reason: 'CloudTrailEvent: missing',
    };
    expect(rejects).toEqual([reject, reject]);
  });

  test.for([
    { tokens: ['a'], most: 3 },
    { tokens: ['a', 'b'], most: 5 },
    { tokens: ['a', 'b', 'c'], most: 9 },
  ])('tokens in a circle, $tokens, are an error and no endless read', async ({ tokens, most }) => {
    const running = await start(
      { 'us-east-1': [] },
      {
        faultFor: (number) =>
          number > 20
            ? { error: 'AccessDeniedException' } // it would be read for ever
            : { body: JSON.stringify({ Events: [], NextToken: tokens[number % tokens.length] }) },
      },
    );
    const context = drain(running.source);
    await expect(context).rejects.toBeInstanceOf(SourceError);
    await expect(context).rejects.toThrow('CloudTrail in us-east-1 gave the same NextToken again');
    expect(running.seen.length).toBeLessThanOrEqual(most);
  });

  test('this history keeps the limits of the real one', async () => {
    const old = recordsAt([-(EVENT_HISTORY_DAYS - 10) * 24 * HOUR, -81 * 24 * HOUR]);
    const { url, close } = await startCloudTrail({ old }, { now: NOW });
    STOPS.push(close);
    let asks = 0;
    const ask = async (parameters: object, region = `region-${asks++}`): Promise<unknown> => {
      const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
      const client = new CloudTrailClient({ endpoint: url, region, credentials, maxAttempts: 1 });
      const named = [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRole' }] as const;
      const command = new LookupEventsCommand({ LookupAttributes: [...named], ...parameters });
      return client.send(command).then(
        ({ Events: events }) => events?.map(({ EventId: id }) => id),
        (error: Error) => error.name,
      );
    };
    const time = new Date(NOW * 1000);
    expect(await ask({ MaxResults: 51 })).toBe('InvalidMaxResultsException');
    expect(await ask({ LookupAttributes: [] })).toBe('InvalidLookupAttributesException');
    expect(await ask({ StartTime: time, EndTime: new Date(0) })).toBe('InvalidTimeRangeException');
    expect(await ask({ NextToken: 'made up' })).toBe('InvalidNextTokenException');
    expect(await ask({}, 'old')).toEqual([eventIdOf(0)]);
    const rush = await Promise.all(Array.from({ length: 9 }, async () => ask({}, 'crowded')));
    expect(new Set(rush.map(String))).toEqual(new Set(['', 'ThrottlingException']));
    const botocore = await fetch(url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
      },
      body: JSON.stringify({
        LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'true' }],
      }),
    });
    expect(await botocore.json()).toEqual({ Events: [] });
  });
});

test('never begins a third request in a second of a region, retries among them', async () => {
  const records = { 'us-east-1': recordsAt(spread(40, 6)), 'eu-west-1': recordsAt([5]) };
  const { departures, seen, meter } = await readAll(records, {
    hours: 6,
    pageSize: 5,
    faultFor: (number) => (number % 6 === 5 ? 'throttle' : undefined),
  });
  expect(departures.length).toBe(seen.length);
  for (const region of Object.keys(records)) {
    const times = departures.filter((one) => one.region === region).map((one) => one.at);
    const gaps = times.slice(2).map((time, n) => time - times[n]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
  }
  expect(meter.retries).toBeGreaterThanOrEqual(2);
  const regular = departures.filter(({ region }) => region === 'us-east-1');
  const elapsed = regular.at(-1)!.at - regular[0]!.at;
  expect(elapsed).toBeLessThan(regular.length * 500 * 1.1); // and little of it is wasted
});

/** Far longer than any test may take. */
const NEVER = { slow: 3_600_000 };

interface Options extends TrailOptions {
  readonly names?: readonly string[];
  readonly window?: { readonly since: Instant; readonly until: Instant };
  /** The length of the window where none is given. */
  readonly hours?: number;
  readonly signal?: AbortSignal;
}

interface Running {
  readonly source: Source<RoleCall>;
  readonly meter: Counters;
  readonly rejects: Reject[];
  readonly notes: string[];
  readonly unread: UnreadRegion[];
  readonly seen: CloudTrail['seen'];
  /** When requests left, by the clock that keeps the pace. */
  readonly departures: readonly { readonly region: string; readonly at: number }[];
}

/** A read of a history of its own, which ends with the test. */
async function start(
  records: Readonly<Record<string, readonly TrailRecord[]>>,
  options: Options,
): Promise<Running> {
  const { hours = 1, window = { since: at(0), until: at(hours * HOUR) } } = options;
  const { url, seen, close } = await startCloudTrail(records, {
    now: NOW,
    perSecond: Infinity,
    ...options,
  });
  const clock = new StepClock();
  const departures: { region: string; at: number }[] = [];
  const clients: CloudTrailClient[] = [];
  const meter = new Counters();
  const rejects: Reject[] = [];
  const notes: string[] = [];
  const unread: UnreadRegion[] = [];
  const context: ReadContext = {
    meter,
    reject: (reject) => {
      meter.rejected++;
      rejects.push(reject);
    },
    note: (text) => notes.push(text),
    detail: () => {},
    signal: options.signal ?? new AbortController().signal,
  };
  const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const clientFor = async (region: string): Promise<CloudTrailClient> => {
    const from = { region, endpointUrl: url, env };
    const config = await clientConfig('CloudTrail', from, context, LOOKUP_PATIENCE);
    const client = new CloudTrailClient(config);
    type Middleware = Parameters<(typeof client.middlewareStack)['addRelativeTo']>[0];
    const noteDeparture: Middleware =
      <Args, Answer>(next: (args: Args) => Promise<Answer>) =>
      (args: Args) => {
        departures.push({ region, at: clock.now() });
        return next(args);
      };
    const place = { relation: 'after', toMiddleware: 'pace', name: 'departure' } as const;
    client.middlewareStack.addRelativeTo(noteDeparture, place);
    clients.push(client);
    return client;
  };
  STOPS.push(() => {
    for (const client of clients) client.destroy();
    close();
  });
  const { names: eventNames = [ROLE_CALLS[0]] } = options;
  const read = { clientFor, regions: Object.keys(records), eventNames, window, unread, clock };
  const seenSoFar = { meter, rejects, notes, unread, seen, departures };
  return { source: readLookupEvents(read, context), ...seenSoFar };
}

const STOPS: (() => void)[] = [];
afterAll(() => {
  for (const stop of STOPS) stop();
});

interface Result extends Running {
  readonly ids: string[];
  readonly events: readonly RoleCall[];
}

/** Reads to the end. The share that is done never falls, no batch is empty, every answer is counted. */
async function readAll(...what: Parameters<typeof start>): Promise<Result> {
  const running = await start(...what);
  const { source, meter, rejects, seen } = running;
  const events: RoleCall[] = [];
  let share = 0;
  for await (const batch of source) {
    expect(batch.length).toBeGreaterThan(0);
    expect(meter.share).toBeGreaterThanOrEqual(share);
    share = meter.share!;
    events.push(...batch);
  }
  expect(meter.share).toBe(1);
  expect(meter.events).toBe(events.length + rejects.length);
  expect(meter.pages).toBe(seen.filter(({ answer }) => answer === 'page').length);
  const ids = events.map(({ eventId }) => eventId).toSorted();
  return { ...running, events, ids };
}

async function drain(source: Source<unknown>): Promise<void> {
  for await (const _ of source);
}

/** Windows with events on the borders of slices, on one second, and outside. */
function someCases(count: number): fc.Arbitrary<
  {
    times: number[];
    pageSize: number;
    window: { since: Instant; until: Instant };
  }[]
> {
  const oneCase = fc
    .record({
      seconds: fc.constantFrom(1, 50, 2 * HOUR, 4 * HOUR + 7, 5 * HOUR - 1),
      pageSize: fc.integer({ min: 1, max: 50 }),
      fractions: fc.tuple(fc.constantFrom(0, 0, 1, 999_999_999), fc.constantFrom(0, 0, 500)),
    })
    .chain(({ seconds, pageSize, fractions: [early, late] }) => {
      const slices = Math.max(Math.floor(seconds / HOUR), 1);
      const border = fc
        .tuple(fc.integer({ min: 0, max: slices }), fc.integer({ min: -1, max: 1 }))
        .map(([n, more]) => Math.floor((seconds * n) / slices) + more);
      const crowd = fc.tuple(border, fc.integer({ min: 1, max: pageSize * 2 }));
      const crowded = crowd.map(([second, size]) => Array<number>(size).fill(second));
      const anywhere = fc.array(fc.integer({ min: -5, max: seconds + 5 }), {
        maxLength: pageSize * 2,
      });
      return fc.record({
        times: fc
          .tuple(crowded, crowded, anywhere, fc.array(border, { maxLength: 10 }))
          .map((times) => times.flat()),
        pageSize: fc.constant(pageSize),
        window: fc.constant({ since: at(0, early), until: at(seconds, late) }),
      });
    });
  return fc.array(oneCase, { minLength: count, maxLength: count });
}

/** The instant so many seconds after the first. */
function at(seconds: number, nanos = 0): Instant {
  return { seconds: FIRST + seconds, nanos };
}

/** So many seconds, evenly over the hours. */
function spread(count: number, hours = 1): number[] {
  return Array.from({ length: count }, (_, n) => Math.floor((n * hours * HOUR) / count));
}

function recordsAt(seconds: readonly number[]): TrailRecord[] {
  return seconds.map((second, n) =>
    assumeRoleRecord({ eventID: eventIdOf(n), eventTime: formatSeconds(at(second)) }),
  );
}

function timeOf(record: TrailRecord): Instant {
  return parseInstant(String(record['eventTime']))!;
}

function idsOf(records: readonly TrailRecord[]): string[] {
  return records.map((record) => String(record['eventID'])).toSorted();
}
