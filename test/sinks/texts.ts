import { setImmediate as turn } from 'node:timers/promises';

/** Text in pieces. */
export async function* texts(...pieces: string[]): AsyncGenerator<string> {
  yield* pieces;
}

/** Text that breaks off. */
export async function* failing(failure: Error): AsyncGenerator<string> {
  yield 'half a ';
  throw failure;
}

/** Text without end, that can be asked whether it was closed. */
export function endless(): AsyncIterable<string> & { closed: boolean } {
  const text = {
    closed: false,
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) yield 'x'.repeat(1000);
      } finally {
        await turn(); // closing takes its time
        text.closed = true;
      }
    },
  };
  return text;
}
