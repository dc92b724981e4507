import type { Readable } from 'node:stream';
import { isS3Url } from '../model/aws/s3-url.js';
import type { ReadContext } from '../pipeline/read-context.js';
import { folders } from './folder.js';
import type { S3Options } from './s3/buckets.js';
import { standardInput } from './standard-input.js';
import type { Storage } from './storage.js';

/** Which storage a place is in: `-` is standard input, `s3://…` is S3, anything else a path of this machine. */
export type StorageOf = (place: string) => Storage;

/** The storages of a run. */
export function storages(
  stdin: Readable,
  context: ReadContext,
  options: S3Options = {},
): StorageOf {
  const input = standardInput(stdin);
  const s3 = lateS3(options, context);
  return (place) => (place === '-' ? input : isS3Url(place) ? s3 : folders);
}

/** S3, of which nothing is loaded before it is used: most runs do not. */
function lateS3(options: S3Options, context: ReadContext): Storage {
  let opened: Promise<Required<Omit<Storage, 'makeFolder'>>> | undefined;
  const s3 = (): NonNullable<typeof opened> =>
    (opened ??= import('./s3/s3-storage.js').then(({ s3Storage }) => s3Storage(options, context)));
  return {
    list: async function* (...args) {
      yield* (await s3()).list(...args);
    },
    beside: async (...args) => (await s3()).beside(...args),
    at: async (...args) => (await s3()).at(...args),
    level: async (...args) => (await s3()).level(...args),
    create: async (...args) => (await s3()).create(...args),
    readShared: async (...args) => (await s3()).readShared(...args),
    replaceShared: async (...args) => (await s3()).replaceShared(...args),
    remove: async (...args) => (await s3()).remove(...args),
  };
}
