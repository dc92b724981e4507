import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { SourceError } from '../../errors.js';
import type { ShardPosition } from '../../model/archive/archive-record.js';
import { answerOf } from '../../aws/answer.js';
import { RateLimit } from '../../aws/rate-limit.js';

/** What a shard gave, and how far it has been read then. */
export interface ShardPart {
  readonly records: readonly StreamRecord[];
  readonly position: ShardPosition;
}

export interface ShardRead {
  readonly client: DynamoDBStreamsClient;
  readonly stream: string;
  /** From here on; from the oldest record that there is where nothing has been read. */
  readonly from: ShardPosition;
  /** A shard that is still open is read up to this time of AWS, in seconds since 1970. */
  readonly until: number;
  readonly signal: AbortSignal;
}

/** Five reads a second are allowed for each shard (DynamoDB Developer Guide, "Quotas"). */
const READS_A_SECOND = 4.5;
/** So many empty answers in a row, each asked for after the time was reached, are the end of an open shard. */
const EMPTY_ANSWERS = 10;
/** So many iterators in a row may have expired before they were used. */
const MOST_RENEWALS = 5;

/**
 * The records of a shard in their order. A closed one ends where it ends; an open one where a record comes that is later
 * than `until`, or where ten answers in a row are empty, because an answer may be empty although records
 * follow (DynamoDB API Reference, GetRecords). An iterator that has expired is renewed.
 *
 * @throws TrimmedError where the position is older than what the stream keeps.
 */
export async function* readShard(read: ShardRead): AsyncGenerator<ShardPart> {
  const { client, stream, until, signal } = read;
  const of = `shard ${read.from.shard} of stream ${stream}`;
  const awsCall = { action: 'dynamodb:GetRecords', of };
  const pace = new RateLimit(READS_A_SECOND);
  let position = read.from;
  let iterator = await iteratorAt(position, read, of);
  let empty = 0;
  let renewed = 0;
  for (;;) {
    await pace.take(signal);
    const command = new GetRecordsCommand({ ShardIterator: iterator });
    const answer = await answerOf(
      client.send(command, { abortSignal: signal }),
      awsCall,
      signal,
    ).catch((error: unknown) => told(error, position));
    if (answer === 'expired') {
      if (++renewed > MOST_RENEWALS) throw new SourceError(`${of}: its iterators expire at once`);
      iterator = await iteratorAt(position, read, of);
      continue;
    }
    renewed = 0;
    if (!Array.isArray(answer.Records)) throw new SourceError(`${of}: an answer without records`);
    const last = answer.Records.at(-1)?.dynamodb;
    const isEnd = answer.NextShardIterator === undefined;
    if (last !== undefined || isEnd) {
      const { after, at } = position;
      position = {
        shard: position.shard,
        after: last?.SequenceNumber ?? after,
        at: secondsOf(last?.ApproximateCreationDateTime) ?? at,
        isDone: isEnd,
      };
      yield { records: answer.Records, position };
    }
    if (answer.NextShardIterator === undefined) return;
    iterator = answer.NextShardIterator;
    empty = answer.Records.length === 0 ? empty + 1 : 0;
    if (empty >= EMPTY_ANSWERS || (position.at ?? 0) > until) return;
  }
}

/** What was to be read next is older than what the stream keeps, and gone. */
export class TrimmedError extends SourceError {
  readonly position: ShardPosition;
  /** Is the shard itself gone? */
  readonly isGone: boolean;

  constructor(position: ShardPosition, isGone: boolean, cause: unknown) {
    super(
      `shard ${position.shard} of the stream no longer has what follows its last record that was read`,
      { cause },
    );
    this.position = position;
    this.isGone = isGone;
  }
}

async function iteratorAt(
  position: ShardPosition,
  { client, stream, signal }: ShardRead,
  of: string,
): Promise<string> {
  const awsCall = { action: 'dynamodb:GetShardIterator', of };
  const command = new GetShardIteratorCommand({
    StreamArn: stream,
    ShardId: position.shard,
    ...(position.after === undefined
      ? { ShardIteratorType: 'TRIM_HORIZON' }
      : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position.after }),
  });
  const answer = await answerOf(
    client.send(command, { abortSignal: signal }),
    awsCall,
    signal,
  ).catch((error: unknown) => told(error, position));
  if (answer === 'expired' || answer.ShardIterator === undefined) {
    throw new SourceError(`${awsCall.action} of ${of}: an answer without an iterator`);
  }
  return answer.ShardIterator;
}

/** An iterator that has expired is renewed; what is gone is gone. */
function told(error: unknown, position: ShardPosition): 'expired' {
  const code = error instanceof SourceError ? error.facts?.code : undefined;
  if (code === 'ExpiredIteratorException') return 'expired';
  const isGone = code === 'ResourceNotFoundException';
  if (!isGone && code !== 'TrimmedDataAccessException') throw error;
  throw new TrimmedError(position, isGone, error);
}

function secondsOf(time: Date | undefined): number | undefined {
  return time === undefined ? undefined : time.getTime() / 1000;
}
