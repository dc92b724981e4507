import type { CallerIdentity } from '../model/coverage/caller-identity.js';
import type { ReadContext } from '../pipeline/read-context.js';
import type { AwsOptions } from '../aws/aws.js';

/**
 * Asks AWS beside the work who signs the requests; undefined where AWS is not asked for anything, or does
 * not say. Never rejects, and takes five seconds at the most.
 */
export async function whoAsks(
  options: AwsOptions | undefined,
  context: ReadContext,
): Promise<CallerIdentity | undefined> {
  if (options === undefined) return undefined;
  const { readIdentity } = await import('../aws/identity.js');
  const identity = await readIdentity(options, context);
  return identity && { account: identity.account, arn: identity.principal };
}

/** A line of the summary. */
export function identityLines(identity: CallerIdentity | undefined): readonly string[] {
  return identity === undefined ? [] : [`asked as ${identity.arn} (account ${identity.account})`];
}
