import type { Source } from './pipe.js';

/** Rows wait for others for so long at the most, in milliseconds. */
const PATIENCE = 50;

/**
 * The same rows in larger batches, of at least `size` or of what came in a twentieth of a second: where rows come in
 * small batches, each costs more than its rows.
 */
export async function* gathered<T>(source: Source<T>, size: number): Source<T> {
  let rows: T[] = [];
  let since = 0;
  for await (const batch of source) {
    if (rows.length === 0) since = performance.now();
    for (const row of batch) rows.push(row);
    if (rows.length < size && performance.now() - since < PATIENCE) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}
