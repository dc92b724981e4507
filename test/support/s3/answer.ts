import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { document, text } from './xml.js';

/** What is answered. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** XML, or bytes of an object. */
  readonly body?: string | Bytes;
}

interface Bytes {
  readonly pieces: readonly Buffer[];
  readonly from: number;
  readonly length: number;
}

/** How much of the body is sent, and what happens then. */
export interface Interruption {
  readonly after: number;
  readonly isCut: boolean;
}

/** Bytes that are written at once. */
const PIECE = 64 * 1024;

/** An error as S3 tells it. */
export function errorAnswer(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  details: Readonly<Record<string, string>> = {},
): Answer {
  const rest = Object.entries(details).map(([name, value]) => text(name, value));
  const ids = [text('RequestId', 'FAKE'), text('HostId', 'fake')];
  const body = document('Error', text('Code', code), text('Message', message), ...rest, ...ids);
  return { status, headers, body };
}

/** Sends an answer in pieces, no faster than they are taken, and the whole of it unless told. */
export async function send(
  incoming: IncomingMessage,
  response: ServerResponse,
  { status = 200, headers = {}, body }: Answer,
  interruption?: Interruption,
): Promise<void> {
  const isHead = incoming.method === 'HEAD';
  const { pieces, from, length } = bytesOf(body);
  const hasLength = !isHead && status !== 204 && status !== 304;
  response.writeHead(status, {
    server: 'AmazonS3',
    'x-amz-request-id': 'FAKE',
    'x-amz-id-2': 'fake',
    ...(hasLength && { 'content-length': String(length) }),
    ...(typeof body === 'string' && { 'content-type': 'application/xml' }),
    ...headers,
  });
  if (isHead) return void response.end();
  const end = Math.min(from + length, from + (interruption?.after ?? Infinity));
  const source = Readable.from(slices(pieces, from, end), { highWaterMark: 1 });
  if (interruption === undefined) return pipeline(source, response);
  response.flushHeaders();
  await pipeline(source, response, { end: false });
  if (!interruption.isCut) return;
  await new Promise<void>((done) => {
    incoming.socket.write('', () => done()); // when all before it is with the system
  });
  incoming.socket.destroy();
}

function bytesOf(body: string | Bytes | undefined): Bytes {
  if (typeof body === 'object') return body;
  const piece = Buffer.from(body ?? '');
  return { pieces: [piece], from: 0, length: piece.length };
}

function* slices(pieces: readonly Buffer[], from: number, end: number): Generator<Buffer> {
  let at = 0;
  for (const piece of pieces) {
    const last = Math.min(piece.length, end - at);
    for (let start = Math.max(0, from - at); start < last; start += PIECE) {
      yield piece.subarray(start, Math.min(start + PIECE, last));
    }
    at += piece.length;
    if (at >= end) return;
  }
}
