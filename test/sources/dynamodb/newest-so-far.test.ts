import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_FILTER } from '../../../src/model/session/session-filter.js';
import { type Session, placedAt } from '../../../src/model/session/session.js';
import { compareInstants, parseInstant } from '../../../src/model/time/instant.js';
import { NewestSoFar } from '../../../src/sources/dynamodb/newest-so-far.js';
import { session } from '../../support/records.js';

/** Times of a few days, as text with any offset that Go could write. */
const texts = fc
  .tuple(
    fc.integer({ min: 0, max: 6 * 86_400 }),
    fc.integer({ min: -1439, max: 1439 }),
    fc.boolean(),
  )
  .map(([second, offset, isUtc]) => {
    const local = new Date(Date.UTC(2026, 2, 1) + (second + (isUtc ? 0 : offset * 60)) * 1000);
    const two = (number: number): string => String(Math.trunc(number)).padStart(2, '0');
    const [hours, minutes] = [two(Math.abs(offset) / 60), two(Math.abs(offset) % 60)];
    const zone = isUtc ? 'Z' : `${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
    return `${local.toISOString().slice(0, 19)}${zone}`;
  });

test('what is said to be whole has the newest of all, however the texts sort', () => {
  let stopped = 0;
  const property = fc.property(
    fc.array(texts, { minLength: 1, maxLength: 80 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 9 }),
    (times, limit, page) => {
      const all = times
        .toSorted((a, b) => (a < b ? 1 : -1))
        .map((created_at, n) => session(n, { created_at }));
      const newest = new NewestSoFar(limit, NO_FILTER);
      for (let end = page; ; end += page) {
        newest.add(all.slice(end - page, end));
        const isWhole = newest.isWhole(all.slice(0, end).at(-1)!.createdAt);
        if (!isWhole && end < all.length) continue;
        if (isWhole && end < all.length) stopped++;
        expect(newestOf(all.slice(0, end), limit)).toEqual(newestOf(all, limit));
        return;
      }
    },
  );
  fc.assert(property, { numRuns: 300 });
  expect(stopped).toBeGreaterThan(20);
});

test('it is never whole while fewer match than are needed', () => {
  const newest = new NewestSoFar(3, { ...NO_FILTER, user: 'nobody-else' });
  newest.add([1, 2, 3, 4].map((n) => session(n, { user: n < 3 ? 'nobody-else' : 'other' })));
  expect(newest.isWhole('1999-01-01T00:00:00Z')).toBe(false);
  newest.add([session(5, { user: 'nobody-else' })]);
  expect(newest.isWhole('1999-01-01T00:00:00Z')).toBe(true);
  expect(newest.isWhole(undefined)).toBe(false);
});

function newestOf(sessions: readonly Session[], limit: number): number[] {
  const times = sessions.map((one) => placedAt(one)!).toSorted((a, b) => compareInstants(b, a));
  return times.slice(0, limit).map(({ seconds }) => seconds);
}

test('the texts are times', () => {
  fc.assert(fc.property(texts, (text) => parseInstant(text) !== undefined));
});
