import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sessionCoverage } from '../../../src/model/coverage/session-coverage.js';
import { someSpans } from './spans.js';

test('a second is covered where a complete read, or the longest life of a session, lies before it in one span', () => {
  const property = fc.property(someSpans, fc.nat(10), fc.nat(90), (spans, longest, second) => {
    const isIn = (at: number): boolean => spans.some(({ from, to }) => from <= at && at + 1 <= to);
    // Spans that touch are one: a second is reached from another through seconds that are all covered.
    let start = second;
    while (isIn(start - 1)) start--;
    const reads = spans.flatMap(({ from, to, completeReadAt: at }) =>
      at === undefined || from === to ? [] : [at],
    );
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
    },
  );
  fc.assert(property, { numRuns: 2000 });
});

test.each([
  [0, 9, true],
  [9, 10, false],
  [10, 10, true],
  [10, 199, true],
  [199, 200, false],
  [200, 200, true],
  [200, 300, true],
  [9, 200, false],
])('from %i to %i, where 10 to 199 are covered, uniform is %s', (first, last, expected) => {
  const { isUniform } = sessionCoverage([], [{ from: 0, to: 200 }], 10);
  expect(isUniform(first, last)).toBe(expected);
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

test('a session lives twelve hours at most where nobody says otherwise', () => {
  const { covers } = sessionCoverage([], [{ from: 0, to: 90_000 }]);
  expect([43_199, 43_200].map(covers)).toEqual([false, true]);
});
