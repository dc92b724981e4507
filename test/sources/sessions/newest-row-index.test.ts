import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Session, parseSession } from '../../../src/model/session/session.js';
import { compareInstants, parseInstant } from '../../../src/model/time/instant.js';
import { NewestRowIndex } from '../../../src/sources/sessions/newest-row-index.js';
import { idOf } from '../../support/sessions.js';

const sessionOf = (id: string, updated_at?: string): Session =>
  parseSession({ id, updated_at }, []);

/** Is `a` older than `b`? A row without a time is older than every row with one. */
function isOlder(a: string | undefined, b: string | undefined): boolean {
  if (b === undefined) return false;
  return a === undefined || compareInstants(parseInstant(a)!, parseInstant(b)!) < 0;
}

/** Times whose texts do not sort as they do, and some that are the same. */
const times = fc.constantFrom(
  undefined,
  '2026-01-20T10:00:00Z',
  '2026-01-20T10:00:00.5Z',
  '2026-01-20T10:00:00.50Z',
  '2026-01-20T10:00:00.500000001Z',
  '2026-01-20T11:00:00+01:00',
  '2026-01-20T09:59:59.999999999Z',
  '1969-12-31T23:59:59.9Z',
  '0000-01-01T00:00:00Z',
);
/** Few ids, some of which differ in one half alone. */
const ids = fc.constantFrom(
  '0000000000000000',
  '0000000000000001',
  '0000000100000000',
  '8000000000000000',
  'ffffffff00000000',
  'ffffffffffffffff',
  '00000000ffffffff',
  idOf(1),
);
const adding = fc.record({ kind: fc.constant('add' as const), id: ids, at: times });
const forgetting = fc.record({ kind: fc.constant('forget' as const), id: ids, at: times });

test('the newest row of every session is the one that a map would keep', () => {
  const steps = fc.array(fc.oneof({ arbitrary: adding, weight: 5 }, forgetting), { maxLength: 60 });
  const property = fc.property(steps, ids, times, (all, id, at) => {
    const index = new NewestRowIndex();
    const model = new Map<string, { row: number | 'lost'; at: string | undefined }>();
    const seen = new Set<string>();
    let row = 0;
    // All rows are added before any is forgotten, as the union does it.
    for (const step of all.filter(({ kind }) => kind === 'add')) {
      row++;
      seen.add(step.id);
      index.add(sessionOf(step.id, step.at), row);
      const held = model.get(step.id);
      if (held === undefined || !isOlder(step.at, held.at))
        model.set(step.id, { row, at: step.at });
    }
    for (const step of all.filter(({ kind }) => kind === 'forget')) {
      const held = model.get(step.id);
      expect(index.forget(step.id)).toBe(held !== undefined && held.row !== 'lost');
      if (held !== undefined) held.row = 'lost';
    }
    expect(index.size).toBe(seen.size);
    for (const known of [id, ...seen]) {
      const held = model.get(known);
      for (let n = 1; n <= row; n++) expect(index.isNewest(known, n)).toBe(held?.row === n);
      expect(index.hasNewer(sessionOf(known, at))).toBe(held !== undefined && isOlder(at, held.at));
    }
  });
  fc.assert(property, { numRuns: 500 });
});

test('it grows, and keeps every id apart', () => {
  const index = new NewestRowIndex();
  const count = 50_000;
  // Two families: ids spread like random ones, and ids that count up in their upper half alone.
  const family = (n: number): string =>
    n % 2 === 0 ? idOf(n) : `${n.toString(16).padStart(8, '0')}00000000`;
  const [before, early, late] = [0, 1, 2].map((nano) => `2026-01-20T10:00:00.00000000${nano}Z`);
  for (let n = 0; n < count; n++) index.add(sessionOf(family(n), early), n + 1);
  for (let n = 0; n < count; n += 3) index.add(sessionOf(family(n), late), count + n + 1);
  expect(index.size).toBe(count);
  for (let n = 0; n < count; n++) {
    const newest = n % 3 === 0 ? count + n + 1 : n + 1;
    if (!index.isNewest(family(n), newest)) expect.fail(`row ${newest} of ${family(n)} was lost`);
    if (index.isNewest(family(n), n + 1) !== (n % 3 !== 0)) expect.fail(`row ${n + 1} stayed`);
    if (!index.hasNewer(sessionOf(family(n), before))) expect.fail(`the time of row ${n} was lost`);
  }
  expect(index.isNewest(idOf(count), 1)).toBe(false);
  expect(index.forget(idOf(count))).toBe(false);
});

test('of equals the row that was added last is the newest', () => {
  const index = new NewestRowIndex();
  index.add(sessionOf(idOf(0), '2026-01-20T10:00:00Z'), 1);
  index.add(sessionOf(idOf(0), '2026-01-20T11:00:00.000+01:00'), 2);
  expect([index.isNewest(idOf(0), 1), index.isNewest(idOf(0), 2)]).toEqual([false, true]);
  expect(index.hasNewer(sessionOf(idOf(0), '2026-01-20T10:00:00Z'))).toBe(false);
  index.add(sessionOf(idOf(1)), 3);
  index.add(sessionOf(idOf(1)), 4);
  expect(index.isNewest(idOf(1), 4)).toBe(true);
});
