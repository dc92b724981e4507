import type { Batch, Transform } from '../pipeline/pipe.js';

/**
 * Joins every row with what is found for it, in their order. `find` is asked once a batch and answers for
 * each row; whatever it throws ends the pipe.
 */
export function join<A, F, B>(
  find: (rows: Batch<A>) => Promise<readonly F[]>,
  combine: (row: A, found: F) => B,
): Transform<A, B> {
  return async function* (source) {
    for await (const batch of source) {
      const found = await find(batch);
      yield batch.map((row, at) => combine(row, found[at] as F));
    }
  };
}
