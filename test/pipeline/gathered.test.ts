import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { gathered } from '../../src/pipeline/gathered.js';

async function* from<T>(batches: readonly (readonly T[])[]): AsyncGenerator<readonly T[]> {
  yield* batches;
}

test('the same rows come in their order, in batches that are not empty', async () => {
  const someBatches = fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 9 }));
  const property = fc.asyncProperty(
    someBatches,
    fc.integer({ min: 1, max: 20 }),
    async (batches, size) => {
      const found: (readonly number[])[] = [];
      for await (const batch of gathered(from(batches), size)) found.push(batch);
      expect(found.flat()).toEqual(batches.flat());
      expect(found.every(({ length }) => length > 0)).toBe(true);
    },
  );
  await fc.assert(property);
});
