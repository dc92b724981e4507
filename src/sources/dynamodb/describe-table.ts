import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { answerOf } from '../../aws/answer.js';
import { regionOf } from '../../aws/aws.js';
import type { TableShape } from './table-plan.js';

/** How large a table is and which of its indexes serve. */
export async function describeTable(
  client: DynamoDBClient,
  table: string,
  context: ReadContext,
): Promise<TableShape> {
  const of = `table ${table} in ${await regionOf(client)}`;
  const awsCall = { action: 'dynamodb:DescribeTable', of };
  const { signal } = context;
  const answer = client.send(new DescribeTableCommand({ TableName: table }), {
    abortSignal: signal,
  });
  const description = (await answerOf(answer, awsCall, signal)).Table;
  if (description === undefined)
    throw new SourceError(`dynamodb:DescribeTable of ${of}: no answer`);
  const indexes = (description.GlobalSecondaryIndexes ?? []).flatMap((index) => {
    const partition = index.KeySchema?.find((key) => key.KeyType === 'HASH')?.AttributeName;
    const sort = index.KeySchema?.find((key) => key.KeyType === 'RANGE')?.AttributeName;
    const usable =
      sort === 'created_at' &&
      (index.IndexStatus ?? 'ACTIVE') === 'ACTIVE' &&
      (index.Projection?.ProjectionType ?? 'ALL') === 'ALL' &&
      index.IndexName === `gsi-${partition}`;
    return usable ? [[partition!, index.IndexName!] as const] : [];
  });
  return {
    arn: description.TableArn ?? '',
    id: description.TableId ?? description.CreationDateTime?.toISOString() ?? '',
    items: description.ItemCount ?? 0,
    bytes: description.TableSizeBytes ?? 0,
    indexes: new Map(indexes),
  };
}
