import type { Readable } from 'node:stream';
import { isS3Url } from '../model/aws/s3-url.js';
import type { ReadContext } from '../pipeline/read-context.js';
import { folders } from './folder.js';
import { type S3Options, s3Storage } from './s3/s3-storage.js';
import { standardInput } from './standard-input.js';
import type { Storage } from './storage.js';

/** Which storage a place is in: `-` is standard input, `s3://…` is S3, anything else a path of this machine. */
export type StorageOf = (place: string) => Storage;

/** The storages of a run. Nothing of S3 is loaded before it is asked. */
export function storages(
  stdin: Readable,
  context: ReadContext,
  options: S3Options = {},
): StorageOf {
  const input = standardInput(stdin);
  const s3 = s3Storage(options, context);
  return (place) => (place === '-' ? input : isS3Url(place) ? s3 : folders);
}
