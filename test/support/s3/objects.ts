import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal.js';
import type { Answer } from './answer.js';
import { isSummed, readBody, readText } from './body.js';
import { type Bucket, type StoredHeaders, type StoredObject, toStored } from './bucket.js';
import { checkWrite, isUnchanged } from './conditions.js';
import { rangeIn } from './range.js';
import type { S3Request } from './request.js';
import { contentsOf, document, element, text, textOf } from './xml.js';

/** Storage classes whose objects must be restored before they can be read. */
const ARCHIVES = new Set(['GLACIER', 'DEEP_ARCHIVE']);
const KEPT =
  /^(?:content-(?:type|encoding|disposition|language)|cache-control|expires|x-amz-(?:meta-.*|server-side-encryption.*|storage-class|tagging|acl|website-redirect-location))$/;
/** Kept, but not told to who reads. */
const UNTOLD = /^x-amz-(?:tagging|acl|server-side-encryption-context)$/;

/** What a write keeps of its headers. */
export function keptHeaders({ headers }: S3Request): StoredHeaders {
  const kept = Object.entries(headers).flatMap(([name, value]) => {
    if (!KEPT.test(name) || value === undefined) return [];
    if (name !== 'content-encoding') return [[name, String(value)]];
    const encodings = String(value)
      .split(',')
      .map((encoding) => encoding.trim());
    const left = encodings.filter((encoding) => encoding !== 'aws-chunked' && encoding !== '');
    return left.length === 0 ? [] : [[name, left.join(',')]];
  });
  return { 'x-amz-server-side-encryption': 'AES256', ...Object.fromEntries(kept) };
}

/** What a write is told about the encryption. */
export function encryptionOf(headers: StoredHeaders): Record<string, string> {
  const told = Object.entries(headers).filter(([name]) =>
    name.startsWith('x-amz-server-side-encryption'),
  );
  return Object.fromEntries(told);
}

export function getObject(bucket: Bucket, request: S3Request): Answer {
  const object = bucket.existing(request.key);
  const isKnown = isUnchanged(request, object);
  if (ARCHIVES.has(object.headers['x-amz-storage-class'] ?? '')) {
    const message = "The operation is not valid for the object's storage class";
    throw new Refusal('InvalidObjectState', message, 403);
  }
  const headers = headersTold(object);
  if (isKnown) return { status: 304, headers };
  const range = rangeIn(request.headers.range, object.size);
  if (range === undefined) {
    const isSummedToo = request.headers['x-amz-checksum-mode'] === 'ENABLED';
    const body = { pieces: object.pieces, from: 0, length: object.size };
    return { headers: { ...headers, ...(isSummedToo && object.checksums) }, body };
  }
  const { first, last } = range;
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${first}-${last}/${object.size}` },
    body: { pieces: object.pieces, from: first, length: last - first + 1 },
  };
}

export function headObject(bucket: Bucket, request: S3Request): Answer {
  const object = bucket.existing(request.key);
  const isKnown = isUnchanged(request, object);
  const headers = headersTold(object);
  if (isKnown) return { status: 304, headers };
  return { headers: { ...headers, 'content-length': String(object.size) } };
}

/** Takes the object when all of it came; the conditions are those of that moment. */
export async function putObject(
  bucket: Bucket,
  request: S3Request,
  incoming: IncomingMessage,
): Promise<Answer> {
  const body = await readBody(incoming);
  checkWrite(request, bucket.get(request.key));
  const headers = keptHeaders(request);
  const { etag, checksums } = bucket.put(request.key, toStored(body, headers), headers);
  return { headers: { etag: `"${etag}"`, ...checksums, ...encryptionOf(headers) } };
}

export function deleteObject(bucket: Bucket, { key }: S3Request): Answer {
  bucket.remove(key);
  return { status: 204 };
}

export async function deleteObjects(
  bucket: Bucket,
  { headers }: S3Request,
  incoming: IncomingMessage,
): Promise<Answer> {
  if (!isSummed(headers)) {
    throw new Refusal('InvalidRequest', 'Missing required header: Content-MD5 OR x-amz-checksum-*');
  }
  const xml = await readText(incoming);
  const keys = contentsOf(xml, 'Object').map((object) => textOf(object, 'Key'));
  if (keys.length === 0 || keys.length > 1000) throw new Refusal('MalformedXML', 'Not 1 to 1000.');
  const deleted = keys.map((key = '') => {
    bucket.remove(key);
    return element('Deleted', text('Key', key));
  });
  return { body: document('DeleteResult', ...(textOf(xml, 'Quiet') === 'true' ? [] : deleted)) };
}

function headersTold({ headers, etag, modified }: StoredObject): Record<string, string> {
  const told = Object.entries(headers).filter(
    ([name, value]) =>
      !UNTOLD.test(name) && !(name === 'x-amz-storage-class' && value === 'STANDARD'),
  );
  return {
    'content-type': 'binary/octet-stream',
    'accept-ranges': 'bytes',
    ...Object.fromEntries(told),
    etag: `"${etag}"`,
    'last-modified': modified.toUTCString(),
  };
}
