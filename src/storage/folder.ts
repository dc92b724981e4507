import {
  type Stats,
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import { mkdir, readdir, realpath, rm, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { setImmediate as otherWork } from 'node:timers/promises';
import { readPipe } from '../disk/named-pipe.js';
import { SinkError, SourceError } from '../errors.js';
import { createFile } from './local-file.js';
import { isGzip } from './small-gzip.js';
import { readText, replaceText } from './local-text.js';
import type { IsWanted, Storage, StoredFile } from './storage.js';

const CHUNK = 256 * 1024;
/** The largest file that is read at once, in bytes. */
const LARGEST_AT_ONCE = 4 * 1024 * 1024;
/** Whatever it has become since it was found, opening it does not wait. */
const WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const SLASH = Buffer.from('/');

/**
 * Files and folders of this machine, also those whose names are not UTF-8. Hidden files and folders are
 * passed over; links are followed, but for those that lead back. A place that is no folder is a file,
 * there or not: whoever opens it will hear so.
 */
export const folders: Storage = {
  list: (place, isWanted) => filesAt(place, isWanted),
  beside: async (file, path) => {
    const parts = path.split('/');
    const isAbove = parts[0] === '..';
    const below = isAbove ? parts.slice(1) : parts;
    if (path === '' || below.includes('..')) return undefined;
    const folder = parentOf((file as Required<StoredFile>).path);
    const from = isAbove ? joined(folder, Buffer.from('..')) : folder;
    const beside = below.reduce((above, part) => joined(above, Buffer.from(part)), from);
    return fileAt(beside, await idOf(beside), true);
  },
  makeFolder,
  create: createFile,
  readShared: (path) => readText(path),
  replaceShared: replaceText,
  remove: (path) => rm(path, { force: true }),
};

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new SinkError(`${path} could not be made: ${why}`, { cause: error });
  });
}

async function* filesAt(place: string, isWanted: IsWanted): AsyncGenerator<StoredFile> {
  const path = Buffer.from(place);
  const found = await statOf(path);
  if (found?.isDirectory() === true) {
    const whole = resolve(place);
    const isWantedBelow: IsWantedBelow = (below, kind) =>
      isWanted(`${whole}/${below}`, below, kind);
    yield* filesBelow(path, path.length, isWantedBelow, []);
  } else {
    const isSame = found === undefined || found.isFile() || place === '/dev/null';
    yield fileAt(path, await idOf(path), isSame);
  }
}

type IsWantedBelow = (below: string, kind: 'folder' | 'file') => boolean;

async function* filesBelow(
  path: Buffer,
  place: number,
  isWanted: IsWantedBelow,
  above: readonly string[],
): AsyncGenerator<StoredFile> {
  const real = await idOf(path);
  if (above.includes(real)) return;
  const entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' }).catch(
    (error: unknown) => {
      throw unreadable(error);
    },
  );
  entries.sort((a, b) => Buffer.compare(a.name, b.name));
  for (const entry of entries) {
    if (entry.name[0] === 0x2e) continue;
    const below = joined(path, entry.name);
    const target = entry.isSymbolicLink() ? await statOf(below) : undefined;
    const isFolder = entry.isDirectory() || target?.isDirectory() === true;
    const text = textOf(below.subarray(place)).replace(/^\/+/, '');
    if (!isWanted(text, isFolder ? 'folder' : 'file')) continue;
    if (isFolder) {
      yield* filesBelow(below, place, isWanted, [...above, real]);
    } else if (entry.isFile()) {
      yield fileAt(
        below,
        `${real === sep ? '' : real}${sep}${entry.name.toString('latin1')}`,
        true,
      );
    } else if (entry.isSymbolicLink() && (target?.isFile() ?? true)) {
      yield fileAt(below, await idOf(below), true); // one that leads nowhere, too: opening it will say so
    }
  }
}

/** A regular file of this machine, by the bytes of its path. */
export function fileOfPath(path: Buffer): StoredFile {
  return fileAt(path, path.toString('latin1'), true);
}

function fileAt(path: Buffer, id: string, rereadable: boolean): StoredFile {
  const open = (signal: AbortSignal): AsyncIterable<Buffer> => bytesOf(path, signal);
  const atOnce = (): Buffer | undefined => smallFile(path);
  return { path, id, name: nameOf(path), rereadable, open, atOnce };
}

/**
 * The bytes of a regular file that is small, and smaller still where it is not packed, for an interruption stops
 * nobody within them. What is wrong with it is told by whoever reads it in pieces.
 */
function smallFile(path: Buffer): Buffer | undefined {
  try {
    const file = openSync(path, WITHOUT_WAITING);
    try {
      const found = fstatSync(file);
      const { size } = found;
      if (!found.isFile() || size > LARGEST_AT_ONCE) return undefined;
      const bytes = Buffer.allocUnsafe(size + 1); // one more than there is to be read
      if (size > CHUNK && !(readSync(file, bytes, 0, 2, 0) === 2 && isGzip(bytes))) {
        return undefined;
      }
      return readSync(file, bytes, 0, size + 1, 0) === size ? bytes.subarray(0, size) : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

async function* bytesOf(path: Buffer, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFIFO() === true) yield* readPipe(path, signal);
    else if (found?.isFile() === true) yield* piecesOf(path, found.size, signal);
    else yield* createReadStream(path, { signal }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreadable(error);
  }
}

/**
 * The bytes of a regular file. Each piece is read at once, which costs a fraction of what handing it from thread to
 * thread does, and after whatever else is due.
 */
async function* piecesOf(path: Buffer, size: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = openSync(path, 'r');
  try {
    let expected = size;
    for (;;) {
      await otherWork();
      signal.throwIfAborted();
      const piece = Buffer.allocUnsafe(Math.min(Math.max(expected + 1, 1024), CHUNK));
      const length = readSync(file, piece);
      if (length === 0) return;
      expected -= length;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

/** The one path of what several may lead to, byte for byte. */
async function idOf(path: Buffer): Promise<string> {
  return realpath(path, 'buffer').then(
    (real) => real.toString('latin1'),
    () => path.toString('latin1'),
  );
}

/** Undefined for what is not there, and for a link that leads nowhere. */
async function statOf(path: Buffer): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

function joined(folder: Buffer, name: Buffer): Buffer {
  const isRoot = folder.at(-1) === SLASH[0];
  return Buffer.concat(isRoot ? [folder, name] : [folder, SLASH, name]);
}

function parentOf(path: Buffer): Buffer {
  const at = path.lastIndexOf(sep);
  return at === -1 ? Buffer.from('.') : path.subarray(0, Math.max(at, 1));
}

const textOf = (path: Buffer): string =>
  sep === '/' ? path.toString() : path.toString().replaceAll(sep, '/');

/** Bytes that are no UTF-8 are shown as they are in a shell's quotes, so that two names never look the same. */
function nameOf(path: Buffer): string {
  const text = path.toString();
  if (Buffer.from(text).equals(path)) return text;
  return Array.from(path, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`,
  ).join('');
}

function unreadable(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.name === 'AbortError') return error;
  return new SourceError(error.message, { cause: error });
}
