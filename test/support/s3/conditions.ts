import { Refusal } from '../refusal.js';
import type { StoredObject } from './bucket.js';
import type { S3Request } from './request.js';

/** Refuses to write where the conditions of a request do not hold for what is there. */
export function checkWrite({ headers }: S3Request, present: StoredObject | undefined): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (noneMatch !== undefined) {
    if (noneMatch !== '*') {
      throw new Refusal('NotImplemented', 'If-None-Match takes nothing but *.', 501);
    }
    if (present !== undefined) throw failed();
  }
  if (match === undefined) return;
  if (present === undefined) {
    throw new Refusal('NoSuchKey', 'The specified key does not exist.', 404);
  }
  if (!isOneOf(match, present)) throw failed();
}

/** Refuses to read another object than the one asked for; whether the one there is known to the reader. */
export function isUnchanged({ headers }: S3Request, object: StoredObject): boolean {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match !== undefined && !isOneOf(match, object)) throw failed();
  return noneMatch !== undefined && isOneOf(noneMatch, object);
}

function isOneOf(etags: string, { etag }: StoredObject): boolean {
  const given = etags.split(',').map((one) => one.trim().replaceAll('"', ''));
  return given.some((one) => one === '*' || one === etag);
}

function failed(): Refusal {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new Refusal('PreconditionFailed', message, 412);
}
