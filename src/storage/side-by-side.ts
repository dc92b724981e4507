import type { Source } from '../pipeline/pipe.js';
import { merge } from '../pipeline/merge.js';
import type { StoredFile } from './storage.js';

/** Listings that are under way together. */
const AT_ONCE = 16;
const BATCH = 1000;

/** The files of several listings, in no order; those of one in its own. */
export async function* listSideBySide(
  places: readonly string[],
  list: (place: string) => AsyncIterable<StoredFile>,
  signal: AbortSignal,
): AsyncGenerator<StoredFile> {
  if (places.length === 1) return yield* list(places[0]!);
  for await (const files of merge(() => places.map((one) => batched(list(one))), AT_ONCE, signal)) {
    yield* files;
  }
  return undefined;
}

async function* batched<T>(items: AsyncIterable<T>): Source<T> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
