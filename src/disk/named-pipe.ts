import { constants, openSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

/** How often a pipe is tried that nobody reads yet, in milliseconds. */
const PATIENCE_MS = 50;

/**
 * The bytes that come through a named pipe, until its writer closes it. A pipe without a writer is waited for,
 * and blocks no thread of Node's: that could not be given up.
 *
 * @throws the reason of the signal when that comes first.
 */
export async function* readPipe(
  path: string | Buffer,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const { Socket } = await import('node:net');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd, readable: true, writable: false });
  const stop = (): void => void socket.destroy(new Error('stopped'));
  signal?.addEventListener('abort', stop);
  try {
    signal?.throwIfAborted();
    yield* socket as AsyncIterable<Buffer>;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    socket.destroy();
  }
}

/** A stream into a named pipe, once somebody reads it. @throws the reason of the signal when that comes first. */
export async function openPipe(path: string, signal: AbortSignal): Promise<Writable> {
  const { Socket } = await import('node:net');
  for (;;) {
    signal.throwIfAborted();
    try {
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      return new Socket({ fd, readable: false, writable: true });
    } catch (error) {
      const hasNoReader = error instanceof Error && 'code' in error && error.code === 'ENXIO';
      if (!hasNoReader) throw error;
    }
    await wait(PATIENCE_MS, undefined, { signal }).catch(() => {});
  }
}
