import type { Batch, Source } from '../pipeline/pipe.js';
import { type Spool, openSpool } from './spool.js';

interface SortedSpoolOptions {
  /** Rows that are held and sorted together; as many are in each sorted run at first. */
  readonly rowsHeld: number;
  /** Runs that are merged at once; one more, and they become one run. */
  readonly mostRuns: number;
}

const BATCH = 500;

/**
 * A spool whose rows come in an order, rows that compare equal in the order in which they were added. Holds
 * 10,000 rows while it is filled, and a block of each run, 24 at the most, while it is read.
 */
export function openSortedSpool<T>(
  compare: (a: T, b: T) => number,
  { rowsHeld, mostRuns }: SortedSpoolOptions = { rowsHeld: 10_000, mostRuns: 24 },
): Spool<T> {
  let held: T[] = [];
  let runs: Spool<T>[] = [];
  let size = 0;
  const writeRun = async (rows: Source<T>): Promise<Spool<T>> => {
    const run = openSpool<T>();
    for await (const batch of rows) await run.add(batch);
    return run;
  };
  const flush = async (): Promise<void> => {
    if (held.length === 0) return;
    const sorted = held.toSorted(compare);
    held = [];
    if (runs.length === mostRuns) {
      const merged = await writeRun(mergeSorted(runs, compare));
      await Promise.all(runs.map((run) => run.dispose()));
      runs = [merged];
    }
    runs.push(await writeRun(one(sorted)));
  };
  return {
    get size() {
      return size;
    },
    add: async (rows) => {
      for (const row of rows) held.push(row);
      size += rows.length;
      if (held.length >= rowsHeld) await flush();
    },
    rows: async function* () {
      if (runs.length > 0) {
        await flush();
        yield* mergeSorted(runs, compare);
        return;
      }
      held = held.toSorted(compare);
      if (held.length > 0) yield [...held];
    },
    dispose: async () => {
      await Promise.all(runs.map((run) => run.dispose()));
    },
  };
}

async function* one<T>(rows: Batch<T>): Source<T> {
  for (let at = 0; at < rows.length; at += BATCH) yield rows.slice(at, at + BATCH);
}

/** The rows of sorted runs in their common order; of equal rows, those of the earlier run first. */
async function* mergeSorted<T>(
  runs: readonly Spool<T>[],
  compare: (a: T, b: T) => number,
): Source<T> {
  const cursors = runs.map((run) => new Cursor(run.rows()));
  try {
    for (const cursor of cursors) await cursor.load();
    let batch: T[] = [];
    for (;;) {
      let least: Cursor<T> | undefined;
      for (const cursor of cursors) {
        if (cursor.isOver) continue;
        if (least === undefined || compare(cursor.row, least.row) < 0) least = cursor;
      }
      if (least === undefined) break;
      batch.push(least.row);
      if (!least.advance()) await least.load();
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

/** Where one run is read at the moment. */
class Cursor<T> {
  readonly #batches: AsyncIterator<Batch<T>>;
  #batch: Batch<T> = [];
  #at = 0;
  isOver = false;

  constructor(rows: Source<T>) {
    this.#batches = rows[Symbol.asyncIterator]();
  }

  get row(): T {
    return this.#batch[this.#at]!;
  }

  /** False when the next row has to be loaded. */
  advance(): boolean {
    return ++this.#at < this.#batch.length;
  }

  async load(): Promise<void> {
    const next = await this.#batches.next();
    this.isOver = next.done === true;
    this.#batch = next.done ? [] : next.value;
    this.#at = 0;
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
