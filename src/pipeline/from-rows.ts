import type { Source } from './pipe.js';

/** Some rows that are there already, as one batch. */
export async function* fromRows<T>(rows: readonly T[]): Source<T> {
  if (rows.length > 0) yield rows;
}
