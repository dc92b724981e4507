import { SourceError } from '../../errors.js';
import type { SharedText } from '../storage.js';
import type { Buckets, S3Call } from './buckets.js';
import { writtenHow } from './new-object.js';
import { type ObjectState, bytesOf } from './s3-object.js';
import { type S3Place, s3Url } from './s3-place.js';

/** The text of an object, and its ETag; undefined where there is none. @throws SourceError */
export async function readText(
  place: S3Place,
  buckets: Buckets,
  signal: AbortSignal,
): Promise<SharedText | undefined> {
  for (;;) {
    const state: ObjectState = { read: 0, etag: undefined, size: undefined };
    const pieces: Buffer[] = [];
    try {
      for await (const piece of bytesOf(place, buckets, signal, state)) pieces.push(piece);
      if (state.etag !== undefined) {
        return { text: Buffer.concat(pieces).toString(), version: state.etag };
      }
      throw new SourceError(`${s3Url(place)}: an answer without an ETag`);
    } catch (error) {
      if (codeOf(error) === 'NoSuchKey') return undefined;
      // Another run replaced it between the parts of it that were read.
      if (codeOf(error) !== 'PreconditionFailed') throw error;
    }
  }
}

/**
 * Replaces an object by a conditional write (Amazon S3 User Guide, "Conditional writes"): false where it is not
 * of this ETag any more, or is there although it should not be. An answer that was lost is looked up.
 *
 * @throws SourceError when it cannot be written.
 */
export async function replaceText(
  place: S3Place,
  text: string,
  version: string | undefined,
  buckets: Buckets,
  signal: AbortSignal,
): Promise<boolean> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  const { bucket, key } = place;
  const call: S3Call = { bucket, action: 's3:PutObject', of: s3Url(place) };
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: text,
    ContentType: 'application/json',
    ...writtenHow(buckets.options),
    ...(version === undefined ? { IfNoneMatch: '*' } : { IfMatch: version }),
  });
  try {
    await buckets.ask(call, (client) => client.send(command, { abortSignal: signal }), signal);
    return true;
  } catch (error) {
    if (!LOST.has(codeOf(error) ?? '')) throw error;
    // A request that was sent again finds what its first answer did not tell.
    return (await readText(place, buckets, signal))?.text === text;
  }
}

const LOST = new Set(['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey']);

/** @throws SourceError when it cannot be removed. */
export async function removeObject(
  { bucket, key }: S3Place,
  buckets: Buckets,
  signal: AbortSignal,
): Promise<void> {
  const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
  const call: S3Call = { bucket, action: 's3:DeleteObject', of: s3Url({ bucket, key }) };
  const command = new DeleteObjectCommand({ Bucket: bucket, Key: key });
  await buckets.ask(call, (client) => client.send(command, { abortSignal: signal }), signal);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof SourceError ? error.facts?.code : undefined;
}
