import type { Transform } from '../pipeline/pipe.js';

/** Each row changed by a function, in their order. */
export function map<A, B>(change: (row: A) => B): Transform<A, B> {
  return async function* (source) {
    for await (const batch of source) yield batch.map(change);
  };
}
