import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ReadSessions, spansOf } from '../../../src/model/coverage/read-sessions.js';
import { sessionCoverage } from '../../../src/model/coverage/session-coverage.js';
import { type Span, joinSpans } from '../../../src/model/coverage/span.js';

const someSpans: fc.Arbitrary<Span[]> = fc.array(
  fc
    .record({
      from: fc.nat(60),
      length: fc.nat(20),
      read: fc.option(fc.nat(20), { nil: undefined }),
    })
    .map(({ from, length, read }) => ({
      from,
      to: from + length,
      completeReadAt: read === undefined ? undefined : from + Math.min(read, length),
    })),
  { maxLength: 6 },
);

test('a second is covered where a complete read, or the longest life of a session, lies before it in one span', () => {
  const property = fc.property(someSpans, fc.nat(10), fc.nat(90), (spans, longest, second) => {
    const isIn = (at: number): boolean => spans.some(({ from, to }) => from <= at && at + 1 <= to);
    // Spans that touch are one: a second is reached from another through seconds that are all covered.
    let start = second;
    while (isIn(start - 1)) start--;
    const reads = spans.flatMap(({ completeReadAt: at }) => (at === undefined ? [] : [at]));
    const isRead = reads.some((at) => start <= at && at <= second);
    const expected = isIn(second) && (isRead || second - start >= longest);
    expect(sessionCoverage([], spans, longest).covers(second)).toBe(expected);
  });
  fc.assert(property, { numRuns: 2000 });
});

test('an interval is uniform when all of its seconds have one answer', () => {
  const property = fc.property(
    someSpans,
    fc.nat(10),
    fc.nat(80),
    fc.nat(20),
    (spans, longest, first, more) => {
      const { covers, isUniform } = sessionCoverage([], spans, longest);
      const answers = Array.from({ length: more + 1 }, (_, n) => covers(first + n));
      if (isUniform(first, first + more)) expect(new Set(answers).size).toBe(1);
      if (new Set(answers).size > 1) expect(isUniform(first, first + more)).toBe(false);
    },
  );
  fc.assert(property, { numRuns: 2000 });
});

test('joined spans are in order, and no two touch', () => {
  const property = fc.property(someSpans, (spans) => {
    const all = joinSpans(spans);
    for (const [at, { from }] of all.entries()) {
      if (at > 0) expect(from).toBeGreaterThan(all[at - 1]!.to);
    }
  });
  fc.assert(property);
});

test('a second is covered only as a whole, and a gap of a part of one is a gap', () => {
  const { covers, spans } = sessionCoverage(
    [],
    [
      { from: 0, to: 100.1 },
      { from: 100.9, to: 200 },
    ],
    10,
  );
  expect(spans).toHaveLength(2);
  expect([10, 99, 100, 110, 111, 199, 200].map(covers)).toEqual([
    true,
    true,
    false,
    false,
    true,
    true,
    false,
  ]);
  const touching = [
    { from: 0, to: 100.5 },
    { from: 100.5, to: 200 },
  ];
  expect(sessionCoverage([], touching, 10).covers(100)).toBe(true);
});

describe('the spans of a read', () => {
  const read: ReadSessions = {
    sessions: 3,
    withoutIdentity: 3,
    oldest: 1000,
    newest: 5000,
    shortestLife: 900,
    isComplete: true,
    profiles: new Set(),
  };
  const nothing = {
    exportWindows: [],
    tableWithoutTtl: undefined,
    vouched: undefined,
    now: { seconds: 9000, nanos: 0 },
  };
  const at = (seconds: number) => ({ seconds, nanos: 0 });
  const source = { sessions: 3, withoutIdentity: 3, oldest: 1000, newest: 5000 };
  const empty = { ...source, oldest: undefined, newest: undefined };

  test('are none where nothing vouches for them', () => {
    expect(spansOf(read, nothing)).toEqual([]);
  });

  test('go from the oldest session to now for a table that deletes nothing', () => {
    expect(spansOf(read, { ...nothing, tableWithoutTtl: source })).toEqual([
      { from: 1000, to: 9000 },
    ]);
    expect(spansOf(read, { ...nothing, tableWithoutTtl: empty })).toEqual([]);
  });

  test('are the windows of incremental exports that are no longer than a session lives', () => {
    const exportWindows = [
      { from: at(0), to: at(900) },
      { from: at(900), to: at(1801) },
    ];
    expect(spansOf(read, { ...nothing, exportWindows })).toEqual([{ from: 0, to: 900 }]);
    const half = [{ from: { seconds: 5, nanos: 500_000_000 }, to: at(900) }];
    expect(spansOf(read, { ...nothing, exportWindows: half })).toEqual([{ from: 5.5, to: 900 }]);
    expect(spansOf({ ...read, shortestLife: undefined }, { ...nothing, exportWindows })).toEqual(
      [],
    );
  });

  test('are what the user vouches for, to the newest session where no end is given', () => {
    const vouched = { since: at(500), until: undefined, source };
    expect(spansOf(read, { ...nothing, vouched })).toEqual([{ from: 500, to: 5000 }]);
    const until = { since: at(500), until: at(700), source };
    expect(spansOf(read, { ...nothing, vouched: until })).toEqual([{ from: 500, to: 700 }]);
  });

  test('are none where a row could not be read', () => {
    const all = {
      ...nothing,
      tableWithoutTtl: source,
      vouched: { since: at(0), until: at(9000), source },
    };
    expect(spansOf({ ...read, isComplete: false }, all)).toEqual([]);
  });
});
