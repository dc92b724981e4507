import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
} from '@aws-sdk/client-dynamodb-streams';
import { SourceError } from '../../errors.js';
import type { Shard } from '../../model/archive/archive-plan.js';
import { answerOf } from '../../aws/answer.js';
import { repeatedTokenCheck } from '../../aws/repeated-token.js';

/** The shards of a stream that still exist, closed ones too, in no order. */
export async function listShards(
  client: DynamoDBStreamsClient,
  stream: string,
  signal: AbortSignal,
): Promise<readonly Shard[]> {
  const awsCall = { action: 'dynamodb:DescribeStream', of: `stream ${stream}` };
  const shards: Shard[] = [];
  const isRepeated = repeatedTokenCheck();
  let from: string | undefined;
  do {
    const command = new DescribeStreamCommand({
      StreamArn: stream,
      ...(from !== undefined && { ExclusiveStartShardId: from }),
    });
    const answer = await answerOf(client.send(command, { abortSignal: signal }), awsCall, signal);
    const page = answer.StreamDescription;
    if (!Array.isArray(page?.Shards))
      throw new SourceError(`stream ${stream}: an answer without shards`);
    for (const { ShardId, ParentShardId } of page.Shards) {
      if (ShardId === undefined) throw new SourceError(`stream ${stream}: a shard without an id`);
      shards.push({ id: ShardId, parent: ParentShardId });
    }
    from = page.LastEvaluatedShardId;
    if (from !== undefined && isRepeated(from)) {
      throw new SourceError(`stream ${stream}: the same page of shards again, it would never end`);
    }
  } while (from !== undefined);
  return shards;
}
