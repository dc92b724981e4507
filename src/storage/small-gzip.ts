import { type Gunzip, constants, createGunzip, gunzipSync } from 'node:zlib';

/** In bytes, unpacked. */
const LARGEST = 16 * 1024 * 1024;
const SHORTEST = 18;

/** Is it a gzip, by how it begins? */
export function isGzip(start: Buffer): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/**
 * The content of a whole gzip, all at once: undefined where it is larger than 16 MB, or damaged, or goes on after
 * its end. A gzip says at its end how long its content is; one of several parts, how long that of the last is.
 * Where there is room for it, the content lies there.
 */
export function unpackedAtOnce(gzip: Buffer, room?: Buffer): Buffer | undefined {
  const length = lengthOf(gzip);
  if (length === undefined) return undefined;
  if (room !== undefined && fits(gzip, room)) {
    const engine = unpackingInto(room);
    try {
      return wholeOf(gzip, engine._processChunk!(gzip, constants.Z_FINISH), engine);
    } catch {
      engine.close(); // it is damaged; or this Node has no such thing, and it is not
    }
  }
  try {
    const options = { chunkSize: Math.max(length + 1, 1024), maxOutputLength: LARGEST, info: true };
    // With `info`, what is given back is not only the content.
    const { buffer, engine } = gunzipSync(gzip, options) as unknown as Unpacked;
    return wholeOf(gzip, buffer, engine);
  } catch {
    return undefined; // unpacked as a stream, it gives what comes before the fault
  }
}

/** Is there room for the content, as far as the gzip says? */
export function fits(gzip: Buffer, room: Buffer): boolean {
  return (lengthOf(gzip) ?? Infinity) < room.length;
}

/** The same for which there is room, in a thread of Node's own meanwhile. */
export async function unpackedBeside(gzip: Buffer, room: Buffer): Promise<Buffer | undefined> {
  const engine = unpackingInto(room);
  const pieces: Buffer[] = [];
  let held = 0;
  try {
    engine.end(gzip);
    for await (const piece of engine as AsyncIterable<Buffer>) {
      held += piece.length;
      if (held > LARGEST) return undefined;
      pieces.push(piece);
    }
    const content = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    return wholeOf(gzip, content, engine);
  } catch {
    return undefined;
  }
}

/** How long the content is, as the gzip says; undefined for what is too short for one, or too large. */
function lengthOf(gzip: Buffer): number | undefined {
  if (gzip.length < SHORTEST) return undefined;
  const length = gzip.readUInt32LE(gzip.length - 4);
  return length > LARGEST ? undefined : length;
}

function wholeOf(gzip: Buffer, content: Buffer, engine: Gunzip): Buffer | undefined {
  return engine.bytesWritten === gzip.length ? content : undefined;
}

interface Unpacked {
  readonly buffer: Buffer;
  readonly engine: Gunzip;
}

/** What `gunzipSync` does its work with. A Node without these unpacks to memory of its own. */
interface Unpacking extends Gunzip {
  _outBuffer?: Buffer;
  _chunkSize?: number;
  readonly _processChunk?: (bytes: Buffer, flush: number) => Buffer;
}

function unpackingInto(room: Buffer): Unpacking {
  const engine: Unpacking = createGunzip({ chunkSize: 64, maxOutputLength: LARGEST });
  engine._outBuffer = room;
  engine._chunkSize = room.length;
  return engine;
}
