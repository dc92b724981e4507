import { Heap } from 'heap-js';
import type { Batch, Source } from '../pipeline/pipe.js';
import { type Spool, openSpool } from './spool.js';

interface SortedSpoolOptions {
  /** Rows that are held and sorted together; as many are in each sorted run. */
  readonly rowsHeld: number;
  /** Runs that are merged at once; so many runs of one size become one. */
  readonly mostRuns: number;
}

const BATCH = 500;
/** Bytes of a run that are held while runs are merged. */
const BLOCK = 16 * 1024;

/**
 * A spool whose rows come in an order, rows that compare equal in the order in which they were added. Holds
 * 10,000 rows while it is filled, and 16 KB of each run while it is read: 128 runs of each size at the most.
 */
export function openSortedSpool<T>(
  compare: (a: T, b: T) => number,
  { rowsHeld, mostRuns }: SortedSpoolOptions = { rowsHeld: 10_000, mostRuns: 128 },
): Spool<T> {
  let held: T[] = [];
  let size = 0;
  /** Runs by how often their rows were merged; within each, in the order in which they were made. */
  const levels: Spool<T>[][] = [];
  const addRun = async (rows: Source<T>, level: number): Promise<void> => {
    const run = openSpool<T>(BLOCK);
    const runs = (levels[level] ??= []);
    runs.push(run);
    for await (const batch of rows) await run.add(batch);
    if (runs.length < mostRuns) return;
    await addRun(mergeSorted(runs, compare), level + 1);
    await Promise.all(runs.splice(0).map((merged) => merged.dispose()));
  };
  const flush = async (): Promise<void> => {
    const sorted = held.toSorted(compare);
    held = [];
    if (sorted.length > 0) await addRun(cut(sorted), 0);
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
      if (levels.length === 0) {
        yield* cut(held.toSorted(compare));
        return;
      }
      await flush();
      yield* mergeSorted(levels.toReversed().flat(), compare); // the oldest rows were merged most often
    },
    dispose: async () => {
      await Promise.all(levels.flat().map((run) => run.dispose()));
    },
  };
}

async function* cut<T>(rows: Batch<T>): Source<T> {
  for (let at = 0; at < rows.length; at += BATCH) yield rows.slice(at, at + BATCH);
}

/** The rows of sorted runs in their common order; of equal rows, those of the earlier run first. */
async function* mergeSorted<T>(
  runs: readonly Spool<T>[],
  compare: (a: T, b: T) => number,
): Source<T> {
  const cursors = runs.map((run, place) => new Cursor(run.rows(), place));
  try {
    for (const cursor of cursors) await cursor.load();
    const heap = new Heap<Cursor<T>>((a, b) => compare(a.row, b.row) || a.place - b.place);
    heap.init(cursors.filter(({ isOver }) => !isOver));
    let batch: T[] = [];
    for (let least = heap.peek(); least !== undefined; least = heap.peek()) {
      batch.push(least.row);
      if (!least.advance()) await least.load();
      if (least.isOver) heap.pop();
      else heap.replace(least);
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
  /** The place of its run among all. */
  readonly place: number;
  readonly #batches: AsyncIterator<Batch<T>>;
  #batch: Batch<T> = [];
  #at = 0;
  isOver = false;

  constructor(rows: Source<T>, place: number) {
    this.#batches = rows[Symbol.asyncIterator]();
    this.place = place;
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
