import { Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { AuditError, HungUp, SinkError } from '../errors.js';
import { folders } from '../storage/folder.js';
import type { NewFile, Storage } from '../storage/storage.js';

/** Takes text to where it belongs, no faster than it is taken there. Settles when all is written. */
export type WriteText = (text: AsyncIterable<string> | Iterable<string>) => Promise<void>;

/** Text, or bytes as they are. */
export type Piece = string | Uint8Array;
export type Pieces = AsyncIterable<Piece> | Iterable<Piece>;

/** The same of text and of bytes: any writer of pieces is one of text. */
export type WritePieces = (pieces: Pieces) => Promise<void>;

/** How much text a sink hands over at a time, in UTF-16 units: larger pieces get slower. */
export const PIECE = 64 * 1024;

/** Writes to an open stream, such as standard output, and leaves it open. */
export function writeToStream(stream: Writable, signal: AbortSignal): WritePieces {
  return (pieces) =>
    closing(pieces, signal, 'standard output', (readable) =>
      pipeline(readable, stream, { end: false, signal }),
    );
}

/**
 * Writes a file that appears under its name only when it is whole; with `.gz` at the end of the name,
 * compressed. `see` is shown the bytes that are written.
 */
export function writeToFile(
  path: string,
  signal: AbortSignal,
  storage: Storage = folders,
  see?: (bytes: Buffer) => void,
): WritePieces {
  return async (pieces) => {
    const gzip = path.endsWith('.gz') ? [createGzip()] : [];
    let file: NewFile | undefined;
    try {
      await closing(pieces, signal, path, async (readable) => {
        file = await storage.create?.(path, signal);
        if (file === undefined) throw new SinkError(`${path} cannot be written to`);
        const watched = see === undefined ? [] : [seenBy(see)];
        await pipeline([readable, ...gzip, ...watched, file.stream], { signal });
      });
      await file?.keep().catch((error: unknown) => fail(error, path));
      signal.throwIfAborted();
    } finally {
      await file?.discard();
    }
  };
}

function seenBy(see: (bytes: Buffer) => void): Transform {
  return new Transform({
    transform(bytes: Buffer, _, done) {
      see(bytes);
      done(null, bytes);
    },
  });
}

/**
 * Runs a pipeline over some pieces. When it ends early, waits until everything upstream is closed. An error of
 * the pieces is passed on as it is, any other is one of writing.
 */
async function closing(
  pieces: Pieces,
  signal: AbortSignal,
  name: string,
  run: (readable: Readable) => Promise<void>,
): Promise<void> {
  let closed: Promise<void> | undefined;
  let ofPieces: { readonly error: unknown } | undefined;
  async function* watched(): AsyncGenerator<Piece> {
    let close = (): void => {};
    closed = new Promise((settle) => (close = settle));
    const each = eachOf(pieces);
    try {
      for (;;) {
        const next = await each.next().catch((error: unknown) => {
          ofPieces = { error };
          throw error;
        });
        if (next.done) return;
        yield next.value;
      }
    } finally {
      try {
        await each.return(undefined);
      } finally {
        close();
      }
    }
  }
  try {
    await run(Readable.from(watched(), { highWaterMark: 2 }));
  } catch (error) {
    await closed;
    if (signal.aborted) throw signal.reason;
    if (ofPieces !== undefined) throw ofPieces.error;
    fail(error, name);
  }
}

async function* eachOf(pieces: Pieces): AsyncGenerator<Piece> {
  yield* pieces;
}

function fail(error: unknown, name: string): never {
  if (error instanceof AuditError || !(error instanceof Error) || !('syscall' in error))
    throw error;
  if ('code' in error && error.code === 'EPIPE') throw new HungUp(`${name} was closed`);
  throw new SinkError(`${name} could not be written: ${error.message}`, { cause: error });
}
