import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { ConfigurationError } from '../errors.js';
import { problemOfRegion } from '../model/aws/region.js';
import type { ReadContext } from '../pipeline/read-context.js';
import type { Service } from './credentials/endpoint.js';
import type { Environment } from './environment.js';
import type { AwsHttpHandler } from './http/aws-http-handler.js';
import { PatientRetry } from './retry.js';

const ignore = (): void => {};

/** Where AWS is and who is asking; what is undefined, the SDK finds as it always does. */
export interface AwsOptions {
  readonly region?: string | undefined;
  readonly awsProfile?: string | undefined;
  /** For every service; the SDK's own `AWS_ENDPOINT_URL*` variables work besides. */
  readonly endpointUrl?: string | undefined;
  /**
   * What the program was started with: keys, profile, endpoints, proxy and certificates of the user's. Left
   * out, what the SDK itself reads from the process counts, and no more.
   */
  readonly env?: Environment | undefined;
}

export type SharedConfig = Pick<
  DynamoDBClientConfig,
  | 'region'
  | 'profile'
  | 'endpoint'
  | 'ignoreConfiguredEndpointUrls'
  | 'credentials'
  | 'retryStrategy'
  | 'requestHandler'
  | 'logger'
>;

/** How long is waited, in milliseconds. */
export interface Patience {
  /** For the head of an answer. */
  readonly head?: number;
  /** For the next byte of its body. */
  readonly idle?: number;
}

/** An answer that gives no byte for so long is cut. */
const IDLE = 30_000;

/**
 * What every client of this program is made with: the credentials, region and endpoint that the user's
 * surroundings name, by the rules of the AWS CLI; minutes of patience, counted; time-outs that really end a
 * request; and a logger without `info`, for which the SDK would build a copy of every page. What reads the
 * user's files and speaks HTTP is loaded here, so that who reads files alone loads none of it.
 *
 * @throws ConfigurationError for a profile, a region or certificates that are not there.
 */
export async function clientConfig(
  service: Service,
  options: AwsOptions,
  context: ReadContext,
  { head = IDLE, idle = IDLE }: Patience = {},
): Promise<SharedConfig> {
  const { env, endpointUrl } = options;
  const connection = await import('./http/connection.js');
  const { openAccess, regionIn, endpointFor, AwsHttpHandler: Handler } = connection;
  const logger = { debug: ignore, warn: ignore, error: ignore } as NonNullable<
    SharedConfig['logger']
  >;
  const makeHandler = (certificates: string | undefined): AwsHttpHandler =>
    new Handler({ env: env ?? {}, certificates, headTimeout: head, idleTimeout: idle });
  const makeRetry = (): PatientRetry =>
    new PatientRetry(() => context.meter.retries++, { waiting: context.waiting });
  const { profile, certificates, credentials } = await openAccess(options, context, {
    makeHandler,
    makeRetry,
    logger,
  });
  const endpoint = endpointUrl ?? (env && endpointFor(service, env, profile));
  const region = options.region ?? (env && regionIn(env, profile));
  if (region !== undefined) checkRegion(region, endpoint !== undefined);
  return {
    ...(region !== undefined && { region }),
    ...(profile.name !== undefined && { profile: profile.name }),
    ...(endpoint !== undefined && { endpoint }),
    ignoreConfiguredEndpointUrls: env !== undefined,
    credentials,
    retryStrategy: makeRetry(),
    requestHandler: makeHandler(certificates),
    logger,
  };
}

function checkRegion(region: string, atOwnEndpoint: boolean): void {
  const problem = problemOfRegion(region, atOwnEndpoint);
  if (problem === undefined) return;
  throw new ConfigurationError(problem.message, {
    hint: problem.hint,
    facts: { code: 'NoSuchRegion', resource: region },
  });
}

/**
 * The region a client will ask.
 *
 * @throws ConfigurationError when neither option, environment nor profile names one.
 */
export async function regionOf(client: {
  readonly config: { region: () => Promise<string> };
}): Promise<string> {
  try {
    return await client.config.region();
  } catch {
    throw new ConfigurationError('no AWS region is known', { facts: { code: 'NoRegion' } });
  }
}
