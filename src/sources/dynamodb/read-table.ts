import {
  type AttributeValue,
  DescribeTableCommand,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { SessionFilter } from '../../model/session/session-filter.js';
import { type Session, TABLE_FIELDS } from '../../model/session/session.js';
import type { Source } from '../../pipeline/pipe.js';
import { type Asked, answerOf } from '../aws/answer.js';
import { regionOf } from '../aws/aws.js';
import { forManyListeners } from '../aws/many-listeners.js';
import { NewestSoFar } from './newest-so-far.js';
import { repeatedTokenCheck } from '../aws/repeated-token.js';
import { merge } from '../../pipeline/merge.js';
import { ReadBudget } from '../aws/read-budget.js';
import { parseSessions, readAttribute } from '../sessions/session-rows.js';
import { type QueryPlan, type ScanPlan, type TableShape, planRead } from './table-plan.js';

export interface TableRead {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Rows outside it may be left out, and may be delivered: filter again. */
  readonly filter: SessionFilter;
  /** Segments of a Scan; by default chosen from the table's size. */
  readonly segments?: number | undefined;
  /** Read units per second that must not be exceeded. */
  readonly maxReadUnits?: number | undefined;
  /** The rows will be merged with others: do not let a status decide which are read. */
  readonly statusMayBeStale?: boolean;
  /**
   * Only so many of the newest that match are needed: an index that serves the filter is read newest first, and
   * no further than it takes to know them.
   */
  readonly newest?: number | undefined;
}

/** A page of Scan or Query, asked for with the key that the page before ended with. */
type Page = ScanCommandOutput | QueryCommandOutput;
type Key = Record<string, AttributeValue>;
type AskPage = (from: Key | undefined, limit: number) => Promise<Page>;

/** Rows of a page. DynamoDB would put thousands of small ones into its 1 MB, and a page of each segment is held. */
const MOST_ROWS = 1000;
/** Segments read side by side; more of them wait their turn. */
const SEGMENTS_AT_ONCE = 16;

/**
 * The sessions of the live table, a page a batch: by Query where an index serves the filter, by
 * parallel Scan otherwise. Each row once; in byte order of `created_at` within a Query, oldest first, or
 * newest first with `newest`; in no order in a Scan. Holds a page for each segment that is read at the moment.
 *
 * Reads are eventually consistent, and a Scan is no snapshot: rows written while it runs may be missing.
 *
 * @throws SourceError when the table cannot be read to its end.
 */
export async function* readTable(read: TableRead, context: ReadContext): Source<Session> {
  const { client, table, filter, maxReadUnits } = read;
  const of = `table ${table} in ${await regionOf(client)}`;
  const shape = await describeTable(client, table, context);
  context.meter.expected = shape.items;
  const plan = planRead(filter, shape, read);
  if (plan.kind === 'scan' && plan.missing !== undefined) {
    context.note(`${of} has no index ${plan.missing} that could be used: scanning the whole table`);
  }
  context.detail(
    plan.kind === 'scan'
      ? `scanning ${of}, about ${shape.items} items, in ${plan.segments} segments`
      : `querying index ${plan.index} of ${of} for ${plan.key} "${plan.value}", created_at from ${plan.from ?? 'the first'} to ${plan.to ?? 'the last'}`,
  );
  const budget =
    maxReadUnits === undefined
      ? undefined
      : new ReadBudget(maxReadUnits, shape.bytes / Math.max(shape.items, 1));
  if (plan.kind === 'query') {
    context.meter.expected = undefined;
    const asked = { action: 'dynamodb:Query', of: `index ${plan.index} of ${of}` };
    const isBackwards = read.newest !== undefined;
    const ask = query(client, table, plan, isBackwards, asked, context);
    const newest = read.newest === undefined ? undefined : new NewestSoFar(read.newest, filter);
    const rows = rowsOf(ask, table, budget, context, newest && pageOf(read.newest!), newest);
    yield* rows;
  } else {
    const asked = { action: 'dynamodb:Scan', of };
    const open = (signal: AbortSignal): Source<Session>[] =>
      Array.from({ length: plan.segments }, (_, segment) => {
        const ofSegment = { ...context, signal: forManyListeners(signal) };
        return rowsOf(
          scan(client, table, plan, segment, asked, ofSegment),
          table,
          budget,
          ofSegment,
        );
      });
    yield* merge(open, SEGMENTS_AT_ONCE, context.signal);
  }
}

/** How large a table is and which of its indexes serve. */
export async function describeTable(
  client: DynamoDBClient,
  table: string,
  context: ReadContext,
): Promise<TableShape> {
  const of = `table ${table} in ${await regionOf(client)}`;
  const asked = { action: 'dynamodb:DescribeTable', of };
  const { signal } = context;
  const answer = client.send(new DescribeTableCommand({ TableName: table }), {
    abortSignal: signal,
  });
  const description = (await answerOf(answer, asked, signal)).Table;
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
    items: description.ItemCount ?? 0,
    bytes: description.TableSizeBytes ?? 0,
    indexes: new Map(indexes),
  };
}

function scan(
  client: DynamoDBClient,
  table: string,
  plan: ScanPlan,
  segment: number,
  asked: Asked,
  { signal }: ReadContext,
): AskPage {
  return (from, limit) => {
    const command = new ScanCommand({
      TableName: table,
      ReturnConsumedCapacity: 'TOTAL',
      ExclusiveStartKey: from,
      Limit: limit,
      ...(plan.segments > 1 ? { Segment: segment, TotalSegments: plan.segments } : {}),
    });
    return answerOf<Page>(client.send(command, { abortSignal: signal }), asked, signal);
  };
}

/** Every attribute name is aliased: `user` and `status` are reserved words, and more will be. */
function query(
  client: DynamoDBClient,
  table: string,
  plan: QueryPlan,
  isBackwards: boolean,
  asked: Asked,
  { signal }: ReadContext,
): AskPage {
  const { key, value, from: since, to: until } = plan;
  const range =
    since !== undefined && until !== undefined
      ? ' AND #created_at BETWEEN :from AND :to'
      : since !== undefined
        ? ' AND #created_at >= :from'
        : until !== undefined
          ? ' AND #created_at <= :to'
          : '';
  return (from, limit) => {
    const command = new QueryCommand({
      TableName: table,
      IndexName: plan.index,
      KeyConditionExpression: `#key = :key${range}`,
      ExpressionAttributeNames: { '#key': key, ...(range && { '#created_at': 'created_at' }) },
      ExpressionAttributeValues: {
        ':key': { S: value },
        ...(since !== undefined && { ':from': { S: since } }),
        ...(until !== undefined && { ':to': { S: until } }),
      },
      ReturnConsumedCapacity: 'TOTAL',
      ExclusiveStartKey: from,
      Limit: limit,
      ...(isBackwards && { ScanIndexForward: false }),
    });
    return answerOf<Page>(client.send(command, { abortSignal: signal }), asked, signal);
  };
}

/** Page after page until an answer names no further key: an empty page is not the end. */
async function* rowsOf(
  askPage: AskPage,
  table: string,
  budget: ReadBudget | undefined,
  context: ReadContext,
  mostRows = MOST_ROWS,
  newest?: NewestSoFar,
): Source<Session> {
  const { meter, signal } = context;
  let from: Key | undefined;
  const isRepeated = repeatedTokenCheck();
  do {
    const allowed = await budget?.take(mostRows, signal);
    const page = await askPage(from, allowed?.limit ?? mostRows);
    if (!Array.isArray(page.Items))
      throw new SourceError(`table ${table}: an answer without items`);
    if (page.Count !== undefined && page.Count !== page.Items.length) {
      const items = page.Items.length;
      throw new SourceError(
        `table ${table}: an answer of ${items} items that counts ${page.Count}`,
      );
    }
    const consumed = page.ConsumedCapacity?.CapacityUnits ?? 0;
    if (allowed) budget?.settle(allowed.reserved, consumed, page.ScannedCount ?? 0);
    meter.pages++;
    meter.readUnits += consumed;
    from = page.LastEvaluatedKey;
    if (from !== undefined && isRepeated(JSON.stringify(from))) {
      throw new SourceError(`table ${table}: the same LastEvaluatedKey again, it would never end`);
    }
    const sessions = parseSessions(page.Items, context, {
      read: readAttribute,
      required: TABLE_FIELDS,
      placeOf: (item) => `table ${table}, id ${keyOf(item)}`,
      idOf: (item) => item?.['id']?.S,
      rawOf: (item) => item,
    });
    if (sessions.length > 0) yield sessions;
    newest?.add(sessions);
  } while (from !== undefined && newest?.isWhole(from['created_at']?.S) !== true);
}

/** Rows of a page when so many are needed: what is read beyond them is for nothing. */
function pageOf(newest: number): number {
  return Math.min(Math.max(newest * 2, 100), MOST_ROWS);
}

function keyOf(item: Record<string, AttributeValue>): string {
  return item?.['id']?.S ?? JSON.stringify(item?.['id'] ?? null);
}
