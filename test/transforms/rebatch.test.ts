import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { rebatch } from '../../src/transforms/rebatch.js';
import { Watched, batchesOf, cut, transformContract } from '../support/contracts.js';

transformContract('rebatch', () => rebatch<number>(4), fc.array(fc.nat(9)));

test('rebatch gives batches of its size or a little more, but for the last, and loses no row', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  const size = fc.integer({ min: 1, max: 12 });
  const property = fc.asyncProperty(fc.array(fc.nat()), sizes, size, async (rows, cuts, least) => {
    const batches = await batchesOf(rebatch<number>(least)(new Watched(cut(rows, cuts))));
    expect(batches.flat()).toEqual(rows);
    for (const batch of batches.slice(0, -1)) {
      expect(batch.length).toBeGreaterThanOrEqual(least);
      expect(batch.length).toBeLessThan(least + Math.max(...cuts));
    }
  });
  await fc.assert(property);
});

test('rebatch asks for no more than a batch needs', async () => {
  const source = new Watched([[1, 2], [3], [4, 5], [6]]);
  for await (const batch of rebatch<number>(3)(source)) {
    expect(batch).toEqual([1, 2, 3]);
    expect(source.pulled).toBe(2);
    break;
  }
});
