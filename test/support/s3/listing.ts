import { Refusal } from '../refusal.js';
import type { Bucket } from './bucket.js';
import type { S3Request } from './request.js';
import { compareUtf8 } from './utf8-order.js';
import { document, element, text } from './xml.js';

const MOST = 1000;

/** Where a page begins: behind a key, or behind all keys of a common prefix. */
interface Place {
  readonly after: string;
  readonly isPrefix: boolean;
}

/** A page of ListObjectsV2. */
export function listObjects(bucket: Bucket, { query }: S3Request): string {
  const { prefix = '', delimiter = '', 'start-after': startAfter } = query;
  const { 'encoding-type': encoding, 'continuation-token': token } = query;
  if (query['list-type'] !== '2') throw invalid('list-type is not 2.');
  if (encoding !== undefined && encoding !== 'url') throw invalid('Invalid Encoding Method.');
  const most = mostOf(query['max-keys']);
  const place = token === undefined ? undefined : placeIn(token);
  const from = place ?? { after: startAfter ?? '', isPrefix: false };
  const { keys, prefixes, next } = page(bucket.keys, prefix, delimiter, from, most);

  const encoded = encoding === 'url' ? urlEncoded : (value: string) => value;
  const entries = keys.map((key) => {
    const { etag, size, headers, modified } = bucket.existing(key);
    return element(
      'Contents',
      text('Key', encoded(key)),
      text('LastModified', modified.toISOString()),
      text('ETag', `"${etag}"`),
      text('Size', size),
      text('StorageClass', headers['x-amz-storage-class'] ?? 'STANDARD'),
    );
  });
  return document(
    'ListBucketResult',
    text('Name', bucket.name),
    text('Prefix', encoded(prefix)),
    ...(delimiter === '' ? [] : [text('Delimiter', encoded(delimiter))]),
    ...(startAfter === undefined ? [] : [text('StartAfter', encoded(startAfter))]),
    ...(encoding === undefined ? [] : [text('EncodingType', encoding)]),
    ...(token === undefined ? [] : [text('ContinuationToken', token)]),
    ...(next === undefined ? [] : [text('NextContinuationToken', toToken(next))]),
    text('KeyCount', keys.length + prefixes.length),
    text('MaxKeys', most),
    text('IsTruncated', next !== undefined),
    ...entries,
    ...prefixes.map((common) => element('CommonPrefixes', text('Prefix', encoded(common)))),
  );
}

interface Page {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  readonly next: Place | undefined;
}

function page(
  sorted: readonly string[],
  prefix: string,
  delimiter: string,
  from: Place,
  most: number,
): Page {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let place = from;
  const start = firstFrom(sorted, compareUtf8(from.after, prefix) > 0 ? from.after : prefix);
  for (let at = start; at < sorted.length; at++) {
    const key = sorted[at]!;
    if (!key.startsWith(prefix)) break;
    if (place.isPrefix ? key.startsWith(place.after) : key === place.after) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    // Asked for none, S3 says that there are no more.
    if (keys.length + prefixes.length === most) {
      return { keys, prefixes, next: most === 0 ? undefined : place };
    }
    if (cut < 0) {
      keys.push(key);
      place = { after: key, isPrefix: false };
    } else {
      const common = key.slice(0, cut + delimiter.length);
      prefixes.push(common);
      place = { after: common, isPrefix: true };
    }
  }
  return { keys, prefixes, next: undefined };
}

/** The index of the first key that is not before this one. */
function firstFrom(sorted: readonly string[], key: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareUtf8(sorted[middle]!, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mostOf(maxKeys = String(MOST)): number {
  if (!/^\d{1,10}$/.test(maxKeys)) throw invalid('max-keys is no number that can be.');
  return Math.min(Number(maxKeys), MOST);
}

function toToken({ after, isPrefix }: Place): string {
  return Buffer.from(JSON.stringify([after, isPrefix])).toString('base64');
}

function placeIn(token: string): Place {
  try {
    const [after, isPrefix] = JSON.parse(Buffer.from(token, 'base64').toString()) as unknown[];
    if (typeof after === 'string' && typeof isPrefix === 'boolean') return { after, isPrefix };
  } catch {
    // as any other text that is no token
  }
  throw invalid('The continuation token provided is incorrect');
}

function invalid(message: string): Refusal {
  return new Refusal('InvalidArgument', message);
}

/** As forms are encoded, with slashes as they are. */
function urlEncoded(value: string): string {
  return new URLSearchParams({ '': value }).toString().slice(1).replaceAll('%2F', '/');
}
