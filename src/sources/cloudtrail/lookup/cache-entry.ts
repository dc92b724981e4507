import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RoleCall } from '../../../model/role-call/role-call.js';
import type { Batch } from '../../../pipeline/pipe.js';
import type { Span } from './time-slice.js';

/** A time of which LookupEvents was asked, and for whom: it gives the events of an account, a region and a name. */
export interface CachedTime extends Span {
  readonly account: string;
  readonly region: string;
  readonly eventName: string;
}

const NAME = /^(\d+)-(\d+)\.[0-9a-f]{64}\.ndjson\.gz$/;

/** The seconds that a file of the cache is of; undefined for any other file. */
export function spanOfName(name: string): Span | undefined {
  const [, from, to] = NAME.exec(name) ?? [];
  return from === undefined ? undefined : { from: Number(from), to: Number(to) };
}

/** The SHA-256 of the content of a file, and of whose it is: one that was moved is none of ours. */
export async function digestOf(
  time: CachedTime,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const hash = hashOf(time);
  for await (const piece of createReadStream(path, { signal })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

function hashOf({
  account,
  region,
  eventName,
  from,
  to,
}: CachedTime): ReturnType<typeof createHash> {
  return createHash('sha256').update(`${account}/${region}/${eventName}/${from}-${to}\n`);
}

/** Text that waits to be packed, in UTF-16 units. */
const PIECE = 1024 * 1024;
const pack = promisify(gzip);

/** A file of the cache that is being written. What cannot be written is told, and not kept. */
export class CacheEntry {
  readonly #folder: string;
  readonly #time: CachedTime;
  readonly #tell: (why: string) => void;
  readonly #path: string;
  readonly #hash: ReturnType<typeof createHash>;
  #file: FileHandle | undefined;
  #text = '';
  #isBroken = false;

  constructor(folder: string, time: CachedTime, tell: (why: string) => void) {
    this.#folder = folder;
    this.#time = time;
    this.#tell = tell;
    this.#path = join(folder, `${randomBytes(6).toString('hex')}.tmp`);
    this.#hash = hashOf(time);
  }

  async add(calls: Batch<RoleCall>): Promise<void> {
    if (this.#isBroken) return;
    for (const call of calls) this.#text += `${JSON.stringify(call)}\n`;
    if (this.#text.length >= PIECE) await this.#attempt(() => this.#flush());
  }

  /** All calls have come. */
  async keep(): Promise<void> {
    await this.#attempt(async () => {
      const file = await this.#flush();
      await file.datasync();
      const { from, to } = this.#time;
      const name = `${from}-${to}.${this.#hash.digest('hex')}.ndjson.gz`;
      await rename(this.#path, join(this.#folder, name));
    });
  }

  /** Leaves nothing behind where the file was not kept. */
  async discard(): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.close();
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<FileHandle> {
    this.#file ??= await open(this.#path, 'wx', 0o600);
    const bytes = await pack(this.#text);
    this.#text = '';
    this.#hash.update(bytes);
    await this.#file.appendFile(bytes);
    return this.#file;
  }

  async #attempt(act: () => Promise<unknown>): Promise<void> {
    if (this.#isBroken) return;
    try {
      await act();
    } catch (error) {
      this.#isBroken = true;
      this.#text = '';
      this.#tell((error as Error).message);
    }
  }
}
