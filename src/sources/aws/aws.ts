import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { SourceError, UsageError } from '../../errors.js';
import { printable } from '../../text/terminal-text.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { PatientRetry } from './retry.js';

const ignore = (): void => {};

/** Where AWS is and who is asking; what is undefined, the SDK finds as it always does. */
export interface AwsOptions {
  readonly region?: string | undefined;
  readonly awsProfile?: string | undefined;
  /** For every service; the SDK's own `AWS_ENDPOINT_URL*` variables work besides. */
  readonly endpointUrl?: string | undefined;
}

type SharedConfig = Pick<
  DynamoDBClientConfig,
  'region' | 'profile' | 'endpoint' | 'retryStrategy' | 'requestHandler' | 'logger'
>;

/**
 * What every client of this program is made with: minutes of patience, counted; time-outs that really
 * end a request; and a logger without `info`, for which the SDK would build a copy of every page.
 * An answer that takes longer than `requestTimeout`, in milliseconds, is not waited for.
 */
export function clientConfig(
  options: AwsOptions,
  context: ReadContext,
  requestTimeout = 30_000,
): SharedConfig {
  return {
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.awsProfile === undefined ? {} : { profile: options.awsProfile }),
    ...(options.endpointUrl === undefined ? {} : { endpoint: options.endpointUrl }),
    retryStrategy: new PatientRetry(() => context.meter.retries++),
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: { keepAlive: true, maxSockets: 64 },
    },
    logger: { debug: ignore, warn: ignore, error: ignore } as NonNullable<SharedConfig['logger']>,
  };
}

/**
 * The region a client will ask.
 *
 * @throws UsageError when neither option, environment nor profile names one.
 */
export async function regionOf(client: {
  readonly config: { region: () => Promise<string> };
}): Promise<string> {
  try {
    return await client.config.region();
  } catch (error) {
    throw new UsageError(
      '--region',
      `no AWS region is known${error instanceof Error ? ` (${error.message})` : ''}`,
      'give --region eu-west-1, set AWS_REGION, or put a region into the AWS profile',
    );
  }
}

/** What was asked, of what: for the one line that an error becomes. */
export interface Asked {
  /** `dynamodb:Scan`, as IAM spells it. */
  readonly action: string;
  /** `table sentinel-sessions in eu-west-1`. */
  readonly of: string;
}

/** Waits for an answer of AWS. An abort becomes the signal's own reason, any other error a SourceError. */
export async function answerOf<T>(
  answer: Promise<T>,
  asked: Asked,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw sourceError(error, asked);
  }
}

function sourceError(error: unknown, { action, of }: Asked): SourceError {
  const { name, message, attempts } = factsOf(error);
  const tries = attempts > 1 ? ` (tried ${attempts} times)` : '';
  return new SourceError(`${action} of ${of}: ${name}: ${printable(message)}${tries}`, {
    hint: hintFor(name, action, of),
    cause: error,
  });
}

function factsOf(error: unknown): { name: string; message: string; attempts: number } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), attempts: 1 };
  const code = 'code' in error ? String(error.code) : '';
  const metadata = '$metadata' in error ? (error.$metadata as { attempts?: number }) : {};
  return {
    name: error.name === 'Error' || error.name === 'AggregateError' ? code || 'Error' : error.name,
    // The SDK adds lines for programmers.
    message: error.message.split('\n', 1)[0] || code || 'no further word',
    attempts: metadata.attempts ?? 1,
  };
}

function hintFor(name: string, action: string, of: string): string | undefined {
  const isTable = action.startsWith('dynamodb:');
  if (/^AccessDenied|^NotAuthorized/.test(name)) {
    const key = isTable ? ' on it, with kms:Decrypt on its key' : '';
    return `allow ${action}${key}; docs/operations.md lists every permission`;
  }
  if (/^(ExpiredToken|RequestExpired|ExpiredTokenException)/.test(name)) {
    return 'the credentials have expired: renew them (for example: aws sso login) and run this again';
  }
  if (
    /^(UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature)/.test(
      name,
    )
  ) {
    return 'AWS does not take these credentials: check --aws-profile and the AWS_* variables';
  }
  if (/^(CredentialsProvider|TokenProvider|NoCredentials)/.test(name)) {
    return 'no usable credentials: give --aws-profile, set AWS_PROFILE, or log in (for example: aws sso login)';
  }
  if (name === 'InvalidRequestException' && action === 'athena:StartQueryExecution') {
    return 'check --athena-workgroup, and give --athena-output s3://… where it has no place for results';
  }
  if (name === 'MetadataException') {
    return `there is no ${of}: check --athena-table, --athena-catalog and --region`;
  }
  if (name === 'ResourceNotFoundException') {
    return `there is no ${of}: check --table, --region and the account of the credentials`;
  }
  if (/^(ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|TimeoutError)/.test(name)) {
    return 'nothing answers there: check --region, --endpoint-url and the network';
  }
  if (/Throttl|ProvisionedThroughput|RequestLimit/.test(name)) {
    return isTable
      ? 'the table had no capacity left for five minutes: try later, or with a lower --max-rcu'
      : 'others in the account have used up the allowance for five minutes: try later';
  }
  return undefined;
}
