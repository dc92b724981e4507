import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { SourceError } from '../../errors.js';
import { parseInstant } from '../../model/time/instant.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { answerOf } from '../../aws/answer.js';
import { regionOf } from '../../aws/aws.js';

/** A table, and the stream of its changes. */
export interface StreamedTable {
  readonly arn: string;
  /** Another one for each table of the same name. */
  readonly id: string;
  readonly region: string;
  /** The ARN of the stream. */
  readonly stream: string;
  /** When the stream was turned on, in seconds since 1970. */
  readonly since: number;
  /** About how much the table holds, up to six hours ago. */
  readonly items: number;
  readonly bytes: number;
}

/** Streams that hold each row as it became, which is all that an archive needs. */
const VIEWS: ReadonlySet<string | undefined> = new Set(['NEW_AND_OLD_IMAGES', 'NEW_IMAGE']);

/**
 * The table and its stream.
 *
 * @throws SourceError where it has none that holds the rows; the facts have the code `NoStream`.
 */
export async function describeStreamedTable(
  client: DynamoDBClient,
  name: string,
  { signal }: ReadContext,
): Promise<StreamedTable> {
  const region = await regionOf(client);
  const of = `table ${name} in ${region}`;
  const awsCall = { action: 'dynamodb:DescribeTable', of };
  const command = new DescribeTableCommand({ TableName: name });
  const { Table } = await answerOf(client.send(command, { abortSignal: signal }), awsCall, signal);
  const { TableArn, StreamSpecification, LatestStreamArn, LatestStreamLabel } = Table ?? {};
  const id = Table?.TableId ?? Table?.CreationDateTime?.toISOString();
  if (TableArn === undefined || id === undefined) {
    throw new SourceError(`${awsCall.action} of ${of}: an answer without the table`);
  }
  const facts = { code: 'NoStream', resource: name };
  if (StreamSpecification?.StreamEnabled !== true || LatestStreamArn === undefined) {
    throw new SourceError(`${of} has no stream, so nothing tells which rows it had`, { facts });
  }
  const view = StreamSpecification.StreamViewType;
  if (!VIEWS.has(view)) {
    throw new SourceError(`the stream of ${of} holds ${view}, and no rows as they became`, {
      facts,
    });
  }
  return {
    arn: TableArn,
    id,
    region,
    stream: LatestStreamArn,
    since: secondsOf(LatestStreamLabel),
    items: Table?.ItemCount ?? 0,
    bytes: Table?.TableSizeBytes ?? 0,
  };
}

/** A label is a time without a zone, in UTC; one that is none says nothing. */
function secondsOf(label = ''): number {
  const instant = parseInstant(label.endsWith('Z') ? label : `${label}Z`);
  return instant === undefined ? Infinity : instant.seconds + instant.nanos / 1e9;
}
