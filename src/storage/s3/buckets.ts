import type { S3Client } from '@aws-sdk/client-s3';
import { answerOf } from '../../aws/answer.js';
import { type AwsOptions, clientConfig } from '../../aws/aws.js';
import { forManyListeners } from '../../aws/many-listeners.js';
import type { ReadContext } from '../../pipeline/read-context.js';

/** How buckets are asked. */
export interface S3Options extends AwsOptions {
  /** Whoever asks pays for requests and bytes, where a bucket is set up so. */
  readonly requestPayer?: boolean | undefined;
  /** The key that encrypts what is written; the bucket's own when it is left out. */
  readonly sseKmsKeyId?: string | undefined;
}

/** What is asked of which object or bucket, for the one line that an error becomes. */
export interface S3Call {
  readonly bucket: string;
  /** `s3:GetObject`, as IAM spells it. */
  readonly action: string;
  /** `s3://logs/AWSLogs/x.json.gz`, `bucket logs`. */
  readonly of: string;
}

/** Where a bucket is looked for first when no region is known: its answer says where it is. */
const ANY_REGION = 'us-east-1';

/**
 * The clients of a run for S3, one for each region in which it has a bucket. A bucket elsewhere than in the
 * region in use is found by the redirect of S3 (Amazon S3 User Guide, "Making requests using the REST API"),
 * once. Requests are counted.
 */
export class Buckets {
  readonly options: S3Options;
  readonly context: ReadContext;
  readonly #clients = new Map<string, Promise<S3Client>>();
  readonly #regions = new Map<string, string>();

  constructor(options: S3Options, context: ReadContext) {
    this.options = options;
    this.context = { ...context, signal: forManyListeners(context.signal) };
  }

  /** The client for the region of a bucket, as far as that is known. */
  clientFor(bucket: string): Promise<S3Client> {
    const region = this.#regions.get(bucket) ?? '';
    const client = this.#clients.get(region) ?? this.#connect(region);
    this.#clients.set(region, client);
    return client;
  }

  /**
   * Asks the region of a bucket.
   *
   * @throws SourceError when it is refused, or not answered in minutes.
   */
  ask<T>(
    call: S3Call,
    send: (client: S3Client) => Promise<T>,
    signal = this.context.signal,
  ): Promise<T> {
    return answerOf(this.send(call.bucket, send), call, signal);
  }

  /** Sends a request that may be sent twice to the region of its bucket. Rejects with the error of the SDK. */
  async send<T>(bucket: string, send: (client: S3Client) => Promise<T>): Promise<T> {
    const client = await this.clientFor(bucket);
    try {
      this.context.meter.storageRequests++;
      return await send(client);
    } catch (error) {
      const region = regionTold(error);
      if (region === undefined || region === (await client.config.region())) throw error;
      this.#regions.set(bucket, region);
      this.context.meter.storageRequests++;
      return send(await this.clientFor(bucket));
    }
  }

  async #connect(region: string): Promise<S3Client> {
    const { S3Client: Client } = await import('@aws-sdk/client-s3');
    const options = region === '' ? this.options : { ...this.options, region };
    const config = await clientConfig('S3', options, this.context);
    const { endpoint } = config;
    const isAtOwnEndpoint = typeof endpoint === 'string' && !isOfAws(endpoint);
    const client = new Client({ ...config, ...(isAtOwnEndpoint && { forcePathStyle: true }) });
    const isKnown = await client.config.region().then(
      () => true,
      () => false,
    );
    return isKnown ? client : this.#connect(ANY_REGION);
  }
}

function isOfAws(endpoint: string): boolean {
  return /\.amazonaws\.com(?:\.cn)?$/.test(
    URL.canParse(endpoint) ? new URL(endpoint).hostname : '',
  );
}

/** The region of the bucket, where an error names it: a redirect does, and an answer to HEAD in its headers. */
function regionTold(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { $metadata, $response, Region } = error as {
    $metadata?: { httpStatusCode?: number };
    $response?: { headers?: Readonly<Record<string, string>> };
    Region?: unknown;
  };
  const status = $metadata?.httpStatusCode;
  const { 'x-amz-bucket-region': told, location = '' } = $response?.headers ?? {};
  if (told !== undefined) return told;
  if (status === 400 && typeof Region === 'string') return Region; // the signature was for another
  if (status !== 301 && status !== 307) return undefined;
  return /\.s3[.-]([a-z0-9-]+)\.amazonaws\.com/.exec(location)?.[1];
}
