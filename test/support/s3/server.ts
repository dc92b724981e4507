import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Refusal } from '../refusal.js';
import { type Answer, type Interruption, errorAnswer, send } from './answer.js';
import { Bucket, type BucketOptions, type StoredHeaders, toStored } from './bucket.js';
import { listObjects } from './listing.js';
import { deleteObject, deleteObjects, getObject, headObject, putObject } from './objects.js';
import { type S3Request, toRequest } from './request.js';
import { abortUpload, completeUpload, createUpload, listUploads, uploadPart } from './uploads.js';

export type { S3Request } from './request.js';

/**
 * What a test makes of a request in place of the usual answer. With a status of 200 the error is in a body
 * that began well, as S3 may answer CompleteMultipartUpload.
 */
export type S3Fault =
  | {
      readonly status: number;
      readonly code: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Bytes of the body, then the socket is destroyed; the length is told as if it came whole. */
  | { readonly cutAfter: number }
  /** Bytes of the body, then nothing and no end. */
  | { readonly stallAfter: number }
  /** The socket is destroyed before any answer: nothing was done, or `answer` and all was. */
  | { readonly drop: true | 'answer' };

export interface S3Options {
  readonly buckets?: Readonly<Record<string, BucketOptions>>;
  /** The fault of request number 0, 1, … */
  readonly fault?: (
    request: S3Request,
    number: number,
  ) => S3Fault | undefined | Promise<S3Fault | undefined>;
}

/** An S3 and what is in it; a put makes the bucket when there is none. */
export interface FakeS3 {
  readonly url: string;
  readonly seen: S3Request[];
  readonly put: (
    bucket: string,
    key: string,
    body: Buffer | string,
    options?: { readonly storageClass?: string },
  ) => void;
  readonly get: (bucket: string, key: string) => Buffer | undefined;
  readonly keys: (bucket: string) => readonly string[];
  readonly remove: (bucket: string, key: string) => void;
  /** The keys of multipart uploads that are neither completed nor aborted. */
  readonly uploads: (bucket: string) => readonly string[];
  /** What an object was written with, such as `x-amz-server-side-encryption`. */
  readonly headersOf: (bucket: string, key: string) => StoredHeaders | undefined;
  readonly close: () => void;
}

/** An S3 over HTTP that keeps AWS's rules, for clients of path style; it looks at no signature. */
export async function startS3({ buckets: given = {}, fault }: S3Options = {}): Promise<FakeS3> {
  const buckets = new Map(
    Object.entries(given).map(([name, options]) => [name, new Bucket(name, options)]),
  );
  const seen: S3Request[] = [];

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = toRequest(incoming);
    seen.push(request);
    const made = await fault?.(request, seen.length - 1);
    const drop = made !== undefined && 'drop' in made ? made.drop : undefined;
    if (drop === true) return void incoming.socket.destroy();
    if (made !== undefined && 'status' in made) {
      const answer = errorAnswer(made.status, made.code, 'A test wants it so.', made.headers);
      return send(incoming, response, answer);
    }
    if (request.operation === 'CreateBucket' && !buckets.has(request.bucket)) {
      buckets.set(request.bucket, new Bucket(request.bucket));
    }
    const answer = await answerTo(request, buckets.get(request.bucket), incoming);
    if (drop === 'answer') return void incoming.socket.destroy();
    await send(incoming, response, answer, interruptionOf(made));
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (incoming.socket.destroyed || response.headersSent) return incoming.socket.destroy();
      return send(incoming, response, refused(error)).catch(() => incoming.socket.destroy());
    });
  });
  server.keepAliveTimeout = 0; // no client finds its connection closed while it sends
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    put: (bucket, key, body, { storageClass = 'STANDARD' } = {}) => {
      const piece = Buffer.from(body);
      const md5 = createHash('md5').update(piece).digest();
      const headers = { 'x-amz-storage-class': storageClass };
      const whole = { pieces: [piece], size: piece.length, md5, checksums: {} };
      const into = buckets.get(bucket) ?? new Bucket(bucket);
      buckets.set(bucket, into);
      into.put(key, toStored(whole, headers), headers);
    },
    get: (bucket, key) => {
      const object = buckets.get(bucket)?.get(key);
      return object && Buffer.concat(object.pieces);
    },
    keys: (bucket) => buckets.get(bucket)?.keys ?? [],
    remove: (bucket, key) => buckets.get(bucket)?.remove(key),
    uploads: (bucket) => buckets.get(bucket)?.uploads.map(({ key }) => key) ?? [],
    headersOf: (bucket, key) => buckets.get(bucket)?.get(key)?.headers,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function interruptionOf(fault: S3Fault | undefined): Interruption | undefined {
  if (fault === undefined) return undefined;
  if ('cutAfter' in fault) return { after: fault.cutAfter, isCut: true };
  if ('stallAfter' in fault) return { after: fault.stallAfter, isCut: false };
  return undefined;
}

function refused(error: unknown): Answer {
  if (!(error instanceof Refusal)) return errorAnswer(500, 'InternalError', String(error));
  return errorAnswer(error.status, error.name, error.message);
}

async function answerTo(
  request: S3Request,
  bucket: Bucket | undefined,
  incoming: IncomingMessage,
): Promise<Answer> {
  checkCaller(request);
  if (bucket === undefined) {
    throw new Refusal('NoSuchBucket', 'The specified bucket does not exist', 404);
  }
  const { region = request.region, redirect, requesterPays = false } = bucket.options;
  if (region !== request.region) return redirection(request, region!, redirect);
  if (!requesterPays) return perform(request, bucket, incoming);
  if (request.headers['x-amz-request-payer'] !== 'requester') throw denied();
  const answer = await perform(request, bucket, incoming);
  return { ...answer, headers: { ...answer.headers, 'x-amz-request-charged': 'requester' } };
}

/** The keys `expired` and `denied` are what they say; any other may do everything. */
function checkCaller({ key, accessKey }: S3Request): void {
  if (accessKey === undefined || accessKey === 'denied') throw denied();
  if (accessKey === 'expired') {
    throw new Refusal('ExpiredToken', 'The provided token has expired.');
  }
  if (Buffer.byteLength(key) > 1024) throw new Refusal('KeyTooLongError', 'Your key is too long');
}

function denied(): Refusal {
  return new Refusal('AccessDenied', 'Access Denied', 403);
}

function redirection(
  { bucket, url, headers }: S3Request,
  region: string,
  status: 301 | 307 = 301,
): Answer {
  const code = status === 301 ? 'PermanentRedirect' : 'TemporaryRedirect';
  const endpoint = `s3.${region}.amazonaws.com`;
  const location = status === 307 && { location: `http://${headers.host}${url}` };
  return errorAnswer(
    status,
    code,
    'The bucket you are attempting to access must be addressed using the specified endpoint.',
    { 'x-amz-bucket-region': region, ...location },
    { Endpoint: endpoint, Bucket: bucket },
  );
}

async function perform(
  request: S3Request,
  bucket: Bucket,
  incoming: IncomingMessage,
): Promise<Answer> {
  switch (request.operation) {
    case 'ListObjectsV2':
      return { body: listObjects(bucket, request) };
    case 'ListMultipartUploads':
      return listUploads(bucket, request);
    case 'CreateBucket':
      return {};
    case 'HeadBucket':
      return { headers: { 'x-amz-bucket-region': bucket.options.region ?? 'us-east-1' } };
    case 'GetObject':
      return getObject(bucket, request);
    case 'HeadObject':
      return headObject(bucket, request);
    case 'PutObject':
      return putObject(bucket, request, incoming);
    case 'CreateMultipartUpload':
      return createUpload(bucket, request);
    case 'UploadPart':
      return uploadPart(bucket, request, incoming);
    case 'CompleteMultipartUpload':
      return completeUpload(bucket, request, incoming);
    case 'AbortMultipartUpload':
      return abortUpload(bucket, request);
    case 'DeleteObject':
      return deleteObject(bucket, request);
    case 'DeleteObjects':
      return deleteObjects(bucket, request, incoming);
    case 'Unknown':
      throw new Refusal('NotImplemented', 'This server does not know that.', 501);
  }
}
