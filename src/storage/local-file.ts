import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { openPipe } from '../disk/named-pipe.js';
import { SinkError } from '../errors.js';
import type { NewFile } from './storage.js';

/**
 * Begins a file of this machine, readable by its owner alone. It lies beside its place until it is kept. What is
 * no regular file, such as a pipe, is written to as it is.
 *
 * @throws SinkError for a file that is read-only.
 */
export async function createFile(path: string, signal: AbortSignal): Promise<NewFile> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && !found.isFile()) {
    const stream = found.isFIFO() ? await openPipe(path, signal) : createWriteStream(path);
    return { stream, keep: async () => {}, discard: async () => {} };
  }
  const target = await writableTarget(path);
  // A name may have 255 bytes, and that of the target may need them all.
  const hidden = `.${basename(target).slice(0, 50)}.${randomBytes(6).toString('hex')}.tmp`;
  const place = join(dirname(target), hidden);
  // Opened before anything can fail: what is made later than it is taken away would stay.
  const file = await open(place, 'wx', 0o600);
  return {
    stream: file.createWriteStream({ flush: true }),
    keep: () => rename(place, target),
    discard: () => rm(place, { force: true }),
  };
}

/** The file that a path leads to, there or not. @throws SinkError for one that is read-only. */
export async function writableTarget(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true && (found.mode & 0o222) === 0) {
    throw new SinkError(`${path} could not be written: it is read-only`);
  }
  return targetOf(path);
}

/** Where a link leads, also one to a file that is not there yet; any other path is itself. */
async function targetOf(path: string): Promise<string> {
  return realpath(path).catch(async () => {
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? path : targetOf(resolve(dirname(path), link));
  });
}
