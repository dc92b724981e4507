/** Rows as they arrive: one page of an API, one block of a file. Never empty, never modified. */
export type Batch<T> = readonly T[];

/** Where rows come from. Lazy: nothing is fetched until the next batch is asked for. */
export type Source<T> = AsyncIterable<Batch<T>>;

/**
 * What happens to rows on the way. The rows that leave never depend on where the batches that enter
 * are cut. Stopping early closes everything upstream.
 */
export type Transform<A, B> = (source: Source<A>) => Source<B>;

/** Where rows end up. Settles when the last byte has been handed over. */
export type Sink<T, R = void> = (source: Source<T>) => Promise<R>;

/** Rows from here, through these steps, to there. The sink's promise is the pipe's. */
export function pipe<A, R>(source: Source<A>, sink: Sink<A, R>): Promise<R>;
export function pipe<A, B, R>(
  source: Source<A>,
  first: Transform<A, B>,
  sink: Sink<B, R>,
): Promise<R>;
export function pipe<A, B, C, R>(
  source: Source<A>,
  first: Transform<A, B>,
  second: Transform<B, C>,
  sink: Sink<C, R>,
): Promise<R>;
export function pipe<A, B, C, D, R>(
  source: Source<A>,
  first: Transform<A, B>,
  second: Transform<B, C>,
  third: Transform<C, D>,
  sink: Sink<D, R>,
): Promise<R>;
export function pipe<A, B, C, D, E, R>(
  source: Source<A>,
  first: Transform<A, B>,
  second: Transform<B, C>,
  third: Transform<C, D>,
  fourth: Transform<D, E>,
  sink: Sink<E, R>,
): Promise<R>;
export function pipe<A, B, C, D, E, F, R>(
  source: Source<A>,
  first: Transform<A, B>,
  second: Transform<B, C>,
  third: Transform<C, D>,
  fourth: Transform<D, E>,
  fifth: Transform<E, F>,
  sink: Sink<F, R>,
): Promise<R>;
export function pipe(source: unknown, ...steps: readonly ((input: never) => unknown)[]): unknown {
  return steps.reduce((rows, step) => step(rows as never), source);
}
