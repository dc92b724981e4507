import type { Transform } from '../pipeline/pipe.js';

/**
 * The first `limit` rows in an order, in that order, after all have been seen. Holds at most twice
 * `limit` rows. `compare` must tell any two rows apart for the answer not to depend on their order.
 */
export function top<T>(limit: number, compare: (a: T, b: T) => number): Transform<T, T> {
  return async function* (source) {
    let best: T[] = [];
    let worst: T | undefined;
    for await (const batch of source) {
      for (const row of batch) {
        if (worst !== undefined && compare(row, worst) >= 0) continue;
        best.push(row);
        if (best.length < limit * 2) continue;
        best = best.toSorted(compare).slice(0, limit);
        worst = best.at(-1);
      }
    }
    best = best.toSorted(compare).slice(0, limit);
    if (best.length > 0) yield best;
  };
}
