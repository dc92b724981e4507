import type { Batch, Source } from './pipe.js';

/** Rows that stand together by a group, taken group by group. Holds a batch. */
export class GroupCursor<T> {
  readonly #batches: AsyncIterator<Batch<T>>;
  readonly #groupOf: (row: T) => string;
  #batch: Batch<T> = [];

  constructor(rows: Source<T>, groupOf: (row: T) => string) {
    this.#batches = rows[Symbol.asyncIterator]();
    this.#groupOf = groupOf;
  }

  /** The group of the next row; undefined at the end. */
  async group(): Promise<string | undefined> {
    while (this.#batch.length === 0) {
      const next = await this.#batches.next();
      if (next.done === true) return undefined;
      this.#batch = next.value;
    }
    return this.#groupOf(this.#batch[0]!);
  }

  /** The rows of the group that comes next. */
  async *rowsOf(group: string): Source<T> {
    while ((await this.group()) === group) {
      const end = this.#batch.findIndex((row) => this.#groupOf(row) !== group);
      const rows = end === -1 ? this.#batch : this.#batch.slice(0, end);
      this.#batch = this.#batch.slice(rows.length);
      yield rows;
    }
  }
}
