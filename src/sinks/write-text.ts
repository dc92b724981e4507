import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { AuditError, HungUp, SinkError } from '../errors.js';

/** Takes text to where it belongs, no faster than it is taken there. Settles when all is written. */
export type WriteText = (text: AsyncIterable<string>) => Promise<void>;

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
    const target = await realpath(path).catch(() => path);
    const found = await stat(target).catch(() => undefined);
    const whole = found === undefined || found.isFile();
    const hidden = `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`;
    const place = whole ? join(dirname(target), hidden) : target;
    const gzip = path.endsWith('.gz') ? [createGzip()] : [];
    try {
      await closing(text, signal, path, (readable) => {
        const file = createWriteStream(place, {
          flags: whole ? 'wx' : 'w',
          mode: 0o600,
          flush: whole,
        });
        return pipeline([readable, ...gzip, file], { signal });
      });
      if (whole) await rename(place, target).catch((error: unknown) => fail(error, path));
    } finally {
      if (whole) await rm(place, { force: true });
    }
  };
}

/** Runs a pipeline over some text; when it ends early, waits until everything upstream is closed. */
async function closing(
  text: AsyncIterable<string>,
  signal: AbortSignal,
  name: string,
  run: (readable: Readable) => Promise<void>,
): Promise<void> {
  let closed: Promise<void> | undefined;
  async function* watched(): AsyncGenerator<string> {
    let close = (): void => {};
    closed = new Promise((resolve) => (close = resolve));
    try {
      yield* text;
    } finally {
      close();
    }
  }
  try {
    await run(Readable.from(watched(), { highWaterMark: 2 }));
  } catch (error) {
    await closed;
    if (signal.aborted) throw signal.reason;
    fail(error, name);
  }
}

function fail(error: unknown, name: string): never {
  if (error instanceof AuditError || !(error instanceof Error) || !('syscall' in error))
    throw error;
  if ('code' in error && error.code === 'EPIPE') throw new HungUp(`${name} was closed`);
  throw new SinkError(`${name} could not be written: ${error.message}`, { cause: error });
}
