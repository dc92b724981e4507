import type { Source, Transform } from './pipe.js';

/** The rows of a source after some steps, in the order in which they stand. Lazy: nothing is fetched yet. */
export function through<T>(source: Source<T>, ...steps: readonly Transform<T, T>[]): Source<T> {
  return steps.reduce((rows, step) => step(rows), source);
}
