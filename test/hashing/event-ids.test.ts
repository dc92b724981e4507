import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventIds } from '../../src/hashing/event-ids.js';
import { eventIdOf } from '../support/cloudtrail.js';

/** Few of each, so that ids come again and differ in one part alone. */
const word = fc.constantFrom('00000000', '00000001', '80000000', 'ffffffff');
const uuid = fc
  .tuple(word, word, word, word)
  .map((words) => words.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
const ids = fc.oneof(
  { arbitrary: uuid, weight: 4 },
  fc.uuid(),
  uuid.map((id) => id.toUpperCase()),
  uuid.map((id) => id.slice(1)),
  uuid.map((id) => ` ${id}`),
  fc.constantFrom('', '-', 'event-1', 'é', '__proto__', 'constructor'),
);

test('it says of each id what a set would say', () => {
  const property = fc.property(fc.array(ids, { maxLength: 200 }), (all) => {
    const held = new EventIds();
    const model = new Set<string>();
    for (const id of all) {
      expect(held.add(id), id).toBe(!model.has(id));
      model.add(id);
      expect(held.size).toBe(model.size);
    }
  });
  fc.assert(property, { numRuns: 500 });
});

test('it grows, and keeps every id apart', () => {
  const held = new EventIds();
  const count = 50_000;
  // Two families: ids spread like random ones, and ids that count up in one word alone.
  const family = (n: number): string =>
    n % 2 === 0 ? eventIdOf(n) : `00000000-0000-0000-0000-0000${n.toString(16).padStart(8, '0')}`;
  for (const isNew of [true, false]) {
    for (let n = 0; n < count; n++) {
      if (held.add(family(n)) !== isNew) expect.fail(`${family(n)}, number ${n}`);
    }
    expect(held.size).toBe(count);
  }
});

test('what only looks like a UUID when its dashes are taken out is another id', () => {
  const held = new EventIds();
  expect(held.add('7d2f6a50-3a9d-4b52-9d3e-0a2f3b4c5d6e')).toBe(true);
  expect(held.add('7d2f6a503a9d4b529d3e0a2f3b4c5d6e')).toBe(true);
  expect(held.add('7-d2f6a50-3a9d-4b52-9d3e-0a2f3b4c5d6e')).toBe(true);
  expect(held.size).toBe(3);
});
