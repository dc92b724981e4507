import { type Hash, createHash } from 'node:crypto';
import { Readable, pipeline as connect } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SourceError } from '../errors.js';
import { peek, peekLength, putBack } from '../text/first-bytes.js';
import type { StoredFile } from './storage.js';
import { fits, isGzip, unpackedAtOnce, unpackedBeside } from './small-gzip.js';

/** What a file must turn out to be, where a manifest says so. */
export interface Promised {
  /** MD5 of the bytes as they lie there, base64. */
  readonly md5?: string | undefined;
  /** The same, SHA-256 in hex. */
  readonly sha256?: string | undefined;
}

const CHUNK = 1024 * 1024;
/** In bytes, packed. */
const LARGEST_AT_ONCE = 4 * 1024 * 1024;
/** Packed. What is smaller is unpacked sooner than handed to another thread. */
const SMALLEST_BESIDE = 64 * 1024;

/**
 * The content of a file in pieces, unpacked if it is gzip and as UTF-8 if it is UTF-16: both are told by the
 * first bytes, not by the name.
 *
 * @throws SourceError when it cannot be read, is cut off, or is not what was promised.
 */
export async function* readBytes(
  file: StoredFile,
  signal: AbortSignal,
  promised: Promised = {},
): AsyncGenerator<Buffer> {
  const check = digestOf(promised);
  try {
    const { start, rest } = await peek(
      rawBytes(file, signal, check?.hash),
      ({ length }) => length >= 2,
    );
    const bytes = putBack(start, rest);
    const unpack = file.rereadable || file.isFar ? unpacked : streamed; // a pipe is read while it is written
    for await (const piece of asUtf8(isGzip(start) ? unpack(bytes) : bytes)) {
      signal.throwIfAborted();
      yield piece;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw unreadable(error);
  }
  if (check !== undefined && check.hash.digest(check.encoding) !== check.value) {
    const { name, by } = check;
    throw new SourceError(`its ${name} is not the one in the ${by}: it was damaged, or replaced`);
  }
}

/**
 * Does something with the content of a file, at once, for the memory is needed again; undefined where that could not
 * be got as a whole, and is for {@link readBytes} to read. Asked for once.
 */
export type WithContent = <T>(
  use: (content: Buffer) => T,
) => T | undefined | Promise<T | undefined>;

/** Memory that is there for what is unpacked. */
export interface Rooms {
  /** For what is used before anything else happens. */
  readonly room: Buffer;
  /** For what is not, as long as nobody else has them. */
  readonly free: Buffer[];
}

/**
 * Begins to get the content of a file as a whole: of one that is small, is there to be read, and with which nothing
 * is the matter. With `isBeside`, it is unpacked in another thread meanwhile where that is worth it. `roomsFor` gives
 * memory for what so many packed bytes have in them.
 */
export function beginContent(
  file: StoredFile,
  roomsFor: (packed: number) => Rooms | undefined,
  isBeside = false,
): WithContent {
  const bytes = file.rereadable ? file.atOnce?.() : undefined;
  if (bytes === undefined) return () => undefined;
  const given = <T>(content: Buffer | undefined, use: (content: Buffer) => T): T | undefined =>
    content === undefined || isUtf16(content) ? undefined : use(content);
  if (!isGzip(bytes)) return (use) => given(bytes, use);
  const rooms = roomsFor(bytes.length);
  const isWorth = isBeside && bytes.length >= SMALLEST_BESIDE;
  const room =
    isWorth && rooms !== undefined && fits(bytes, rooms.room) ? rooms.free.pop() : undefined;
  if (room === undefined) return (use) => given(unpackedAtOnce(bytes, rooms?.room), use);
  const unpacking = unpackedBeside(bytes, room);
  return async (use) => {
    const content = await unpacking;
    try {
      return given(content, use);
    } finally {
      rooms?.free.push(room);
    }
  };
}

/** May it be, by its first byte? */
function isUtf16([first]: Buffer): boolean {
  return first === 0xff || first === 0xfe;
}

interface Digest {
  readonly name: string;
  readonly hash: Hash;
  readonly encoding: 'base64' | 'hex';
  readonly value: string;
  /** What says so. */
  readonly by: string;
}

function digestOf({ md5, sha256 }: Promised): Digest | undefined {
  if (sha256 !== undefined) {
    const hash = createHash('sha256');
    return { name: 'SHA-256', hash, encoding: 'hex', value: sha256, by: 'record' };
  }
  if (md5 === undefined) return undefined;
  return { name: 'MD5', hash: createHash('md5'), encoding: 'base64', value: md5, by: 'manifest' };
}

async function* rawBytes(
  file: StoredFile,
  signal: AbortSignal,
  hash: Hash | undefined,
): AsyncGenerator<Buffer> {
  for await (const piece of file.open(signal)) {
    hash?.update(piece);
    yield piece;
  }
}

/** Windows PowerShell writes UTF-16, with a byte order mark. */
async function* asUtf8(bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { start, rest } = await peek(bytes, ({ length }) => length >= 4);
  const all = putBack(start, rest);
  const mark = start.toString('latin1', 0, 2);
  const isUtf32 = start.toString('latin1', 0, 4) === '\xff\xfe\0\0';
  if (isUtf32 || (mark !== '\xff\xfe' && mark !== '\xfe\xff')) {
    yield* all;
    return;
  }
  const decoder = new TextDecoder(mark === '\xff\xfe' ? 'utf-16le' : 'utf-16be', { fatal: true });
  const decoded = (piece?: Buffer): Buffer => {
    try {
      return Buffer.from(decoder.decode(piece, { stream: piece !== undefined }));
    } catch (error) {
      throw new SourceError('it begins as UTF-16, and is none: it was cut off, or damaged', {
        cause: error,
      });
    }
  };
  for await (const piece of all) {
    const text = decoded(piece);
    if (text.length > 0) yield text;
  }
  decoded();
}

/** A gzip that is small is unpacked at once: a stream for each costs more than its bytes. */
async function* unpacked(bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { start, rest, isAll } = await peekLength(bytes, LARGEST_AT_ONCE + 1);
  const whole = isAll ? unpackedAtOnce(start) : undefined;
  if (whole === undefined) yield* streamed(putBack(start, rest));
  else if (whole.length > 0) yield whole;
}

/** Zeros may fill up a gzip, but nothing may come after them: Node would stop reading there. */
async function* streamed(bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
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
