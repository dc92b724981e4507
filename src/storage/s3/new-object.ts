import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { answerOf } from '../../aws/answer.js';
import { lateSignal } from '../../aws/http/late-signal.js';
import { SourceError } from '../../errors.js';
import type { NewFile } from '../storage.js';
import type { Buckets, S3Options } from './buckets.js';
import { type S3Place, s3Url } from './s3-place.js';

/** An upload holds so many parts of so many bytes; S3 takes 10,000 of them, 80 GB. */
const PARTS_AT_ONCE = 3;
const PART = 8 * 1024 * 1024;

/** How long the abortion of an upload may take. */
const PATIENCE_MS = 1500;

/**
 * Begins an object: one request while it is small, else a multipart upload, which S3 shows only when it is
 * completed. It is aborted when the object is not kept, also after an interruption; an upload that could not be
 * aborted is told of. Holds three parts of 8 MB.
 *
 * @throws SourceError when the bucket is not there.
 */
export async function createObject(
  place: S3Place,
  buckets: Buckets,
  signal: AbortSignal,
): Promise<NewFile> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  const { bucket, key } = place;
  const { options, context } = buckets;
  await reachBucket(bucket, buckets);
  const stop = new AbortController();
  const sender = new PartSender(bucket, buckets, AbortSignal.any([signal, stop.signal]));
  const stream = new PassThrough();
  const upload = new Upload({
    client: await sender.client(),
    partSize: PART,
    queueSize: PARTS_AT_ONCE,
    params: {
      Bucket: bucket,
      Key: key,
      Body: Readable.from(openWhenLeft(stream)),
      ...writtenHow(options),
    },
  });
  const call = { bucket, action: 's3:PutObject', of: s3Url(place) };
  const done = upload.done().catch(async (error: unknown) => {
    // The answer to the end of the upload may be lost; asked again, S3 no longer knows it.
    const isThere = nameOf(error) === 'NoSuchUpload' && !signal.aborted;
    if (!isThere || (await sizeOf(place, buckets)) !== sender.bytes) throw error;
  });
  const uploaded = answerOf(done, call, signal);
  // Whoever writes must hear of it at once; whoever waits for the end hears it there.
  uploaded.catch((error: unknown) => stream.destroy(error as Error));
  let isKept = false;
  return {
    stream,
    keep: async () => {
      await uploaded;
      isKept = true;
    },
    discard: async () => {
      if (isKept) return;
      stop.abort();
      stream.destroy();
      await Promise.allSettled([uploaded, finished(stream)]);
      if (upload.uploadId === undefined) return;
      const why = await abort(place, upload.uploadId, buckets);
      if (why === undefined) return;
      context.note(`an unfinished upload of ${s3Url(place)} is left, which costs money: ${why}`);
    },
  };
}

/** Who pays for an object that is written, and what encrypts it. */
export function writtenHow({
  requestPayer,
  sseKmsKeyId,
}: S3Options): Pick<
  PutObjectCommandInput,
  'RequestPayer' | 'ServerSideEncryption' | 'SSEKMSKeyId'
> {
  return {
    ...(requestPayer && { RequestPayer: 'requester' }),
    ...(sseKmsKeyId !== undefined && {
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: sseKmsKeyId,
    }),
  };
}

/** The bytes of a stream. Whoever stops reading does not close it: the writer is told why by whoever knows. */
function openWhenLeft(stream: PassThrough): AsyncIterable<Buffer> {
  const pieces = stream.iterator({ destroyOnReturn: false });
  const next = (): Promise<IteratorResult<Buffer>> =>
    pieces.next() as Promise<IteratorResult<Buffer>>;
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

/** Finds the region of a bucket. Whoever may only write is refused a look at the bucket, which is no error. */
async function reachBucket(bucket: string, buckets: Buckets): Promise<void> {
  const { HeadBucketCommand } = await import('@aws-sdk/client-s3');
  const { signal } = buckets.context;
  const call = { bucket, action: 's3:ListBucket', of: `bucket ${bucket}` };
  const command = new HeadBucketCommand({ Bucket: bucket });
  try {
    await buckets.ask(call, (client) => client.send(command, { abortSignal: signal }));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    if (error.facts?.status === 404) throw new SourceError(`there is no bucket ${bucket}`);
    if (error.facts?.status !== 403) throw error;
  }
}

/**
 * Sends the requests of an upload. Parts under way end at the signal; what begins and ends the upload may still
 * be answered for a moment, because the answer counts.
 */
class PartSender {
  bytes = 0;
  readonly #bucket: string;
  readonly #buckets: Buckets;
  readonly #signal: AbortSignal;
  readonly #late: AbortSignal;

  constructor(bucket: string, buckets: Buckets, signal: AbortSignal) {
    this.#bucket = bucket;
    this.#buckets = buckets;
    this.#signal = signal;
    this.#late = lateSignal(signal);
  }

  /** What the upload takes for a client. */
  async client(): Promise<S3Client> {
    const { config } = await this.#buckets.clientFor(this.#bucket);
    const send = (command: Command): Promise<unknown> => this.#send(command);
    return { config, send } as unknown as S3Client;
  }

  async #send(command: Command): Promise<unknown> {
    const { Body: body } = command.input;
    const abortSignal = body === undefined ? this.#late : this.#signal;
    const answer = await this.#buckets.send(this.#bucket, (client) =>
      client.send(command as never, { abortSignal }),
    );
    if (Buffer.isBuffer(body)) {
      this.bytes += body.length;
      this.#buckets.context.meter.storageBytes += body.length;
    }
    return answer;
  }
}

interface Command {
  readonly input: { readonly Body?: unknown };
}

/** Why an upload could not be aborted; undefined where it was, or was not there any more. */
async function abort(
  { bucket, key }: S3Place,
  uploadId: string,
  buckets: Buckets,
): Promise<string | undefined> {
  const { AbortMultipartUploadCommand } = await import('@aws-sdk/client-s3');
  const { RequestPayer } = writtenHow(buckets.options);
  const upload = {
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    ...(RequestPayer && { RequestPayer }),
  };
  const abortSignal = AbortSignal.timeout(PATIENCE_MS);
  try {
    await buckets.send(bucket, (client) =>
      client.send(new AbortMultipartUploadCommand(upload), { abortSignal }),
    );
    return undefined;
  } catch (error) {
    if (nameOf(error) === 'NoSuchUpload') return undefined;
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/** How many bytes an object has; undefined where it cannot be told. */
async function sizeOf({ bucket, key }: S3Place, buckets: Buckets): Promise<number | undefined> {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  const { RequestPayer } = writtenHow(buckets.options);
  const command = new HeadObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(RequestPayer && { RequestPayer }),
  });
  const { signal } = buckets.context;
  return buckets
    .send(bucket, (client) => client.send(command, { abortSignal: signal }))
    .then(({ ContentLength }) => ContentLength)
    .catch(() => undefined);
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}
