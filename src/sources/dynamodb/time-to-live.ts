import { DescribeTimeToLiveCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { answerOf } from '../aws/answer.js';
import { regionOf } from '../aws/aws.js';

/** Does DynamoDB delete the rows of a table some time after they have expired? */
export type TimeToLive = 'on' | 'off' | 'unknown';

/** Asks whether a table has a time to live. What could not be asked is `unknown`, and said once. */
export async function readTimeToLive(
  client: DynamoDBClient,
  table: string,
  context: ReadContext,
): Promise<TimeToLive> {
  const of = `table ${table} in ${await regionOf(client)}`;
  const asked = { action: 'dynamodb:DescribeTimeToLive', of };
  const { signal } = context;
  const command = new DescribeTimeToLiveCommand({ TableName: table });
  try {
    const answer = await answerOf(client.send(command, { abortSignal: signal }), asked, signal);
    const status = answer.TimeToLiveDescription?.TimeToLiveStatus;
    return status === undefined ? 'unknown' : status === 'DISABLED' ? 'off' : 'on';
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    context.note(`${error.message}: ended sessions are taken as possibly deleted from the table`);
    return 'unknown';
  }
}
