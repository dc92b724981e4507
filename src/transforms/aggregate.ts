import type { Batch, Transform } from '../pipeline/pipe.js';

/** Rows that are added up by their key. */
export interface Aggregation<T> {
  readonly add: (rows: Batch<T>) => void;
  /** One row a key so far, in the order in which the keys came. */
  readonly rows: () => readonly T[];
}

/** Adds rows up by their key. Holds one row a key. */
export function aggregation<T>(keyOf: (row: T) => string, sum: (a: T, b: T) => T): Aggregation<T> {
  const sums = new Map<string, T>();
  return {
    add: (rows) => {
      for (const row of rows) {
        const key = keyOf(row);
        const before = sums.get(key);
        sums.set(key, before === undefined ? row : sum(before, row));
      }
    },
    rows: () => [...sums.values()],
  };
}

/** One row a key, the sum of all rows with that key, when all have come. Holds one row a key. */
export function aggregate<T>(keyOf: (row: T) => string, sum: (a: T, b: T) => T): Transform<T, T> {
  return async function* (source) {
    const sums = aggregation(keyOf, sum);
    for await (const batch of source) sums.add(batch);
    if (sums.rows().length > 0) yield sums.rows();
  };
}
