import { type Gunzip, gunzipSync } from 'node:zlib';

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
 */
export function unpackedAtOnce(gzip: Buffer): Buffer | undefined {
  if (gzip.length < SHORTEST) return undefined;
  const length = gzip.readUInt32LE(gzip.length - 4);
  if (length > LARGEST) return undefined;
  try {
    const options = { chunkSize: Math.max(length + 1, 1024), maxOutputLength: LARGEST, info: true };
    // With `info`, what is given back is not only the content.
    const { buffer, engine } = gunzipSync(gzip, options) as unknown as Unpacked;
    return engine.bytesWritten === gzip.length ? buffer : undefined;
  } catch {
    return undefined; // unpacked as a stream, it gives what comes before the fault
  }
}

interface Unpacked {
  readonly buffer: Buffer;
  readonly engine: Gunzip;
}
