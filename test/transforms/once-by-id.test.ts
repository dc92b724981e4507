import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RoleCall, callerFullness } from '../../src/model/role-call/role-call.js';
import { openSpool } from '../../src/disk/spool.js';
import { through } from '../../src/pipeline/through.js';
import type { Source } from '../../src/pipeline/pipe.js';
import { fullerTwin } from '../../src/transforms/fuller-twin.js';
import { onceById } from '../../src/transforms/once-by-id.js';
import { eventIdOf } from '../support/cloudtrail.js';
import { Watched, cut, rowsOf, transformContract } from '../support/contracts.js';
import { ownTemporaryFolder, roleEvent } from '../support/records.js';

/** What the account of the caller has of a cross-account call, and what the account of the role has. */
const FULL = {};
const STRANGER = {
  userIdentity: { type: 'AWSAccount', principalId: 'AROAEXAMPLE:i-0abc', accountId: '1' },
};
const half = (n: number, sharedEventID: string, caller: object): RoleCall =>
  roleEvent(n, { sharedEventID, ...caller });

function once(
  source: Source<RoleCall>,
  inOrderOfDays = false,
  countDuplicates: (count: number) => void = () => {},
  countContradictions: (count: number) => void = () => {},
): Source<RoleCall> {
  const counts = { countDuplicates, countContradictions };
  return through(
    source,
    onceById({ ...counts, inOrderOfDays: () => inOrderOfDays }),
    fullerTwin({ ...counts, openSpool }),
  );
}

const someEvent = fc
  .record({
    n: fc.nat(12),
    shared: fc.constantFrom(undefined, undefined, 'call-1', 'call-2', 'call-3'),
    caller: fc.constantFrom(FULL, STRANGER, { userIdentity: {} }),
  })
  // The same id is the same event: what it says is told by its number.
  .map(({ n, shared, caller }) =>
    shared === undefined ? roleEvent(n) : half(100 + n, shared, caller),
  );
const someEvents = fc.array(someEvent, { maxLength: 30 });

const notCounted = { countDuplicates: () => {}, countContradictions: () => {} };
transformContract(
  'onceById',
  () => onceById({ ...notCounted, inOrderOfDays: () => false }),
  someEvents,
);
transformContract('onceById and fullerTwin', () => (source) => once(source), someEvents);

test('every event is delivered once, every call once, and all else is counted', async () => {
  const property = fc.asyncProperty(someEvents, async (rows) => {
    const { events, duplicates } = await unique(rows);
    const fresh = rows.filter((row, at) => rows.findIndex(sameIdAs(row)) === at);
    const calls = [...new Set(fresh.flatMap(({ sharedEventId: id }) => id ?? []))];
    const fullest = calls.map((call) => {
      const halves = fresh.filter(({ sharedEventId: id }) => id === call);
      return halves.toSorted((a, b) => callerFullness(b) - callerFullness(a))[0];
    });
    const single = fresh.filter(({ sharedEventId: id }) => id === undefined);
    expect(events.slice(0, single.length)).toEqual(single);
    expect(new Set(events.slice(single.length))).toEqual(new Set(fullest));
    expect(duplicates).toBe(rows.length - events.length);
  });
  await fc.assert(property);
});

test.each([
  ['first', [half(1, 'call', FULL), half(2, 'call', STRANGER)], 1],
  ['last', [half(1, 'call', STRANGER), half(2, 'call', FULL)], 2],
])(
  'of a cross-account pair the record with the caller is kept when it comes %s',
  async (...row) => {
    const [, pair, kept] = row;
    const { events, duplicates } = await unique(pair);
    expect(events.map(({ eventId: id }) => id)).toEqual([eventIdOf(kept)]);
    expect(duplicates).toBe(1);
  },
);

test('a pair is found however far apart its records are', async () => {
  const between = Array.from({ length: 5000 }, (_, n) => roleEvent(n));
  const rows = [half(9001, 'call', STRANGER), ...between, half(9002, 'call', FULL)];
  const { events, duplicates } = await unique(rows, { sizes: [700] });
  expect(events.slice(0, -1)).toEqual(between);
  expect(events.at(-1)?.eventId).toBe(eventIdOf(9002));
  expect(duplicates).toBe(1);
});

test('the same half twice is no pair', async () => {
  const rows = [half(1, 'call', STRANGER), half(1, 'call', STRANGER), roleEvent(2)];
  const { events, duplicates } = await unique(rows);
  expect(events.map(({ eventId: id }) => id)).toEqual([eventIdOf(2), eventIdOf(1)]);
  expect(duplicates).toBe(1);
});

test('nothing temporary is left in the end, on an early stop, and when the source fails', async () => {
  const folder = ownTemporaryFolder();
  const rows = [half(1, 'call', FULL), roleEvent(2), half(3, 'other', FULL), roleEvent(4)];
  const failure = new Error('the source failed');
  const open = (failing?: Error): AsyncIterable<readonly RoleCall[]> =>
    once(new Watched(cut(rows, [2]), failing));
  await rowsOf(open());
  expect(readdirSync(folder)).toEqual([]);
  for await (const _ of open()) {
    expect(readdirSync(folder).length).toBe(1);
    break;
  }
  expect(readdirSync(folder)).toEqual([]);
  await expect(rowsOf(open(failure))).rejects.toBe(failure);
  expect(readdirSync(folder)).toEqual([]);
});

const onDay = (day: number, n: number): RoleCall =>
  roleEvent(n, { eventTime: `2026-01-${String(day).padStart(2, '0')}T12:00:00Z` });

test('ids of days past are let go when the events come in the order of their days', async () => {
  const rows = [onDay(10, 1), onDay(14, 2), onDay(10, 1)];
  expect(await unique(rows, { inOrderOfDays: true })).toMatchObject({ events: rows });
  expect((await unique(rows, { inOrderOfDays: false })).duplicates).toBe(1);
});

test('ids of the last three days are held in any case', async () => {
  const days = [10, 11, 12, 13, 12, 11, 10];
  const rows = days.map((day) => onDay(day, day));
  const { events, duplicates } = await unique(rows, { inOrderOfDays: true, sizes: [1] });
  expect(events).toEqual(rows.slice(0, 4));
  expect(duplicates).toBe(3);
});

test('ids are held over the end of a month and of a year', async () => {
  const times = ['2025-12-30T23:59:59Z', '2025-12-31T00:00:00Z', '2026-01-01T00:00:00Z'];
  const rows = times.map((eventTime, n) => roleEvent(n, { eventTime }));
  const { duplicates } = await unique([...rows, ...rows], { inOrderOfDays: true });
  expect(duplicates).toBe(3);
});

test('ids are not let go any more when the events turn out to come in another order', async () => {
  let inOrderOfDays = true;
  async function* source(): Source<RoleCall> {
    yield [onDay(10, 1), onDay(11, 2)];
    inOrderOfDays = false;
    yield [onDay(20, 3), onDay(10, 1)];
  }
  const step = onceById({ ...notCounted, inOrderOfDays: () => inOrderOfDays });
  expect(await rowsOf(step(source()))).toEqual([onDay(10, 1), onDay(11, 2), onDay(20, 3)]);
});

async function unique(
  rows: readonly RoleCall[],
  { inOrderOfDays = false, sizes = [3] }: { inOrderOfDays?: boolean; sizes?: number[] } = {},
): Promise<{ events: RoleCall[]; duplicates: number }> {
  let duplicates = 0;
  const source = once(
    new Watched(cut(rows, sizes)),
    inOrderOfDays,
    (count) => (duplicates += count),
  );
  return { events: await rowsOf(source), duplicates };
}

function sameIdAs({ eventId }: RoleCall): (other: RoleCall) => boolean {
  return (other) => other.eventId === eventId;
}

test.each([
  ['time', { eventTime: '2026-01-20T12:00:01Z' }],
  ['name', { eventName: 'AssumeRoleWithSAML' }],
  ['success', { errorCode: 'AccessDenied' }],
  ['role', { requestParameters: { roleArn: 'arn:aws:iam::123456789012:role/Other' } }],
])(
  'records with one id that differ in %s are two calls, and so are such halves',
  async (_, other) => {
    const time = { eventTime: '2026-01-20T12:00:00Z' };
    const [one, two] = [roleEvent(1, time), roleEvent(1, { ...time, ...other })];
    const pair = [half(2, 'call', time), half(3, 'call', { ...time, ...other, ...STRANGER })];
    const rows = [one, two, one, two, ...pair];
    for (const inOrderOfDays of [false, true]) {
      let [duplicates, contradictions] = [0, 0];
      const calls = await rowsOf(
        once(
          new Watched(cut(rows, [4])),
          inOrderOfDays,
          (count) => (duplicates += count),
          (count) => (contradictions += count),
        ),
      );
      expect(calls).toEqual([one, two, ...pair]);
      expect([duplicates, contradictions]).toEqual([2, 2]);
    }
  },
);

test('records that spell one instant in several ways are of one call', async () => {
  const at = (eventTime: string) => roleEvent(1, { eventTime });
  const spelt = ['2026-01-20T12:00:00Z', '2026-01-20T12:00:00.000Z', '2026-01-20T13:00:00+01:00'];
  expect((await unique(spelt.map(at))).duplicates).toBe(2);
});

test('a record that does not say its role is of the same call', async () => {
  const bare = { resources: undefined, requestParameters: null };
  const rows = [
    roleEvent(1),
    roleEvent(1, bare),
    half(2, 'call', FULL),
    half(3, 'call', { ...STRANGER, ...bare }),
  ];
  expect((await unique(rows)).duplicates).toBe(2);
});
