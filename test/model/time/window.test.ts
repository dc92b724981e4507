import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { type Instant, compareInstants, parseInstant } from '../../../src/model/time/instant.js';
import { windowOf, within } from '../../../src/model/time/window.js';
import { instants } from './rfc3339-nano.js';

const at = (text: string): Instant => parseInstant(text)!;
const now = at('2026-01-24T12:00:00.25Z');

test('a side that is not given is open', () => {
  const open = windowOf(undefined, undefined, now);
  expect(open).toEqual({ since: undefined, until: undefined });
  expect(within(open, now)).toBe(true);
  const since = at('2026-01-24T11:00:00Z');
  expect(windowOf(undefined, since, now)).toEqual({ since: undefined, until: since });
  expect(within(windowOf(since, undefined, now), at('9999-12-31T00:00:00Z'))).toBe(true);
});

test('a window holds its beginning and not its end', () => {
  const window = windowOf(at('2026-01-17T00:00:00Z'), at('2026-01-18T00:00:00Z'), now);
  const has = (text: string): boolean => within(window, parseInstant(text)!);
  expect(has('2026-01-16T23:59:59.999999999Z')).toBe(false);
  expect(has('2026-01-17T00:00:00Z')).toBe(true);
  expect(has('2026-01-17T23:59:59.999999999Z')).toBe(true);
  expect(has('2026-01-18T00:00:00Z')).toBe(false);
});

test('of consecutive windows exactly one holds an instant', () => {
  const near = instants(1_768_903_200, 1_768_903_204);
  const property = fc.property(
    fc.array(near, { minLength: 2, maxLength: 6 }),
    near,
    (some, one) => {
      const edges = some.toSorted(compareInstants);
      const holding = edges.slice(1).filter((until, n) => within({ since: edges[n]!, until }, one));
      const inside = (edge: Instant): number => compareInstants(one, edge);
      expect(holding.length).toBe(inside(edges[0]!) >= 0 && inside(edges.at(-1)!) < 0 ? 1 : 0);
    },
  );
  fc.assert(property, { numRuns: 1000 });
});

describe('a window that holds nothing is an error', () => {
  const failureOf = (since: string, until?: string): unknown => {
    try {
      return windowOf(at(since), until === undefined ? undefined : at(until), now);
    } catch (error) {
      return error;
    }
  };

  test('empty, when it ends where it starts', () => {
    expect(failureOf('2026-01-17T00:00:00Z', '2026-01-17T01:00:00+01:00')).toEqual(
      new ValueError(
        'the window is empty: it starts at 2026-01-17T00:00:00Z and ends at 2026-01-17T00:00:00Z',
      ),
    );
  });

  test('backwards, when it ends before it starts', () => {
    expect(failureOf('2026-01-17T00:00:00Z', '2026-01-16T00:00:00Z')).toEqual(
      new ValueError(
        'the window is backwards: it starts at 2026-01-17T00:00:00Z and ends at 2026-01-16T00:00:00Z',
      ),
    );
  });

  test('backwards, when it starts after now and has no end', () => {
    expect(failureOf('2026-01-25T00:00:00Z')).toEqual(
      new ValueError(
        'the window is backwards: it starts at 2026-01-25T00:00:00Z and ends now, at 2026-01-24T12:00:00.25Z',
      ),
    );
  });
});
