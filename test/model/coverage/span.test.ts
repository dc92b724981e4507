import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { coveredBy, joinSpans } from '../../../src/model/coverage/span.js';
import { someSpans } from './spans.js';

test('joined spans are in order, and no two touch', () => {
  const property = fc.property(someSpans, (spans) => {
    const all = joinSpans(spans);
    for (const [at, { from }] of all.entries()) {
      if (at > 0) expect(from).toBeGreaterThan(all[at - 1]!.to);
    }
  });
  fc.assert(property);
});

test('spans that touch are one, with the earlier of their complete reads', () => {
  const [one, other] = [
    { from: 20, to: 30, completeReadAt: 25 },
    { from: 10, to: 20, completeReadAt: 15 },
  ];
  expect(joinSpans([one, other])).toEqual([{ from: 10, to: 30, completeReadAt: 15 }]);
  expect(joinSpans([one, { from: 10, to: 19 }])).toHaveLength(2);
  expect(joinSpans([{ from: 10, to: 40 }, one])).toEqual([
    { from: 10, to: 40, completeReadAt: 25 },
  ]);
});

test('a part of a second is a span, and one that does not end after it begins is none', () => {
  expect(joinSpans([{ from: 5, to: 5.5 }])).toEqual([{ from: 5, to: 5.5 }]);
  expect(joinSpans([{ from: 5, to: 5 }])).toEqual([]);
});

test.each([
  [{ from: 0, to: 100 }, 40],
  [{ from: 0, to: 100, completeReadAt: 10 }, 10],
  [{ from: 0, to: 100, completeReadAt: 60 }, 40],
])('of %j sessions of at most 40 seconds are all there from second %i on', (span, from) => {
  expect(coveredBy(span, 40)).toEqual({ from, to: 100 });
});
