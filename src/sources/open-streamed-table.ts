import { clientConfig } from '../aws/aws.js';
import { serverTime } from '../aws/server-time.js';
import type { Shard } from '../model/archive/archive-plan.js';
import { NO_FILTER } from '../model/session/session-filter.js';
import type { Session } from '../model/session/session.js';
import type { Source } from '../pipeline/pipe.js';
import type { ReadContext } from '../pipeline/read-context.js';
import type { S3Options } from '../storage/s3/buckets.js';
import type { StreamedTable } from './streams/describe-table.js';
import type { ShardPart } from './streams/read-shard.js';
import type { StreamRead } from './streams/read-stream.js';

/** A live table that is read as a whole, and whose stream is followed. */
export interface StreamedTableFrom extends S3Options {
  readonly table: string;
  readonly segments: number | undefined;
  readonly maxRcu: number | undefined;
}

/** A table and its stream, to be read. */
export interface TableAndStream {
  /** The time of AWS, in whole seconds since 1970. */
  readonly now: () => number;
  /** @throws SourceError where there is no stream that holds the rows. */
  readonly describe: () => Promise<StreamedTable>;
  readonly shards: (stream: string) => Promise<readonly Shard[]>;
  /** All rows of the table. */
  readonly rows: (context: ReadContext) => Source<Session>;
  /** What the stream shows. @throws TrimmedError */
  readonly changes: (read: Omit<StreamRead, 'client' | 'signal'>) => Source<ShardPart>;
  readonly close: () => void;
}

/** Opens the clients; nothing is asked yet. `now` is this machine's time, in seconds since 1970. */
export async function openStreamedTable(
  from: StreamedTableFrom,
  now: () => number,
  context: ReadContext,
): Promise<TableAndStream> {
  const [
    tables,
    streams,
    { readTable },
    { describeStreamedTable },
    { listShards },
    { readStream },
  ] = await Promise.all([
    import('./dynamodb/client.js'),
    import('@aws-sdk/client-dynamodb-streams'),
    import('./dynamodb/read-table.js'),
    import('./streams/describe-table.js'),
    import('./streams/list-shards.js'),
    import('./streams/read-stream.js'),
  ]);
  const client = new tables.DynamoDBClient(await clientConfig('DynamoDB', from, context));
  const config = await clientConfig('DynamoDB Streams', from, context);
  const stream = new streams.DynamoDBStreamsClient(config);
  const { signal } = context;
  const { table, segments, maxRcu: maxReadUnits } = from;
  return {
    now: serverTime([client, stream], now),
    describe: () => describeStreamedTable(client, table, context),
    shards: (arn) => listShards(stream, arn, signal),
    rows: (reading) =>
      readTable({ client, table, filter: NO_FILTER, segments, maxReadUnits }, reading),
    changes: (read) => readStream({ ...read, client: stream, signal }),
    close: () => {
      client.destroy();
      stream.destroy();
    },
  };
}
