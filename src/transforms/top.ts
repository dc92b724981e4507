import type { Transform } from '../pipeline/pipe.js';

/** A step that may be told that the rows so far are void. */
export interface Top<T> extends Transform<T, T> {
  readonly startOver: () => void;
}

/**
 * The first `limit` rows in an order, in that order, after all have been seen. Holds at most twice
 * `limit` rows. `compare` must tell any two rows apart for the answer not to depend on their order.
 */
export function top<T>(limit: number, compare: (a: T, b: T) => number): Top<T> {
  let best: T[] = [];
  let worst: T | undefined;
  const startOver = (): void => {
    best = [];
    worst = undefined;
  };
  const step: Transform<T, T> = async function* (source) {
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
  return Object.assign(step, { startOver });
}
