import { type Hash, createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, addAbortSignal, pipeline as connect } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { SourceError } from '../errors.js';
import { temporaryFolder } from '../disk/temporary-folder.js';
import { peek, putBack } from '../text/first-bytes.js';

/** One file to read, perhaps twice. */
export interface InputFile {
  readonly path: string;
  /** What messages call it. */
  readonly name: string;
  /** Standard input, which can be read only once. */
  readonly stream?: Readable;
}

/** What a file must turn out to be, where a manifest says so. */
export interface Promised {
  /** MD5 of the bytes as they lie there, base64. */
  readonly md5?: string | undefined;
}

const CHUNK = 256 * 1024;

/**
 * Every regular file of a folder and below, in order of their paths; hidden ones are passed over, links
 * are followed, but for those that lead back. A path that is a file is that file. Files and folders below
 * that are not wanted are not opened.
 */
export async function* filesBelow(
  path: string,
  isWanted: (path: string) => boolean = () => true,
  above: readonly string[] = [],
): AsyncGenerator<InputFile> {
  if (!(await isFolder(path))) {
    yield { path, name: path };
    return;
  }
  const real = await realpath(path);
  if (above.includes(real)) return;
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(error);
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const below = join(path, entry.name);
    if (entry.name.startsWith('.') || !isWanted(below)) continue;
    const isLink = entry.isSymbolicLink();
    if (entry.isDirectory() || (isLink && (await isFolder(below)))) {
      yield* filesBelow(below, isWanted, [...above, real]);
    } else if (entry.isFile() || (isLink && (await leadsToFile(below)))) {
      yield { path: below, name: below };
    }
  }
}

/** Also a link that leads nowhere: whoever opens it will hear so. */
async function leadsToFile(link: string): Promise<boolean> {
  return stat(link).then(
    (found) => found.isFile(),
    () => true,
  );
}

/** A link that leads nowhere is no folder. */
async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * The content of a file in pieces, unpacked if it is gzip: told by its first bytes, not by its name.
 *
 * @throws SourceError when it cannot be read, is cut off, or is not what was promised.
 */
export async function* readBytes(
  file: InputFile,
  signal: AbortSignal,
  promised: Promised = {},
): AsyncGenerator<Buffer> {
  const hash = promised.md5 === undefined ? undefined : createHash('md5');
  try {
    const { start, rest } = await peek(rawBytes(file, signal, hash), ({ length }) => length >= 2);
    const bytes = putBack(start, rest);
    const isGzip = start[0] === 0x1f && start[1] === 0x8b;
    for await (const piece of isGzip ? unpacked(bytes) : bytes) {
      signal.throwIfAborted();
      yield piece;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw unreadable(error);
  }
  if (hash && hash.digest('base64') !== promised.md5) {
    throw new SourceError('its MD5 is not the one in the manifest: download it again');
  }
}

/** Zeros may fill up a gzip, but nothing may come after them: Node would stop reading there. */
async function* unpacked(bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let read = 0;
  let end = 0;
  const next = async (): Promise<Buffer | undefined> => {
    const { value: piece } = (await bytes.next()) as { value: Buffer | undefined };
    const last = piece?.findLastIndex((byte) => byte !== 0) ?? -1;
    if (last !== -1) end = read + last + 1;
    read += piece?.length ?? 0;
    return piece;
  };
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let piece = await next(); piece !== undefined; piece = await next()) yield piece;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK });
  try {
    yield* connect(Readable.from(pieces()), gunzip, () => {}) as AsyncIterable<Buffer>;
    while ((await next()) !== undefined); // what Node has not asked for
  } finally {
    await bytes.return(undefined);
  }
  if (end > gunzip.bytesWritten) throw new SourceError('the gzip goes on after zeros');
}

async function* rawBytes(
  { path, stream }: InputFile,
  signal: AbortSignal,
  hash: Hash | undefined,
): AsyncGenerator<Buffer> {
  const raw =
    stream === undefined
      ? createReadStream(path, { highWaterMark: CHUNK, signal })
      : addAbortSignal(signal, stream);
  for await (const piece of raw as AsyncIterable<Buffer>) {
    hash?.update(piece);
    yield piece;
  }
}

function unreadable(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'Z_BUF_ERROR') {
    return new SourceError('the gzip ends too early: it was cut off', { cause: error });
  }
  if (String(error.code).startsWith('Z_')) {
    return new SourceError(`the gzip is damaged (${error.message})`, { cause: error });
  }
  return new SourceError(error.message, { cause: error });
}

/**
 * A stream as a file that can be read twice, readable by its owner alone; gone when `dispose` is called.
 */
export async function spool(
  stream: Readable,
  name: string,
  signal: AbortSignal,
): Promise<{ file: InputFile; dispose: () => Promise<void> }> {
  const folder = await temporaryFolder();
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'input');
    await pipeline(stream, createWriteStream(path, { mode: 0o600 }), { signal });
    return { file: { path, name }, dispose };
  } catch (error) {
    await dispose();
    if (signal.aborted) throw signal.reason;
    throw new SourceError(`${name} could not be read: ${String(error)}`, { cause: error });
  }
}
