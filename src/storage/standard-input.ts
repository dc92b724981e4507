import { type Readable, addAbortSignal } from 'node:stream';
import type { Storage } from './storage.js';

/** Standard input, which is one file, and can be opened once. */
export function standardInput(stream: Readable): Storage {
  return {
    // oxlint-disable-next-line require-await -- there is nothing to wait for
    list: async function* () {
      yield {
        id: '-',
        name: 'standard input',
        rereadable: false,
        open: (signal) => addAbortSignal(signal, stream) as AsyncIterable<Buffer>,
      };
    },
    beside: () => Promise.resolve(undefined),
  };
}
