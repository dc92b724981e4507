import type { Transform } from '../pipeline/pipe.js';

/** Keeps the rows that pass the test, in their order. */
export function filter<T>(keeps: (row: T) => boolean): Transform<T, T> {
  return async function* (source) {
    for await (const batch of source) {
      const kept = batch.filter(keeps);
      if (kept.length > 0) yield kept;
    }
  };
}
