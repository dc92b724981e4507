import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import {
  type Instant,
  compareInstants,
  formatInstant,
  parseInstant,
} from '../../../src/model/time/instant.js';
import { parseWindow, within } from '../../../src/model/time/window.js';
import { bigNanos, instants } from './rfc3339-nano.js';

const now = parseInstant('2026-01-24T12:00:00.25Z')!;

function failureOf(since: string | undefined, until?: string): UsageError {
  try {
    parseWindow(since, until, now);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`${String(since)} to ${String(until)} was taken`);
}

const sinceOf = (text: string): string => formatInstant(parseWindow(text, undefined, now).since!);

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
  ])('%s ago is %s', (text, expected) => {
    expect(sinceOf(text)).toBe(expected);
  });

  test('both of them', () => {
    const { since, until } = parseWindow('24h', '1h', now);
    expect(formatInstant(since!)).toBe('2026-01-23T12:00:00.25Z');
    expect(formatInstant(until!)).toBe('2026-01-24T11:00:00.25Z');
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
      const nanos = BigInt(((d * 24 + h) * 60 + m) * 60 + s) * 1_000_000_000n + BigInt(ns) + 1n;
      const { since } = parseWindow(`${d}d${h}h${m}m${s}s${ns}ns1ns`, undefined, at);
      expect(bigNanos(at) - bigNanos(since!)).toBe(nanos);
    });
    fc.assert(property);
  });
});

test('a bare date is its midnight in UTC', () => {
  const { since, until } = parseWindow('2026-01-17', '2026-01-18', now);
  expect(formatInstant(since!)).toBe('2026-01-17T00:00:00Z');
  expect(formatInstant(until!)).toBe('2026-01-18T00:00:00Z');
});

test('a time is exact, with its offset', () => {
  expect(sinceOf('2026-01-17T01:30:00.123456789+01:30')).toBe('2026-01-17T00:00:00.123456789Z');
});

test('a side that is not given is open', () => {
  const open = parseWindow(undefined, undefined, now);
  expect(open).toEqual({ since: undefined, until: undefined });
  expect(within(open, now)).toBe(true);
  expect(within(parseWindow('1h', undefined, now), parseInstant('9999-12-31T00:00:00Z')!)).toBe(
    true,
  );
});

test('a window holds its beginning and not its end', () => {
  const window = parseWindow('2026-01-17', '2026-01-18', now);
  const has = (text: string): boolean => within(window, parseInstant(text)!);
  expect(has('2026-01-16T23:59:59.999999999Z')).toBe(false);
  expect(has('2026-01-17T00:00:00Z')).toBe(true);
  expect(has('2026-01-17T23:59:59.999999999Z')).toBe(true);
  expect(has('2026-01-18T00:00:00Z')).toBe(false);
});

test('of consecutive windows exactly one holds an instant', () => {
  const near = instants(1_768_903_200, 1_768_903_204);
  const property = fc.property(fc.array(near, { minLength: 2, maxLength: 6 }), near, (some, at) => {
    const edges = some.toSorted(compareInstants);
    const holding = edges.slice(1).filter((until, n) => within({ since: edges[n]!, until }, at));
    const inside = (edge: Instant): number => compareInstants(at, edge);
    expect(holding.length).toBe(inside(edges[0]!) >= 0 && inside(edges.at(-1)!) < 0 ? 1 : 0);
  });
  fc.assert(property, { numRuns: 1000 });
});

describe('what is wrong is told with the option and the text', () => {
  test.each([
    ['yesterday', /"yesterday" is neither a duration nor a time/],
    ['7 d', /"7 d" is neither/],
    ['7x', /"7x" is neither/],
    ['7d!', /"7d!" is neither/],
    ['7D', /"7D" is neither/],
    ['.h', /"\.h" is neither/],
    ['d', /"d" is neither/],
    ['', /"" is neither/],
    ['7', /"7" is neither.*a unit is missing: 7d/],
    ['-7d', /"-7d" is negative/],
    ['-0.5h', /"-0\.5h" is negative/],
    ['2026-02-30', /"2026-02-30" is not a time/],
    ['2026-01-17T10:00:00', /"2026-01-17T10:00:00" is not a time/],
    ['2026-01-17 10:00:00Z', /"2026-01-17 10:00:00Z" is not a time/],
    ['9999999w', /"9999999w" is not a time/],
    ['0s', /empty.*"0s"/],
    ['2026-01-25', /backwards.*"2026-01-25"/],
  ])('--since "%s"', (text, message) => {
    expect(failureOf(text)).toMatchObject({
      option: '--since',
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['tomorrow', /"tomorrow" is neither/],
    ['-1h', /"-1h" is negative/],
    ['2026-13-01', /"2026-13-01" is not a time/],
  ])('--until "%s"', (text, message) => {
    expect(failureOf('9d', text)).toMatchObject({
      option: '--until',
      message: expect.stringMatching(message),
    });
  });

  test('a window that ends where it begins is empty', () => {
    expect(failureOf('24h', '24h').message).toMatch(/empty.*"24h".*--until "24h"/);
    expect(failureOf('2026-01-17', '2026-01-17T01:00:00+01:00').message).toMatch(/empty/);
  });

  test('a window that ends before it begins is backwards', () => {
    const { message, hint } = failureOf('1h', '24h');
    expect(message).toMatch(
      /backwards.*"1h".*2026-01-24T11:00:00\.25Z.*"24h".*2026-01-23T12:00:00\.25Z/,
    );
    expect(hint).toContain('--since 24h --until 1h');
  });
});
