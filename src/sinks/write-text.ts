import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { openPipe } from '../disk/named-pipe.js';
import { AuditError, HungUp, SinkError } from '../errors.js';

/** Takes text to where it belongs, no faster than it is taken there. Settles when all is written. */
export type WriteText = (text: AsyncIterable<string> | Iterable<string>) => Promise<void>;

/** How much text a sink hands over at a time, in UTF-16 units: larger pieces get slower. */
export const PIECE = 64 * 1024;

/** Writes to an open stream, such as standard output, and leaves it open. */
export function writeToStream(stream: Writable, signal: AbortSignal): WriteText {
  return (text) =>
    closing(text, signal, 'standard output', (readable) =>
      pipeline(readable, stream, { end: false, signal }),
    );
}

/**
 * Writes a file that appears under its name only when it is whole, readable by its owner alone; with
 * `.gz` at the end of the name, compressed. What is no regular file, such as a pipe, is written to as it is.
 */
export function writeToFile(path: string, signal: AbortSignal): WriteText {
  return async (text) => {
    const found = await stat(path).catch(() => undefined);
    const whole = found === undefined || found.isFile();
    if (found?.isFile() === true && (found.mode & 0o222) === 0) {
      throw new SinkError(`${path} could not be written: it is read-only`);
    }
    const target = whole ? await targetOf(path) : path;
    // A name may have 255 bytes, and that of the target may need them all.
    const hidden = `.${basename(target).slice(0, 50)}.${randomBytes(6).toString('hex')}.tmp`;
    const place = whole ? join(dirname(target), hidden) : target;
    const gzip = path.endsWith('.gz') ? [createGzip()] : [];
    try {
      await closing(text, signal, path, async (readable) => {
        // Opened before anything can fail: what is made later than it is taken away would stay.
        const file = whole
          ? (await open(place, 'wx', 0o600)).createWriteStream({ flush: true })
          : found.isFIFO()
            ? await openPipe(place, signal)
            : createWriteStream(place);
        return pipeline([readable, ...gzip, file], { signal });
      });
      if (whole) await rename(place, target).catch((error: unknown) => fail(error, path));
    } finally {
      if (whole) await rm(place, { force: true });
    }
  };
}

/** Where a link leads, also one to a file that is not there yet; any other path is itself. */
async function targetOf(path: string): Promise<string> {
  return realpath(path).catch(async () => {
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? path : targetOf(resolve(dirname(path), link));
  });
}

/**
 * Runs a pipeline over some text. When it ends early, waits until everything upstream is closed. An error of
 * the text is passed on as it is, any other is one of writing.
 */
async function closing(
  text: AsyncIterable<string> | Iterable<string>,
  signal: AbortSignal,
  name: string,
  run: (readable: Readable) => Promise<void>,
): Promise<void> {
  let closed: Promise<void> | undefined;
  let ofText: { readonly error: unknown } | undefined;
  async function* watched(): AsyncGenerator<string> {
    let close = (): void => {};
    closed = new Promise((settle) => (close = settle));
    const pieces = piecesOf(text);
    try {
      for (;;) {
        const next = await pieces.next().catch((error: unknown) => {
          ofText = { error };
          throw error;
        });
        if (next.done) return;
        yield next.value;
      }
    } finally {
      try {
        await pieces.return(undefined);
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
    if (ofText !== undefined) throw ofText.error;
    fail(error, name);
  }
}

async function* piecesOf(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  yield* text;
}

function fail(error: unknown, name: string): never {
  if (error instanceof AuditError || !(error instanceof Error) || !('syscall' in error))
    throw error;
  if ('code' in error && error.code === 'EPIPE') throw new HungUp(`${name} was closed`);
  throw new SinkError(`${name} could not be written: ${error.message}`, { cause: error });
}
