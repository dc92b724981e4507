import type { Batch, Transform } from '../pipeline/pipe.js';

/** Shows every batch to a function on its way, and passes it on as it is. */
export function tap<T>(look: (batch: Batch<T>) => void): Transform<T, T> {
  return async function* (source) {
    for await (const batch of source) {
      look(batch);
      yield batch;
    }
  };
}
