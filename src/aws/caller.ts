import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { SourceError } from '../errors.js';
import type { ReadContext } from '../pipeline/read-context.js';
import { sentinelUser } from '../model/session/sentinel-user.js';
import { answerOf } from './answer.js';
import { type AwsOptions, clientConfig, regionOf } from './aws.js';

/**
 * The Sentinel user behind the credentials in use.
 *
 * @throws SourceError when AWS does not say who is calling, or the name has no letter and no digit.
 */
export async function readCaller(options: AwsOptions, context: ReadContext): Promise<string> {
  const client = new STSClient(await clientConfig('STS', options, context));
  try {
    const awsCall = { action: 'sts:GetCallerIdentity', of: `region ${await regionOf(client)}` };
    const answer = client.send(new GetCallerIdentityCommand({}), { abortSignal: context.signal });
    const { Arn: arn = '' } = await answerOf(answer, awsCall, context.signal);
    const user = sentinelUser(arn);
    if (user !== '') return user;
    throw new SourceError(`no Sentinel user can be told from the caller ${arn || '(no ARN)'}`, {
      facts: { action: 'sts:GetCallerIdentity', code: 'NoSentinelUser', resource: arn },
    });
  } finally {
    client.destroy();
  }
}
