import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { SYSTEM_CLOCK } from '../../aws/clock.js';
import { RETRY_BUDGET } from '../../aws/retry.js';
import { SourceError } from '../../errors.js';
import type { StoredFile } from '../storage.js';
import type { Buckets } from './buckets.js';
import { type S3Place, s3Url } from './s3-place.js';

/** An object, and what a listing says of it. */
export interface S3Object extends S3Place {
  readonly etag?: string | undefined;
  /** In bytes. */
  readonly size?: number | undefined;
  /** `STANDARD`, `GLACIER`. */
  readonly storageClass?: string | undefined;
}

/** A file of S3 knows its place. */
export interface S3File extends StoredFile {
  readonly object: S3Object;
}

/** An object as a file to read. */
export function s3File(object: S3Object, buckets: Buckets): S3File {
  const url = s3Url(object);
  const open = (signal: AbortSignal): AsyncIterable<Buffer> => bytesOf(object, buckets, signal);
  return { object, id: url, name: url, size: object.size, rereadable: true, isFar: true, open };
}

const LONGEST_DELAY = 20_000;

/** How far an object has been read, and what it is. */
export interface ObjectState {
  read: number;
  etag: string | undefined;
  size: number | undefined;
}

/**
 * The bytes of an object. An answer that breaks off goes on where it did, under the same ETag, for as long as
 * bytes come at least every five minutes.
 *
 * @throws SourceError when it cannot be read to its end, or was replaced meanwhile.
 */
export async function* bytesOf(
  object: S3Object,
  buckets: Buckets,
  signal: AbortSignal,
  state: ObjectState = { read: 0, etag: object.etag, size: object.size },
): AsyncGenerator<Buffer> {
  const { meter } = buckets.context;
  let failures = 0;
  let failing = 0;
  for (;;) {
    const answer = await askFrom(object, state, buckets, signal);
    state.etag ??= answer.ETag;
    state.size ??= answer.ContentLength;
    try {
      for await (const piece of answer.Body as AsyncIterable<Buffer>) {
        state.read += piece.length;
        meter.storageBytes += piece.length;
        failures = 0;
        yield piece;
      }
      if (state.size === undefined || state.read === state.size) return;
      throw new Error(`it ends after ${state.read} of ${state.size} bytes`);
    } catch (error) {
      signal.throwIfAborted();
      const now = SYSTEM_CLOCK.now();
      if (failures === 0) failing = now;
      const isWhole = state.read >= (state.size ?? Infinity); // then its checksum is wrong
      if (isWhole || now - failing > RETRY_BUDGET) throw cutOff(error);
      meter.retries++;
      const delay = Math.random() * Math.min(100 * 2 ** failures++, LONGEST_DELAY);
      await SYSTEM_CLOCK.sleep(delay, signal);
    }
  }
}

async function askFrom(
  object: S3Object,
  { read, etag }: { readonly read: number; readonly etag: string | undefined },
  buckets: Buckets,
  signal: AbortSignal,
): Promise<GetObjectCommandOutput> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const { bucket, key } = object;
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(etag !== undefined && { IfMatch: etag }),
    ...(read > 0 && { Range: `bytes=${read}-` }),
    ...(buckets.options.requestPayer && { RequestPayer: 'requester' }),
  });
  const call = { bucket, action: 's3:GetObject', of: s3Url(object) };
  const send = (client: {
    send: (one: typeof command, how: object) => Promise<GetObjectCommandOutput>;
  }) => client.send(command, { abortSignal: signal });
  const answer = await buckets.ask(call, send, signal).catch((error: unknown) => {
    throw toldOf(error, object);
  });
  if (read > 0 && answer.ContentRange?.startsWith(`bytes ${read}-`) !== true) {
    throw new SourceError(
      `${call.action} of ${call.of}: it was asked for from byte ${read}, and answered otherwise`,
    );
  }
  return answer;
}

/** What became of an object since it was listed, where that is why it cannot be read. */
function toldOf(error: unknown, { storageClass }: S3Object): unknown {
  if (!(error instanceof SourceError)) return error;
  const { facts } = error;
  const texts: Readonly<Record<string, string>> = {
    NoSuchKey: 'it is not there any more',
    PreconditionFailed: 'it was replaced while it was read',
    InvalidObjectState: `it is archived (${storageClass ?? 'by its storage class'}) and must be restored before it can be read`,
  };
  const text = texts[facts?.code ?? ''];
  return text === undefined ? error : new SourceError(text, { facts, cause: error });
}

function cutOff(error: unknown): SourceError {
  const why = error instanceof Error ? error.message : String(error);
  return new SourceError(`it could not be read to its end: ${why}`, { cause: error });
}
