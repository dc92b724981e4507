import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { answerOf } from '../../aws/answer.js';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { NewFile } from '../storage.js';
import type { Buckets, S3Options } from './buckets.js';
import { type S3Place, s3Url } from './s3-place.js';

/** An upload holds so many parts of so many bytes; S3 takes 10,000 of them, 80 GB. */
const PARTS_AT_ONCE = 3;
const PART = 8 * 1024 * 1024;

/**
 * Begins an object: one request while it is small, else a multipart upload, which S3 shows only when it is
 * completed. It is aborted when the object is not kept, also after an interruption. Holds three parts of 8 MB.
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
  const client = await bucketReached(bucket, buckets);
  const stop = new AbortController();
  const stream = new PassThrough();
  const upload = new Upload({
    client: stoppable(client, context, AbortSignal.any([signal, stop.signal])),
    partSize: PART,
    queueSize: PARTS_AT_ONCE,
    params: {
      Bucket: bucket,
      Key: key,
      Body: Readable.from(openWhenLeft(stream)),
      ...writtenHow(options),
    },
  });
  const call = { action: 's3:PutObject', of: s3Url(place) };
  const uploaded = answerOf(upload.done(), call, signal);
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
      await abort(client, place, upload.uploadId);
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

/** The client for the region of a bucket. Whoever may only write is refused a look at the bucket, which is no error. */
async function bucketReached(bucket: string, buckets: Buckets): Promise<S3Client> {
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
  return buckets.clientFor(bucket);
}

/** The same client; parts under way end at a signal. What begins and ends an upload does not: its answer counts. */
function stoppable(client: S3Client, { meter }: ReadContext, signal: AbortSignal): S3Client {
  const send = async (command: Command): Promise<unknown> => {
    meter.storageRequests++;
    const body = command.input.Body;
    if (body === undefined) return client.send(command as never);
    const answer: unknown = await client.send(command as never, { abortSignal: signal });
    if (Buffer.isBuffer(body)) meter.storageBytes += body.length;
    return answer;
  };
  return { config: client.config, send } as unknown as S3Client;
}

interface Command {
  readonly input: { readonly Body?: unknown };
}

/** What is not there any more is as good as aborted. */
async function abort(
  client: S3Client,
  place: S3Place,
  uploadId: string | undefined,
): Promise<void> {
  if (uploadId === undefined) return;
  const { AbortMultipartUploadCommand } = await import('@aws-sdk/client-s3');
  const upload = { Bucket: place.bucket, Key: place.key, UploadId: uploadId };
  await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
}
