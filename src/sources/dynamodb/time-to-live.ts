import { DescribeTimeToLiveCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ReadContext } from '../../pipeline/read-context.js';
import { answerOf } from '../../aws/answer.js';
import { regionOf } from '../../aws/aws.js';

/** Does DynamoDB delete rows of a table by themselves? What could not be asked for is not known. */
export type TimeToLive = 'on' | 'off' | 'unknown';

/**
 * Whether rows of a table are deleted by time to live. While it is being turned off they still are (DynamoDB
 * Developer Guide, "Time to live": up to an hour). An error is a note and `unknown`, never a failure.
 */
export async function readTimeToLive(
  client: DynamoDBClient,
  table: string,
  { signal, note }: ReadContext,
): Promise<TimeToLive> {
  const of = `table ${table} in ${await regionOf(client)}`;
  const awsCall = { action: 'dynamodb:DescribeTimeToLive', of };
  const command = new DescribeTimeToLiveCommand({ TableName: table });
  try {
    const answer = await answerOf(client.send(command, { abortSignal: signal }), awsCall, signal);
    const status = answer.TimeToLiveDescription?.TimeToLiveStatus;
    if (status === undefined) throw new Error(`${awsCall.action} of ${of}: no status`);
    return status === 'DISABLED' ? 'off' : 'on';
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const why = error instanceof Error ? error.message : String(error);
    note(`whether DynamoDB deletes rows by itself (time to live) is not known: ${why}`);
    return 'unknown';
  }
}
