import type { Source } from './pipe.js';
import type { ReadContext, Reject } from './read-context.js';

/** What reading files counts. */
export type FileCounter = 'files' | 'rows' | 'events' | 'bareDeletions';

/**
 * A part of what a file gave, in order. Plain data: it can be made in another thread, and its counts can be
 * added up.
 */
export interface FilePart<T> {
  readonly rows: readonly T[];
  readonly rejects: readonly Reject[];
  readonly notes: readonly string[];
  readonly counters: Readonly<Partial<Record<FileCounter, number>>>;
}

/** A part that is being made. */
export interface OpenFilePart<T> extends FilePart<T> {
  readonly rows: T[];
  readonly rejects: Reject[];
  readonly notes: string[];
  readonly counters: Partial<Record<FileCounter, number>>;
}

export function newFilePart<T>(counters: FilePart<T>['counters'] = {}): OpenFilePart<T> {
  return { rows: [], rejects: [], notes: [], counters: { ...counters } };
}

/** Adds to a count of a part. */
export function countIn(part: OpenFilePart<unknown>, counter: FileCounter, more = 1): void {
  part.counters[counter] = (part.counters[counter] ?? 0) + more;
}

/** Adds what comes after a part to it. */
export function addPart<T>(to: OpenFilePart<T>, part: FilePart<T>): void {
  for (const row of part.rows) to.rows.push(row);
  for (const reject of part.rejects) to.rejects.push(reject);
  for (const note of part.notes) to.notes.push(note);
  for (const [counter, more] of Object.entries(part.counters)) {
    countIn(to, counter as FileCounter, more);
  }
}

/** The rows of some parts; what else they hold is told to the context as it comes. */
export async function* deliver<T>(
  parts: AsyncIterable<FilePart<T>> | Iterable<FilePart<T>>,
  { meter, reject, note }: ReadContext,
): Source<T> {
  for await (const { rows, rejects, notes, counters } of parts) {
    for (const [counter, more] of Object.entries(counters)) meter[counter as FileCounter] += more;
    rejects.forEach(reject);
    notes.forEach(note);
    if (rows.length > 0) yield rows;
  }
}
