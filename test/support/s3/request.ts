import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Refusal } from '../refusal.js';

/** One request as it came in. */
export interface S3Request {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly bucket: string;
  /** Decoded; empty when the bucket itself is asked. */
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** The access key that signed, and the region that it signed for. */
  readonly accessKey: string | undefined;
  readonly region: string | undefined;
  readonly operation: Operation;
}

type Operation = (typeof OPERATIONS)[number]['name'] | 'Unknown';

/** What there is: a query may hold what an operation needs and takes, nothing else. */
const OPERATIONS = [
  {
    name: 'ListObjectsV2',
    method: 'GET',
    hasKey: false,
    needs: ['list-type'],
    takes: 'prefix delimiter max-keys start-after continuation-token encoding-type fetch-owner',
  },
  {
    name: 'ListMultipartUploads',
    method: 'GET',
    hasKey: false,
    needs: ['uploads'],
    takes: 'prefix max-uploads',
  },
  { name: 'CreateBucket', method: 'PUT', hasKey: false, needs: [], takes: '' },
  { name: 'HeadBucket', method: 'HEAD', hasKey: false, needs: [], takes: '' },
  { name: 'DeleteObjects', method: 'POST', hasKey: false, needs: ['delete'], takes: '' },
  { name: 'GetObject', method: 'GET', hasKey: true, needs: [], takes: '' },
  { name: 'HeadObject', method: 'HEAD', hasKey: true, needs: [], takes: '' },
  { name: 'PutObject', method: 'PUT', hasKey: true, needs: [], takes: '' },
  { name: 'UploadPart', method: 'PUT', hasKey: true, needs: ['partNumber', 'uploadId'], takes: '' },
  { name: 'CreateMultipartUpload', method: 'POST', hasKey: true, needs: ['uploads'], takes: '' },
  { name: 'CompleteMultipartUpload', method: 'POST', hasKey: true, needs: ['uploadId'], takes: '' },
  { name: 'AbortMultipartUpload', method: 'DELETE', hasKey: true, needs: ['uploadId'], takes: '' },
  { name: 'DeleteObject', method: 'DELETE', hasKey: true, needs: [], takes: '' },
] as const;

/** A request of path style: `/bucket/key`. */
export function toRequest(incoming: IncomingMessage): S3Request {
  const { method = '', url = '', headers } = incoming;
  const [path = '', search] = url.split('?', 2);
  const [, bucket = '', rawKey = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const query = Object.fromEntries(new URLSearchParams(search));
  const key = decoded(rawKey);
  const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)\//.exec(headers.authorization ?? '');
  return {
    method,
    url,
    bucket,
    key,
    query,
    headers,
    accessKey: scope?.[1],
    region: scope?.[2],
    operation: operationOf(method, key !== '', Object.keys(query)),
  };
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    throw new Refusal('InvalidURI', 'Couldn’t parse the specified URI.');
  }
}

function operationOf(method: string, hasKey: boolean, query: readonly string[]): Operation {
  const operation = OPERATIONS.find((candidate) => {
    const needs: readonly string[] = candidate.needs;
    const known = new Set([...needs, ...candidate.takes.split(' '), 'x-id']);
    return (
      candidate.method === method &&
      candidate.hasKey === hasKey &&
      needs.every((name) => query.includes(name)) &&
      query.every((name) => known.has(name))
    );
  });
  return operation?.name ?? 'Unknown';
}
