import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareInstants,
  compareTimes,
  formatInstant,
  formatSeconds,
  instantFromMillis,
  parseInstant,
  toNanoseconds,
  toWholeSeconds,
} from '../../../src/model/time/instant.js';
import { FIRST, LAST, bigNanos, instants, offsets, rfc3339Nano } from './rfc3339-nano.js';

describe('parseInstant', () => {
  test('agrees with Date on milliseconds, whatever the offset', () => {
    const millis = fc.integer({ min: FIRST * 1000, max: LAST * 1000 });
    const property = fc.property(millis, offsets, (at, offset) => {
      const instant = {
        seconds: Math.floor(at / 1000),
        nanos: (((at % 1000) + 1000) % 1000) * 1e6,
      };
      const text = rfc3339Nano(instant, offset);
      fc.pre(text !== undefined);
      const parsed = parseInstant(text);
      expect(parsed && bigNanos(parsed)).toBe(BigInt(at) * 1_000_000n);
      expect(Date.parse(text)).toBe(at);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test('reads every nanosecond that Go writes, at any offset', () => {
    const property = fc.property(instants(), offsets, (instant, offset) => {
      const text = rfc3339Nano(instant, offset);
      fc.pre(text !== undefined);
      expect(parseInstant(text)).toEqual(instant);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test.each([
    ['2026-01-20T10:00:00Z', 1_768_903_200, 0],
    ['2026-01-20T10:00:00.000000001Z', 1_768_903_200, 1],
    ['2026-01-20T10:00:00.120000000Z', 1_768_903_200, 120_000_000],
    ['2026-01-20T15:30:00+05:30', 1_768_903_200, 0],
    ['2026-01-20T10:00:00-00:00', 1_768_903_200, 0],
    ['1969-12-31T23:59:59.5Z', -1, 500_000_000],
    ['2024-02-29T00:00:00Z', 1_709_164_800, 0],
    ['2000-02-29T00:00:00Z', 951_782_400, 0],
    ['0000-01-01T00:00:00Z', FIRST, 0],
    ['0000-02-29T00:00:00Z', FIRST + 59 * 86_400, 0],
    ['9999-12-31T23:59:59.999999999Z', LAST, 999_999_999],
  ])('takes %s', (text, seconds, nanos) => {
    expect(parseInstant(text)).toEqual({ seconds, nanos });
  });

  test.each([
    '2026-02-30T10:00:00Z',
    '2026-04-31T10:00:00Z',
    '2026-06-31T10:00:00Z',
    '2026-09-31T10:00:00Z',
    '2026-11-31T10:00:00Z',
    '2026-02-29T10:00:00Z',
    '1900-02-29T10:00:00Z',
    '2026-01-00T10:00:00Z',
    '2026-00-01T10:00:00Z',
    '2026-13-01T10:00:00Z',
    '2026-01-20T24:00:00Z',
    '2026-01-20T10:60:00Z',
    '2026-01-20T23:59:60Z',
    '2026-01-20t10:00:00Z',
    '2026-01-20T10:00:00z',
    '2026-01-20 10:00:00Z',
    '2026-01-20T10:00:00.1234567890Z',
    '2026-01-20T10:00:00.Z',
    '2026-01-20T10:00:00,5Z',
    '2026-01-20T10:00:00',
    '2026-01-20T10:00:00.5',
    '2026-01-20T10:00Z',
    '2026-01-20',
    '2026-01-20T10:00:00+24:00',
    '2026-01-20T10:00:00+01:60',
    '2026-01-20T10:00:00+0100',
    '2026-01-20T10:00:00+01',
    '2026-01-20T10:00:00+1:00',
    '2026-01-20T10:00:00+01:00Z',
    '2026-01-20T10:00:00+01:000',
    '2026-01-20T10:00:00ZZ',
    '2026-01-20T10:00:00Z ',
    ' 2026-01-20T10:00:00Z',
    '2026-01-20T10:00:00Z+01:00',
    '+002026-01-20T10:00:00Z',
    '-2026-01-20T10:00:00Z',
    '2026-1-20T10:00:00.00Z',
    '２０２６-01-20T10:00:00Z',
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '1768903200',
    '',
  ])('refuses "%s"', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test('refuses a good time with any one character changed into a letter or left out', () => {
    const good = '2026-01-20T10:00:00.25+01:30';
    for (let at = 0; at < good.length; at++) {
      expect(parseInstant(`${good.slice(0, at)}x${good.slice(at + 1)}`)).toBeUndefined();
      if (at < 20 || at > 21) {
        expect(parseInstant(good.slice(0, at) + good.slice(at + 1))).toBeUndefined();
      }
    }
  });
});

test('compareInstants agrees with nanoseconds counted in one number', () => {
  const near = instants(1_768_903_200, 1_768_903_202);
  const property = fc.property(fc.oneof(instants(), near), near, (a, b) => {
    const apart = bigNanos(a) - bigNanos(b);
    expect(Math.sign(compareInstants(a, b))).toBe(apart < 0n ? -1 : apart > 0n ? 1 : 0);
  });
  fc.assert(property, { numRuns: 1000 });
});

test('compareTimes is the same of texts, however they are written', () => {
  const near = instants(1_768_903_200, 1_768_903_202);
  const zeros = fc.constantFrom('', '0', '.0', '.000000000');
  const texts = fc
    .tuple(near, fc.oneof(fc.constant(0), offsets), zeros)
    .map(([instant, offset, more]) => rfc3339Nano(instant, offset)?.replace(/Z$/, `${more}Z`));
  const property = fc.property(texts, texts, (a, b) => {
    fc.pre(a !== undefined && b !== undefined);
    const [first, second] = [parseInstant(a), parseInstant(b)];
    fc.pre(first !== undefined && second !== undefined);
    expect(Math.sign(compareTimes(a, b))).toBe(Math.sign(compareInstants(first, second)));
  });
  fc.assert(property, { numRuns: 2000 });
});

test('formatInstant writes as Go does and is read back the same', () => {
  const property = fc.property(instants(), (instant) => {
    expect(formatInstant(instant)).toBe(rfc3339Nano(instant, 0));
    expect(parseInstant(formatInstant(instant))).toEqual(instant);
  });
  fc.assert(property, { numRuns: 1000 });
});

test('whole seconds are cut, not rounded, and in UTC', () => {
  const property = fc.property(instants(), offsets, (instant, offset) => {
    const text = rfc3339Nano(instant, offset);
    fc.pre(text !== undefined);
    const second = rfc3339Nano({ seconds: instant.seconds, nanos: 0 }, 0);
    expect(toWholeSeconds(text)).toBe(second);
    expect(formatSeconds(instant)).toBe(second);
  });
  fc.assert(property, { numRuns: 1000 });
  expect(toWholeSeconds('2026-01-20T10:00:00.999999999Z')).toBe('2026-01-20T10:00:00Z');
});

test('nine digits of a second in UTC are the same instant, whatever the offset', () => {
  const property = fc.property(instants(), offsets, (instant, offset) => {
    const text = rfc3339Nano(instant, offset);
    fc.pre(text !== undefined);
    const second = formatSeconds(instant).slice(0, 19);
    const nanos = String(instant.nanos).padStart(9, '0');
    expect(toNanoseconds(text)).toBe(`${second}.${nanos}Z`);
  });
  fc.assert(property, { numRuns: 1000 });
  expect(toNanoseconds('2026-01-20T10:00:00.05+01:00')).toBe('2026-01-20T09:00:00.050000000Z');
  expect(toNanoseconds('2026-01-20T10:00:00.05Z')).toBe('2026-01-20T10:00:00.050000000Z');
  expect(toNanoseconds('2026-01-20T10:00:00Z')).toBe('2026-01-20T10:00:00.000000000Z');
});

test('a millisecond clock is read exactly, before 1970 too', () => {
  const property = fc.property(fc.integer({ min: FIRST * 1000, max: LAST * 1000 }), (millis) => {
    expect(bigNanos(instantFromMillis(millis))).toBe(BigInt(millis) * 1_000_000n);
  });
  fc.assert(property);
});
