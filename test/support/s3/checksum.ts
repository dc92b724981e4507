import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A sum over bytes that come in pieces. */
export interface Checksum {
  readonly update: (piece: Buffer) => void;
  readonly digest: () => Buffer;
}

/** The checksum that S3 calls so, in small letters; undefined for one that is not known here. */
export function checksumOf(algorithm: string): Checksum | undefined {
  switch (algorithm) {
    case 'crc32':
      return running(crc32);
    case 'crc32c':
      return running(crc32c);
    case 'sha1':
    case 'sha256':
    case 'md5':
      return hash(algorithm);
    default:
      return undefined;
  }
}

/** A checksum of Node's own. */
export function hash(algorithm: 'md5' | 'sha1' | 'sha256'): Checksum {
  const sum = createHash(algorithm);
  return { update: (piece) => void sum.update(piece), digest: () => sum.digest() };
}

function running(next: (piece: Buffer, before: number) => number): Checksum {
  let value = 0;
  return {
    update: (piece) => {
      value = next(piece, value);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    },
  };
}

/** Castagnoli's polynomial, its bits reversed. */
const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

function crc32c(piece: Buffer, before: number): number {
  let value = ~before;
  for (const byte of piece) value = (value >>> 8) ^ TABLE[(value ^ byte) & 0xff]!;
  return ~value >>> 0;
}
