import type { Batch, Source } from './pipe.js';

/**
 * The rows of several sources as they arrive, up to `atOnce` sources side by side. Rows of one source
 * keep their order. Each running source is asked for its next batch as soon as its last one is taken,
 * so one batch of each is held. The first error ends all; so does stopping early. The sources are opened
 * with a signal that is aborted then, so that nobody waits for what is still under way.
 */
export async function* merge<T>(
  open: (signal: AbortSignal) => readonly Source<T>[],
  atOnce: number,
  outer: AbortSignal,
): Source<T> {
  const stop = new AbortController();
  const signal = AbortSignal.any([outer, stop.signal]);
  const waiting = open(signal).map((source) => () => source[Symbol.asyncIterator]());
  const running = new Set<AsyncIterator<Batch<T>>>();
  const arrived: { from: AsyncIterator<Batch<T>>; batch: Batch<T> }[] = [];
  let failure: { error: unknown } | undefined;
  let wake = (): void => {};

  const ask = (from: AsyncIterator<Batch<T>>): void => {
    from.next().then(
      (result) => {
        if (result.done) running.delete(from);
        else arrived.push({ from, batch: result.value });
        wake();
      },
      (error: unknown) => {
        running.delete(from);
        failure ??= { error };
        wake();
      },
    );
  };

  try {
    for (;;) {
      if (failure !== undefined) throw failure.error;
      while (running.size < atOnce && waiting.length > 0) {
        const next = waiting.shift()!();
        running.add(next);
        ask(next);
      }
      const next = arrived.shift();
      if (next !== undefined) {
        ask(next.from);
        yield next.batch;
      } else if (running.size === 0) {
        return;
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  } finally {
    stop.abort();
    await Promise.allSettled([...running].map(async (source) => source.return?.()));
  }
}
