import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Refusal } from '../refusal.js';
import { decodeAwsChunked } from './aws-chunked.js';
import { type Checksum, checksumOf, hash } from './checksum.js';

/** A request's body that is whole and what its headers and trailers say. */
export interface Body {
  readonly pieces: readonly Buffer[];
  readonly size: number;
  readonly md5: Buffer;
  /** By header, such as `x-amz-checksum-crc32`, in base64. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** Bytes up to which a body is copied. */
const COPIED = 64 * 1024;

/** The body of a request, checked; it rejects when the connection breaks within. */
export async function readBody(incoming: IncomingMessage): Promise<Body> {
  const { headers } = incoming;
  const said = lengthOf(headers);
  const trailers = new Map<string, string>();
  // Left alone when a body is refused halfway: the answer takes the same socket.
  const raw: AsyncIterator<Buffer> = incoming.iterator({ destroyOnReturn: false });
  const source = isAwsChunked(headers) ? decodeAwsChunked(raw, trailers) : iterable(raw);

  const checksums = new Map(announced(headers).map((name) => [name, checksumNamed(name)]));
  const md5 = hash('md5');
  const sha256 = hash('sha256');
  const isHashed = /^[\da-f]{64}$/.test(String(headers['x-amz-content-sha256']));
  const sums = [md5, ...(isHashed ? [sha256] : []), ...checksums.values()];

  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of source) {
    pieces.push(piece);
    size += piece.length;
    for (const sum of sums) sum.update(piece);
  }

  if (size !== said) throw new Refusal('IncompleteBody', `${size} bytes came, not ${said}.`);
  if (isHashed && sha256.digest().toString('hex') !== headers['x-amz-content-sha256']) {
    throw new Refusal('XAmzContentSHA256Mismatch', 'The content is not the one that was signed.');
  }
  const digest = md5.digest();
  checkMd5(headers['content-md5']?.toString(), digest);
  const found = [...checksums].map(([name, sum]) => {
    const value = sum.digest().toString('base64');
    const wanted = trailers.get(name) ?? headers[name]?.toString();
    if (wanted === undefined) throw new Refusal('MalformedTrailerError', `${name} did not come.`);
    if (wanted !== value) throw new Refusal('BadDigest', `${name} is ${value}, not ${wanted}.`);
    return [name, value];
  });
  // A small piece would hold all that came with it, headers too.
  const held = size < COPIED ? [Buffer.concat(pieces)] : pieces;
  return { pieces: held, size, md5: digest, checksums: Object.fromEntries(found) };
}

/** A body as text. */
export async function readText(incoming: IncomingMessage): Promise<string> {
  return Buffer.concat((await readBody(incoming)).pieces).toString();
}

/** Whether a request says a checksum. */
export function isSummed(headers: IncomingHttpHeaders): boolean {
  return headers['content-md5'] !== undefined || announced(headers).length > 0;
}

function isAwsChunked(headers: IncomingHttpHeaders): boolean {
  return (
    /\baws-chunked\b/.test(headers['content-encoding'] ?? '') ||
    String(headers['x-amz-content-sha256']).startsWith('STREAMING-')
  );
}

/** How many bytes are inside the body. */
function lengthOf(headers: IncomingHttpHeaders): number {
  const name = isAwsChunked(headers) ? 'x-amz-decoded-content-length' : 'content-length';
  const length = headers[name];
  if (length !== undefined && /^\d+$/.test(String(length))) return Number(length);
  throw new Refusal('MissingContentLength', 'You must provide the Content-Length header.', 411);
}

/** The checksums that a request's headers hold or its trailers will. */
function announced(headers: IncomingHttpHeaders): readonly string[] {
  const trailer = String(headers['x-amz-trailer'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  const names = [...Object.keys(headers), ...trailer].filter((name) =>
    name.startsWith('x-amz-checksum-'),
  );
  return [...new Set(names)].filter((name) => !/-(?:algorithm|mode|type)$/.test(name));
}

function checksumNamed(header: string): Checksum {
  const checksum = checksumOf(header.replace('x-amz-checksum-', ''));
  if (checksum === undefined) throw new Refusal('NotImplemented', `${header} is unknown.`, 501);
  return checksum;
}

function checkMd5(said: string | undefined, md5: Buffer): void {
  if (said === undefined) return;
  if (Buffer.from(said, 'base64').length !== 16) {
    throw new Refusal('InvalidDigest', 'The Content-MD5 you specified is not valid.');
  }
  if (said !== md5.toString('base64')) {
    throw new Refusal('BadDigest', 'The Content-MD5 you specified did not match.');
  }
}

async function* iterable(iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) return;
    yield value;
  }
}
