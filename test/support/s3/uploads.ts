import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal.js';
import type { Answer } from './answer.js';
import { isSummed, readBody, readText } from './body.js';
import { type Bucket, type Stored, type Upload, joined, toStored } from './bucket.js';
import { checkWrite } from './conditions.js';
import { encryptionOf, keptHeaders } from './objects.js';
import type { S3Request } from './request.js';
import { contentsOf, document, element, text, textOf } from './xml.js';

/** Every part but the last has as many bytes at least. */
const LEAST = 5 * 1024 * 1024;

export function createUpload(bucket: Bucket, request: S3Request): Answer {
  const { id, key, headers } = bucket.begin(request.key, keptHeaders(request));
  return {
    headers: encryptionOf(headers),
    body: document(
      'InitiateMultipartUploadResult',
      text('Bucket', bucket.name),
      text('Key', key),
      text('UploadId', id),
    ),
  };
}

export async function uploadPart(
  bucket: Bucket,
  { key, query }: S3Request,
  incoming: IncomingMessage,
): Promise<Answer> {
  const number = Number(query['partNumber']);
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    const message = 'Part number must be an integer between 1 and 10000, inclusive';
    throw new Refusal('InvalidArgument', message);
  }
  bucket.upload(query['uploadId'], key);
  const body = await readBody(incoming);
  const { parts, headers } = bucket.upload(query['uploadId'], key); // it may have ended meanwhile
  const part = toStored(body, headers);
  parts.set(number, part);
  return { headers: { etag: `"${part.etag}"`, ...part.checksums, ...encryptionOf(headers) } };
}

export async function completeUpload(
  bucket: Bucket,
  request: S3Request,
  incoming: IncomingMessage,
): Promise<Answer> {
  if (isSummed(request.headers)) {
    throw new Refusal('NotImplemented', 'Checksums of whole objects are not looked at.', 501);
  }
  const xml = await readText(incoming);
  const upload = bucket.upload(request.query['uploadId'], request.key);
  const parts = partsIn(xml, upload);
  if (parts.slice(0, -1).some(({ size }) => size < LEAST)) {
    const message = 'Your proposed upload is smaller than the minimum allowed size';
    throw new Refusal('EntityTooSmall', message);
  }
  checkWrite(request, bucket.get(request.key));
  const { etag } = bucket.put(request.key, joined(parts), upload.headers);
  bucket.end(upload);
  return {
    headers: encryptionOf(upload.headers),
    body: document(
      'CompleteMultipartUploadResult',
      text('Bucket', bucket.name),
      text('Key', request.key),
      text('ETag', `"${etag}"`),
    ),
  };
}

/** The parts that a request lists, each the one that was uploaded. */
function partsIn(xml: string, upload: Upload): readonly Stored[] {
  let last = 0;
  const parts = contentsOf(xml, 'Part').map((listed) => {
    const number = Number(textOf(listed, 'PartNumber'));
    if (!(number > last)) {
      throw new Refusal('InvalidPartOrder', 'The list of parts was not in ascending order.');
    }
    last = number;
    const part = upload.parts.get(number);
    if (part === undefined || !isSame(listed, part)) {
      throw new Refusal('InvalidPart', `Part ${number} could not be found.`);
    }
    return part;
  });
  if (parts.length === 0) throw new Refusal('MalformedXML', 'You must specify at least one part');
  return parts;
}

/** Whether a listed part has the ETag of the one there, and each checksum that is listed. */
function isSame(listed: string, { etag, checksums }: Stored): boolean {
  return (
    textOf(listed, 'ETag')?.replaceAll('"', '') === etag &&
    Object.entries(checksums).every(([name, value]) => {
      const tag = name.replace('x-amz-checksum-', '').toUpperCase();
      return [undefined, value].includes(textOf(listed, `Checksum${tag}`));
    })
  );
}

export function abortUpload(bucket: Bucket, { key, query }: S3Request): Answer {
  bucket.end(bucket.upload(query['uploadId'], key));
  return { status: 204 };
}

/** All uploads on one page. */
export function listUploads(bucket: Bucket, { query }: S3Request): Answer {
  const { prefix = '' } = query;
  const uploads = bucket.uploads
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ id, key, begun }) =>
      element(
        'Upload',
        text('Key', key),
        text('UploadId', id),
        text('Initiated', begun.toISOString()),
      ),
    );
  return {
    body: document(
      'ListMultipartUploadsResult',
      text('Bucket', bucket.name),
      text('Prefix', prefix),
      text('IsTruncated', false),
      ...uploads,
    ),
  };
}
