import { Readable } from 'node:stream';

/**
 * The same bytes; the stream fails with a `TimeoutError` once its reader has waited `millis` milliseconds for
 * the next of them. A reader that is busy elsewhere may take as long as it likes. Holds what `body` holds.
 */
export function withIdleLimit(body: Readable, millis: number): Readable {
  return Readable.from(watched(body, millis), { objectMode: false });
}

async function* watched(body: Readable, millis: number): AsyncGenerator<Buffer> {
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const piece = await nextWithin(pieces, millis, body);
      if (piece.done === true) return;
      yield piece.value;
    }
  } finally {
    body.destroy();
  }
}

async function nextWithin(
  pieces: AsyncIterator<Buffer>,
  millis: number,
  body: Readable,
): Promise<IteratorResult<Buffer>> {
  const timer = setTimeout(() => body.destroy(new IdleError(millis)), millis);
  try {
    return await pieces.next();
  } finally {
    clearTimeout(timer);
  }
}

/** The name is one that the SDK tries again. */
class IdleError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';

  constructor(millis: number) {
    super(`the answer stopped: no byte for ${millis / 1000} s`);
  }
}
