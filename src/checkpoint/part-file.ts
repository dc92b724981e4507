import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SinkError } from '../errors.js';
import { writableTarget } from '../storage/local-file.js';
import type { ExportCheckpoint } from './export-checkpoint.js';

/** What is copied at a time. */
const PIECE = 1024 * 1024;

type Part = ExportCheckpoint['part'];

/** The output, and the file of the checkpoint. */
interface Places {
  readonly out: string;
  readonly file: string;
}

/** The output of an export while it grows: a hidden file beside it, readable by its owner alone. */
export class PartFile {
  readonly #target: string;
  readonly #name: string;
  readonly #file: FileHandle;
  readonly #inode: number;
  #bytes = 0;

  private constructor(target: string, name: string, file: FileHandle, inode: number) {
    this.#target = target;
    this.#name = name;
    this.#file = file;
    this.#inode = inode;
  }

  /**
   * A new part for an output; what is `held` is copied from the part of an earlier run, so that one
   * that still writes there does no harm.
   *
   * @throws SinkError where it cannot be written, or where what is held is gone.
   */
  static async open(
    { out, file: checkpoint }: Places,
    held: Part | undefined,
    signal: AbortSignal,
  ): Promise<PartFile> {
    const target = await writableTarget(out);
    const name = `${prefixOf(target, checkpoint)}${randomBytes(6).toString('hex')}.part`;
    const path = join(dirname(target), name);
    const file = await open(path, 'wx', 0o600).catch((error: unknown) => fail(error, out));
    const part = new PartFile(target, name, file, (await file.stat()).ino);
    try {
      if (held !== undefined) await part.#copy(held, signal);
      return part;
    } catch (error) {
      await part.discard();
      signal.throwIfAborted();
      return fail(error, out);
    }
  }

  /** How it stands. */
  get state(): Part {
    return { name: this.#name, bytes: this.#bytes, inode: this.#inode };
  }

  /** Adds some bytes, which are on disk when it settles. @throws SinkError */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.appendFile(bytes);
      await this.#file.datasync();
    } catch (error) {
      fail(error, this.#target);
    }
    this.#bytes += bytes.length;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async discard(): Promise<void> {
    await this.close();
    await rm(join(dirname(this.#target), this.#name), { force: true });
  }

  async #copy({ name, bytes }: Part, signal: AbortSignal): Promise<void> {
    const path = join(dirname(this.#target), name);
    const there = (await stat(path).catch(() => undefined))?.size ?? 0;
    if (there < bytes) throw gone(path);
    if (bytes === 0) return;
    const pieces = createReadStream(path, { end: bytes - 1, highWaterMark: PIECE, signal });
    for await (const piece of pieces) await this.#file.appendFile(piece as Buffer);
    await this.#file.datasync();
    this.#bytes = bytes;
  }
}

/**
 * The output appears under its name; parts that killed runs have left are removed. A run that was killed just
 * after that may do it again.
 *
 * @throws SinkError where the part is gone, and the output is not what it was.
 */
export async function keepPart({ out, file }: Places, { name, bytes, inode }: Part): Promise<void> {
  const target = await writableTarget(out);
  const folder = dirname(target);
  const path = join(folder, name);
  const isIt = async (one: string): Promise<boolean> => {
    const found = await stat(one).catch(() => undefined);
    return found?.size === bytes && found.ino === inode;
  };
  if (await isIt(path)) await rename(path, target).catch((error: unknown) => fail(error, out));
  else if (!(await isIt(target))) throw gone(path);
  const prefix = prefixOf(target, file);
  const isPart = (one: string): boolean =>
    one.startsWith(prefix) && /^[0-9a-f]{12}\.part$/.test(one.slice(prefix.length));
  for (const one of (await readdir(folder)).filter(isPart)) {
    await rm(join(folder, one), { force: true });
  }
}

/** Removes a part, there or not. */
export async function removePart(out: string, { name }: Part): Promise<void> {
  await rm(join(dirname(await writableTarget(out)), name), { force: true });
}

/** Another for each output and each checkpoint, and short: a name may have 255 bytes. */
function prefixOf(target: string, checkpoint: string): string {
  const name = basename(target);
  const both = `${name}\0${resolve(checkpoint)}`;
  const digest = createHash('sha256').update(both).digest('hex').slice(0, 12);
  return `.${name.replaceAll(/[^\w.-]/g, '_').slice(0, 40)}.${digest}.`;
}

function gone(path: string): SinkError {
  return new SinkError(`${path}, which holds the rows of the checkpoint, is gone or damaged`, {
    hint: 'remove the checkpoint to begin anew',
  });
}

function fail(error: unknown, out: string): never {
  if (error instanceof SinkError) throw error;
  const why = error instanceof Error ? error.message : String(error);
  throw new SinkError(`${out} could not be written: ${why}`, { cause: error });
}
