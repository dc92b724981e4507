import { createReadStream } from 'node:fs';
import { lstat, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isOwnersAlone } from '../../../disk/owners-alone.js';
import { SinkError } from '../../../errors.js';
import type { RoleCall } from '../../../model/role-call/role-call.js';
import { parseInstant } from '../../../model/time/instant.js';
import type { Source } from '../../../pipeline/pipe.js';
import { readBytes } from '../../../storage/read-bytes.js';
import { readLines } from '../../../text/lines.js';
import { CacheEntry, type CachedTime, digestOf, spanOfName } from './cache-entry.js';
import { type Cover, type Span, coverOf } from './time-slice.js';

/** Raised when what is written changes, so that no older file is read. */
const VERSION = 1;
/** What a killed run was writing is removed when it is older, in milliseconds. */
const STRAY = 24 * 3600 * 1000;

/** A file of the cache: all calls of its time. */
export interface CachedSpan extends Span {
  readonly path: string;
}

/**
 * What LookupEvents returned, in files of finished time slices: role calls as NDJSON with gzip, without
 * credentials, readable by their owner alone. Several runs may use it at once: a file has its name when it is
 * whole, and never changes.
 */
export class LookupCache {
  readonly #folder: string;

  /** `program` is the version of this program: another one may understand a record otherwise. */
  constructor(folder: string, program: string) {
    this.#folder = join(folder, 'lookup-events', `${program}-${VERSION}`);
  }

  /**
   * What is there of a time, and what is not. Each file that is counted on has been read and is what its name says;
   * one that is damaged is removed.
   *
   * @throws SinkError where the folder cannot be used.
   */
  async cover(time: CachedTime, signal: AbortSignal): Promise<Cover<CachedSpan>> {
    const folder = this.#folderOf(time);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await this.#checkFolders(folder);
      const names = await readdir(folder);
      await removeStrays(folder, names);
      let files = await filesIn(folder, names);
      for (;;) {
        const cover = coverOf(time, files);
        const damaged: CachedSpan[] = [];
        for (const { file } of cover.held) {
          signal.throwIfAborted();
          const digest = await digestOf({ ...time, ...file }, file.path, signal);
          if (!file.path.includes(digest)) damaged.push(file);
        }
        if (damaged.length === 0) return cover;
        for (const { path } of damaged) await rm(path, { force: true });
        files = files.filter((file) => !damaged.includes(file));
      }
    } catch (error) {
      signal.throwIfAborted();
      throw new SinkError(`the cache cannot be used: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Those calls of a file that are in a time, in the order in which they came. @throws SourceError */
  async *read({ path }: CachedSpan, { from, to }: Span, signal: AbortSignal): Source<RoleCall> {
    const open = (stop: AbortSignal): AsyncIterable<Buffer> =>
      createReadStream(path, { signal: stop }) as AsyncIterable<Buffer>;
    const file = { id: path, name: path, rereadable: true, open };
    for await (const lines of readLines(readBytes(file, signal))) {
      const calls = lines.map(({ bytes }) => JSON.parse(bytes.toString()) as RoleCall);
      const wanted = calls.filter(({ eventTime }) => {
        const { seconds } = parseInstant(eventTime)!;
        return seconds >= from && seconds <= to;
      });
      if (wanted.length > 0) yield wanted;
    }
  }

  /**
   * The same calls of a time. When they have ended and `isFinal` says so, they are kept; where that fails, `tell`
   * is told why. Holds a batch.
   */
  async *keeping(
    calls: Source<RoleCall>,
    time: CachedTime,
    isFinal: () => boolean,
    tell: (why: string) => void,
  ): Source<RoleCall> {
    const entry = new CacheEntry(this.#folderOf(time), time, tell);
    try {
      for await (const batch of calls) {
        await entry.add(batch);
        yield batch;
      }
      if (isFinal()) await entry.keep();
    } finally {
      await entry.discard();
    }
  }

  /** From the folder of the user's down, each is the owner's alone. */
  async #checkFolders(folder: string): Promise<void> {
    for (let at = folder; at.length >= this.#folder.length; at = dirname(at)) {
      if (!isOwnersAlone(await stat(at))) throw new Error(`others can write to ${at}`);
    }
  }

  #folderOf({ account, region, eventName }: CachedTime): string {
    return join(this.#folder, account, region, eventName);
  }
}

/** The files that hold calls: what is no regular file, or what others can write to, is none of ours. */
async function filesIn(folder: string, names: readonly string[]): Promise<CachedSpan[]> {
  const files: CachedSpan[] = [];
  for (const name of names) {
    const span = spanOfName(name);
    const path = join(folder, name);
    const found = span && (await lstat(path).catch(() => undefined));
    if (span && found?.isFile() === true && isOwnersAlone(found)) files.push({ ...span, path });
  }
  return files;
}

async function removeStrays(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter((one) => one.endsWith('.tmp'))) {
    const path = join(folder, name);
    const { mtimeMs = Infinity } = (await stat(path).catch(() => undefined)) ?? {};
    if (Date.now() - mtimeMs > STRAY) await rm(path, { force: true });
  }
}
