import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumberList } from '../../src/hashing/number-list.js';

/** On both sides of where a segment ends, and far from it. */
const places = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 16_380, max: 16_390 }),
  fc.integer({ min: 0, max: 200_000 }),
);
/** On both sides of where numbers need more room. */
const numbers = fc.oneof(
  fc.constantFrom(0, 1, 255, 256, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 2 ** 32),
  fc.constantFrom(NaN, Infinity, -Infinity, -1, 0.5, -62_135_596_800, 253_402_300_799, 2 ** 53),
  fc.nat(),
  fc.double(),
);

test('it gives back what was set last, as a map does', () => {
  const property = fc.property(fc.array(fc.tuple(places, numbers), { maxLength: 60 }), (writes) => {
    const list = new NumberList();
    const model = new Map<number, number>();
    for (const [place, number] of writes) {
      list.set(place, number);
      model.set(place, number);
      for (const [at, value] of model) expect(list.get(at) + 0).toBe(value + 0); // -0 is 0
    }
    expect(list.get(500_000)).toBe(0);
  });
  fc.assert(property, { numRuns: 500 });
});
