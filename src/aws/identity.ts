import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { ReadContext } from '../pipeline/read-context.js';
import { answerOf } from './answer.js';
import { type AwsOptions, clientConfig } from './aws.js';
import { forManyListeners } from './many-listeners.js';

/** Who signed the requests of a run. */
export interface Identity {
  readonly account: string;
  /** ARN of the user, or of the session of a role. */
  readonly principal: string;
}

/** Milliseconds that the answer may take once there are credentials. */
const PATIENCE = 5_000;

/**
 * Who asks, as AWS sees it. Never rejects: what is denied, or takes longer than five seconds, is a note and
 * undefined; where there are no credentials, or the run is stopped, the work itself tells that. Start it
 * beside the work and wait for it at the end.
 */
export async function readIdentity(
  options: AwsOptions,
  context: ReadContext,
  patience = PATIENCE,
): Promise<Identity | undefined> {
  let client: STSClient | undefined;
  try {
    const { retryStrategy: _, ...config } = await clientConfig('STS', options, context);
    client = new STSClient({ ...config, maxAttempts: 2 }); // the work's retries are not spent on it
    await client.config.credentials();
    await client.config.region();
  } catch {
    client?.destroy();
    return undefined;
  }
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new Error(`no answer within ${patience / 1000} s`));
  }, patience);
  const stop = forManyListeners(AbortSignal.any([context.signal, late.signal]));
  try {
    const awsCall = { action: 'sts:GetCallerIdentity', of: 'the credentials in use' };
    const answer = client.send(new GetCallerIdentityCommand({}), { abortSignal: stop });
    const { Account: account, Arn: principal } = await answerOf(answer, awsCall, stop);
    if (account !== undefined && principal !== undefined) return { account, principal };
    context.note('sts:GetCallerIdentity did not say who asks');
  } catch (error) {
    if (!context.signal.aborted) context.note(`who asks is not known: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
    client.destroy();
  }
  return undefined;
}
