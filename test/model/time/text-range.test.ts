import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Instant,
  compareInstants,
  parseInstant,
  textRange,
} from '../../../src/model/time/instant.js';
import { FIRST, LAST, instants, offsets, rfc3339Nano } from './rfc3339-nano.js';

const inByteOrder = (a: string, b: string): boolean =>
  Buffer.compare(Buffer.from(a), Buffer.from(b)) <= 0;

function lies(text: string, since: Instant, until: Instant): boolean {
  const { from, to } = textRange(since, until);
  return inByteOrder(from!, text) && inByteOrder(text, to!);
}

const day = 86_400;
const anchors = fc.oneof(
  fc.constantFrom(FIRST, FIRST + day, LAST - 2 * day, 1_782_864_000 /* 2026-07-01 */),
  fc.integer({ min: FIRST, max: LAST - 2 * day }),
);

test('the text of every time of the window lies in the range, at any offset', () => {
  const around = fc.tuple(anchors, fc.constantFrom(1, 3600, 2 * day)).chain(([at, span]) => {
    const near = instants(at, at + span);
    return fc.tuple(near, near, near, offsets);
  });
  const property = fc.property(around, ([a, b, c, offset]) => {
    const [since, instant, until] = [a, b, c].toSorted(compareInstants);
    const text = rfc3339Nano(instant!, offset);
    fc.pre(text !== undefined);
    expect(lies(text, since!, until!)).toBe(true);
  });
  fc.assert(property, { numRuns: 10_000 });
});

test('the ends of the window lie in the range, at the farthest offsets', () => {
  for (const offset of [-1439, 0, 1439]) {
    const property = fc.property(instants(FIRST + day, LAST - day), (instant) => {
      expect(lies(rfc3339Nano(instant, offset)!, instant, instant)).toBe(true);
    });
    fc.assert(property, { numRuns: 1000 });
  }
});

test.each([
  ['2026-07-01T10:30:00.5Z', '2026-07-01T10:30:00Z'],
  ['2026-07-01T10:30:00.12Z', '2026-07-01T10:30:00.1Z'],
  ['2026-07-01T10:30:00.1005Z', '2026-07-01T10:30:00.1Z'],
  ['2026-07-01T05:30:00-05:00', '2026-07-01T10:30:00Z'],
  ['2026-07-01T11:30:00+01:00', '2026-07-01T10:30:00Z'],
  ['2026-06-30T23:59:59.9-05:00', '2026-07-01T00:00:00Z'],
])('%s is found where the window begins or ends at %s', (text, edge) => {
  const at = parseInstant(text)!;
  const [since, until] = [at, parseInstant(edge)!].toSorted(compareInstants);
  expect(lies(text, since!, until!)).toBe(true);
  expect(lies(text, at, { ...at, seconds: at.seconds + 1 })).toBe(true);
});

test('an open side has no bound', () => {
  const at = parseInstant('2026-07-01T00:00:00Z');
  expect(textRange(undefined, undefined)).toEqual({ from: undefined, to: undefined });
  expect(textRange(at, undefined).to).toBeUndefined();
  expect(textRange(undefined, at).from).toBeUndefined();
});

test('the range is no wider than a day on either side', () => {
  const { from, to } = textRange(
    parseInstant('2026-07-01T12:00:00.5Z'),
    parseInstant('2026-07-02T12:00:00.5Z'),
  );
  expect(from! >= '2026-06-30T12:00:00').toBe(true);
  expect(to! < '2026-07-03T12:00:01').toBe(true);
});
