import type { Transform } from '../pipeline/pipe.js';

/** The same rows in batches of at least `size`, but for the last. Holds one. */
export function rebatch<T>(size: number): Transform<T, T> {
  return async function* (source) {
    let rows: T[] = [];
    for await (const batch of source) {
      for (const row of batch) rows.push(row);
      if (rows.length < size) continue;
      yield rows;
      rows = [];
    }
    if (rows.length > 0) yield rows;
  };
}
