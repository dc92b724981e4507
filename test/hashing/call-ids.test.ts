import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CallIds, type IdentifiedCall } from '../../src/hashing/call-ids.js';
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

const callOf = (id: string, fixed = 'one', role?: string): IdentifiedCall => ({ id, fixed, role });

test('it says of each id what a set would say', () => {
  const property = fc.property(fc.array(ids, { maxLength: 200 }), (all) => {
    const held = new CallIds();
    const model = new Set<string>();
    for (const id of all) {
      expect(held.add(callOf(id)), id).toBe(model.has(id) ? 'known' : 'new');
      model.add(id);
      expect(held.size).toBe(model.size);
    }
  });
  fc.assert(property, { numRuns: 500 });
});

test('it grows, and keeps every id apart', () => {
  const held = new CallIds();
  const count = 50_000;
  // Two families: ids spread like random ones, and ids that count up in one word alone.
  const family = (n: number): string =>
    n % 2 === 0 ? eventIdOf(n) : `00000000-0000-0000-0000-0000${n.toString(16).padStart(8, '0')}`;
  for (const news of ['new', 'known']) {
    for (let n = 0; n < count; n++) {
      if (held.add(callOf(family(n))) !== news) expect.fail(`${family(n)}, number ${n}`);
    }
    expect(held.size).toBe(count);
  }
});

test('what only looks like a UUID when its dashes are taken out is another id', () => {
  const held = new CallIds();
  expect(held.add(callOf('7d2f6a50-3a9d-4b52-9d3e-0a2f3b4c5d6e'))).toBe('new');
  expect(held.add(callOf('7d2f6a503a9d4b529d3e0a2f3b4c5d6e'))).toBe('new');
  expect(held.add(callOf('7-d2f6a50-3a9d-4b52-9d3e-0a2f3b4c5d6e'))).toBe('new');
  expect(held.size).toBe(3);
});

test.each(['7d2f6a50-3a9d-4b52-9d3e-0a2f3b4c5d6e', 'event-1'])(
  'another call under the id %s is told from the same call again',
  (id) => {
    const held = new CallIds();
    expect(held.add(callOf(id, 'noon', 'A'))).toBe('new');
    expect(held.add(callOf(id, 'noon', 'B'))).toBe('contradicts');
    expect(held.add(callOf(id, 'one', 'A'))).toBe('contradicts');
    expect(held.add(callOf(id, 'noon'))).toBe('known');
    for (const [fixed, role] of [
      ['noon', 'A'],
      ['noon', 'B'],
      ['one', 'A'],
      ['one', undefined],
    ] as const) {
      expect(held.add(callOf(id, fixed, role))).toBe('known');
    }
    expect(held.size).toBe(3);
  },
);

test.each(['7d2f6a50-3a9d-4b52-9d3e-0a2f3b4c5d6e', 'event-1'])(
  'the order in which records of %s come does not matter: a role is learnt where it was not known',
  (id) => {
    for (const roles of [
      [undefined, 'A', 'B'],
      ['A', undefined, 'B'],
      ['A', 'B', undefined],
    ]) {
      const held = new CallIds();
      const news = roles.map((role) => held.add(callOf(id, 'noon', role)));
      expect(news.toSorted()).toEqual(['contradicts', 'known', 'new']);
    }
  },
);
