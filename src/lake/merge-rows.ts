import type { Batch, Source } from '../pipeline/pipe.js';

const BATCH = 500;

/**
 * The rows that are held and fresh ones, both in the order of `compare`, as one list in that order. Of two that compare
 * equal, `newest` says which counts. Holds a batch of each.
 */
export async function* mergeRows<T>(
  held: Source<T>,
  fresh: Source<T>,
  newest: (held: T, fresh: T) => T,
  compare: (a: T, b: T) => number,
): Source<T> {
  const [one, other] = [new RowCursor(held), new RowCursor(fresh)];
  let batch: T[] = [];
  for (;;) {
    const [a, b] = [await one.next(), await other.next()];
    if (a === undefined && b === undefined) break;
    const order = a === undefined ? 1 : b === undefined ? -1 : compare(a, b);
    if (order <= 0) one.take();
    if (order >= 0) other.take();
    batch.push(order < 0 ? a! : order > 0 ? b! : newest(a!, b!));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The rows of a source one by one. */
class RowCursor<T> {
  readonly #batches: AsyncIterator<Batch<T>>;
  #batch: Batch<T> = [];
  #at = 0;

  constructor(rows: Source<T>) {
    this.#batches = rows[Symbol.asyncIterator]();
  }

  /** The row that comes next, until it is taken; undefined at the end. */
  async next(): Promise<T | undefined> {
    while (this.#at === this.#batch.length) {
      const next = await this.#batches.next();
      if (next.done === true) return undefined;
      [this.#batch, this.#at] = [next.value, 0];
    }
    return this.#batch[this.#at];
  }

  take(): void {
    this.#at++;
  }
}
