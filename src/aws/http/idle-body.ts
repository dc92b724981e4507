import { Readable } from 'node:stream';

/**
 * The same bytes; the stream fails with a `TimeoutError` once its reader has waited `millis` milliseconds for
 * the next of them. A reader that is busy elsewhere may take as long as it likes. Holds what `body` holds;
 * whoever destroys the one destroys the other.
 */
export function withIdleLimit(body: Readable, millis: number): Readable {
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return new Readable({
    read() {
      nextWithin(pieces, millis, body).then(
        (piece) => this.push(piece.done === true ? null : piece.value),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, done) {
      body.destroy();
      done(error);
    },
  });
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
