import { AccountClient, paginateListRegions } from '@aws-sdk/client-account';
import { ConfigurationError, SourceError } from '../errors.js';
import type { ReadContext } from '../pipeline/read-context.js';
import { answerOf } from './answer.js';
import { type AwsOptions, clientConfig } from './aws.js';

/**
 * The regions that are enabled for the account, by name.
 *
 * @throws ConfigurationError where that may not be asked; SourceError where it cannot be told.
 */
export async function listRegions(
  options: AwsOptions,
  context: ReadContext,
): Promise<readonly string[]> {
  const client = new AccountClient(await clientConfig('Account', options, context));
  try {
    const awsCall = { action: 'account:ListRegions', of: 'the account in use' };
    const regions = await answerOf(namesFrom(client, context.signal), awsCall, context.signal);
    if (regions.length > 0) return regions.toSorted();
    throw new SourceError('account:ListRegions named no region that is enabled');
  } catch (error) {
    const { facts } = error instanceof SourceError ? error : {};
    if (!/^AccessDenied|^NotAuthorized/.test(facts?.code ?? '')) throw error;
    throw new ConfigurationError(
      `the regions of the account could not be listed: ${(error as Error).message}`,
      { facts: { ...facts, code: 'RegionsNotListed' }, cause: error },
    );
  } finally {
    client.destroy();
  }
}

async function namesFrom(client: AccountClient, signal: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  const enabled = { RegionOptStatusContains: ['ENABLED' as const, 'ENABLED_BY_DEFAULT' as const] };
  const config = { client, pageSize: 50, stopOnSameToken: true };
  for await (const page of paginateListRegions(config, enabled, { abortSignal: signal })) {
    for (const { RegionName: name } of page.Regions ?? []) if (name !== undefined) names.push(name);
  }
  return names;
}
