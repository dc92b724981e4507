import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SinkError, SourceError } from '../errors.js';
import { createFile } from './local-file.js';
import type { SharedText } from './storage.js';

/** A lock is held for milliseconds; one that is older was left by a run that was killed. */
const STALE_MS = 10_000;
const WAIT_MS = 20;

/** The text of a file, and its version; undefined where there is none. @throws SourceError */
export async function readText(path: string): Promise<SharedText | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    return { text, version: createHash('sha256').update(text).digest('hex') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SourceError(`${path} could not be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Replaces a file as a whole: false where it is not of this version any more. A lock beside it makes one of
 * several runs wait for the other; one that a killed run left is taken over after ten seconds.
 *
 * @throws SinkError when it cannot be written.
 */
export async function replaceText(
  path: string,
  text: string,
  version: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const lock = join(dirname(path), `.${basename(path)}.lock`); // hidden: it is no file to read
  const held = await lockAt(lock, signal);
  try {
    if ((await readText(path))?.version !== version) return false;
    const file = await createFile(path, signal);
    try {
      await new Promise<void>((resolve, reject) => {
        file.stream.on('error', reject).on('close', resolve).end(text);
      });
      // Whoever slept for so long that the lock was taken over has lost.
      const [own, there] = [await held.stat(), await stat(lock).catch(() => undefined)];
      if (own.ino !== there?.ino) return false;
      await file.keep();
    } finally {
      await file.discard();
    }
    return true;
  } catch (error) {
    if (error instanceof SinkError || error instanceof SourceError) throw error;
    throw new SinkError(`${path} could not be written: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await held.close();
    await rm(lock, { force: true });
  }
}

async function lockAt(lock: string, signal: AbortSignal): Promise<FileHandle> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await open(lock, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new SinkError(`${lock} could not be made: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
    await takeAway(lock);
    await sleep(WAIT_MS);
  }
}

/** Takes away a lock that a killed run left. Of two that try, the second finds another lock, and puts it back. */
async function takeAway(lock: string): Promise<void> {
  const found = await stat(lock).catch(() => undefined);
  if (found === undefined || Date.now() - found.mtimeMs < STALE_MS) return;
  const aside = `${lock}.${randomBytes(6).toString('hex')}`;
  await rename(lock, aside).catch(() => {});
  const taken = await stat(aside).catch(() => undefined);
  if (taken !== undefined && taken.ino !== found.ino) await rename(aside, lock);
  else await rm(aside, { force: true });
}
