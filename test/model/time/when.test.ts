import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { formatInstant, parseInstant } from '../../../src/model/time/instant.js';
import { parseTime, parseWhen } from '../../../src/model/time/when.js';
import { bigNanos, instants } from './rfc3339-nano.js';

const now = parseInstant('2026-01-24T12:00:00.25Z')!;
const whenOf = (text: string): string => formatInstant(parseWhen(text, now));

function failureOf(text: string): ValueError {
  try {
    parseWhen(text, now);
  } catch (error) {
    if (error instanceof ValueError) return error;
    throw error;
  }
  throw new Error(`"${text}" was taken`);
}

describe('a duration is measured back from now', () => {
  test.each([
    ['7d', '2026-01-17T12:00:00.25Z'],
    ['24h', '2026-01-23T12:00:00.25Z'],
    ['30m', '2026-01-24T11:30:00.25Z'],
    ['1d12h', '2026-01-23T00:00:00.25Z'],
    ['2w', '2026-01-10T12:00:00.25Z'],
    ['1.5h', '2026-01-24T10:30:00.25Z'],
    ['90s', '2026-01-24T11:58:30.25Z'],
    ['250ms', '2026-01-24T12:00:00Z'],
    ['1us', '2026-01-24T12:00:00.249999Z'],
    ['1\u00b5s', '2026-01-24T12:00:00.249999Z'],
    ['1\u03bcs', '2026-01-24T12:00:00.249999Z'],
    ['1ns', '2026-01-24T12:00:00.249999999Z'],
    ['1w1d1h1m1s1ms1us1ns', '2026-01-16T10:58:59.248998999Z'],
    ['1h1d', '2026-01-23T11:00:00.25Z'],
    ['+1h', '2026-01-24T11:00:00.25Z'],
    ['.5h', '2026-01-24T11:30:00.25Z'],
    ['1.h', '2026-01-24T11:00:00.25Z'],
    ['0.000000001s', '2026-01-24T12:00:00.249999999Z'],
    ['365d', '2025-01-24T12:00:00.25Z'],
    ['2  days   ago', '2026-01-22T12:00:00.25Z'],
  ])('%s ago is %s', (text, expected) => {
    expect(whenOf(text)).toBe(expected);
  });

  test('exactly, for any number of any units', () => {
    const parts = fc.record({
      d: fc.nat(9999),
      h: fc.nat(99),
      m: fc.nat(99),
      s: fc.nat(99),
      ns: fc.nat(2e9),
    });
    const property = fc.property(parts, instants(1_000_000_000), ({ d, h, m, s, ns }, at) => {
      const nanos = BigInt(((d * 24 + h) * 60 + m) * 60 + s) * 1_000_000_000n + BigInt(ns);
      const instant = parseWhen(`${d}d${h}h${m}m${s}s${ns}ns`, at);
      expect(bigNanos(at) - bigNanos(instant)).toBe(nanos);
    });
    fc.assert(property);
  });
});

describe('times as people write them', () => {
  test.each([
    ['now', '2026-01-24T12:00:00.25Z'],
    ['Now', '2026-01-24T12:00:00.25Z'],
    [' now ', '2026-01-24T12:00:00.25Z'],
    ['today', '2026-01-24T00:00:00Z'],
    ['yesterday', '2026-01-23T00:00:00Z'],
    ['2 days ago', '2026-01-22T12:00:00.25Z'],
    ['1 day ago', '2026-01-23T12:00:00.25Z'],
    ['a week ago', '2026-01-17T12:00:00.25Z'],
    ['an hour ago', '2026-01-24T11:00:00.25Z'],
    ['90 minutes ago', '2026-01-24T10:30:00.25Z'],
    ['5 mins ago', '2026-01-24T11:55:00.25Z'],
    ['30 seconds ago', '2026-01-24T11:59:30.25Z'],
    ['36 HOURS AGO', '2026-01-23T00:00:00.25Z'],
    ['7d ago', '2026-01-17T12:00:00.25Z'],
    ['1d12h ago', '2026-01-23T00:00:00.25Z'],
  ])('%s is %s', (text, expected) => {
    expect(whenOf(text)).toBe(expected);
  });

  test('today begins at midnight, also at midnight', () => {
    const midnight = parseInstant('2026-01-24T00:00:00Z')!;
    expect(parseWhen('today', midnight)).toEqual(midnight);
    expect(formatInstant(parseWhen('yesterday', midnight))).toBe('2026-01-23T00:00:00Z');
  });
});

describe('a date or time', () => {
  test.each([
    ['2026-01-17', '2026-01-17T00:00:00Z'],
    ['2026-01-17T09:00:00Z', '2026-01-17T09:00:00Z'],
    ['2026-01-17T01:30:00.123456789+01:30', '2026-01-17T00:00:00.123456789Z'],
    ['2026-01-17 09:00:00Z', '2026-01-17T09:00:00Z'],
    ['2026-01-17 09:00:00 Z', '2026-01-17T09:00:00Z'],
    ['2026-01-17 09:00:00 UTC', '2026-01-17T09:00:00Z'],
    ['2026-01-17 09:00:00.5+0200', '2026-01-17T07:00:00.5Z'],
    ['2026-01-17t09:00:00z', '2026-01-17T09:00:00Z'],
    ['2026-01-17 09:00Z', '2026-01-17T09:00:00Z'],
    ['2026-01-17  09:00Z', '2026-01-17T09:00:00Z'],
    [' 2026-01-17 ', '2026-01-17T00:00:00Z'],
    ['2026-01-17T09:00-01:00', '2026-01-17T10:00:00Z'],
  ])('%s is %s', (text, expected) => {
    expect(formatInstant(parseTime(text))).toBe(expected);
    expect(whenOf(text)).toBe(expected);
  });

  test.each([
    '2026-01-17T10:00:00',
    '2026-01-17 10:00:00',
    '2026-01-17 10:00',
    '2026-01-17T10:00:00.5',
  ])('without a zone is an error that says to add one: %s', (text) => {
    const { message, hint } = failureOf(text);
    expect(message).toBe(`"${text}" has no time zone`);
    expect(hint).toMatch(/add Z for UTC \(2026-01-17T10:00:00(\.5)?Z\), or an offset/);
  });

  test.each([
    '2026-02-30',
    '2026-13-01',
    '2026-01',
    '2026-1-17',
    '2026-01-17T25:00:00Z',
    '2026-01-17T10:00:00+1:00',
    '2026-01-17 10:00:00 CET',
    '2026-01-17T10:00:00.1234567890Z',
    '2026-01-17Z',
  ])('that is none is an error: %s', (text) => {
    expect(failureOf(text).message).toBe(`"${text}" is not a valid date or time`);
  });
});

test.each([
  ['tomorrow', /"tomorrow" is not a duration or a time/, /write a duration such as 7d/],
  ['7 days', /"7 days" is not a duration or a time/, /write 7d or "7 days ago"/],
  ['7 d', /"7 d" is not/, /write 7d or "7 d ago"/],
  ['7D', /"7D" is not/, /write 7d/],
  ['7x', /"7x" is not/, /now, today, yesterday or "2 days ago"/],
  ['7d!', /"7d!" is not/, /./],
  ['.h', /"\.h" is not/, /./],
  ['d', /"d" is not/, /./],
  ['', /"" is not/, /./],
  ['ago', /"ago" is not/, /./],
  ['2 months ago', /"2 months ago" is not/, /./],
  ['7', /"7" is not a duration or a time/, /add a unit: 7d or 7h/],
  ['-7d', /"-7d" is negative/, /positive duration such as 7d/],
  ['-0.5h', /"-0\.5h" is negative/, /./],
  ['9999999w', /"9999999w" is too long ago/, /./],
])('"%s" is an error with what to write instead', (text, message, hint) => {
  expect(failureOf(text)).toMatchObject({
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});

test('the first instant of the year 0 is not too long ago, and one before it is', () => {
  const at = parseInstant('0000-01-02T00:00:00Z')!;
  expect(formatInstant(parseWhen('1d', at))).toBe('0000-01-01T00:00:00Z');
  expect(() => parseWhen('24h1ns', at)).toThrow(/too long ago/);
});
