import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { SessionFilter } from '../../model/session/session-filter.js';
import { type Session, TABLE_FIELDS } from '../../model/session/session.js';
import type { Source } from '../../pipeline/pipe.js';
import { regionOf } from '../../aws/aws.js';
import { forManyListeners } from '../../aws/many-listeners.js';
import { type AskPage, type Key, query, scan } from './ask-page.js';
import { describeTable } from './describe-table.js';
import { NewestSoFar } from './newest-so-far.js';
import { repeatedTokenCheck } from '../../aws/repeated-token.js';
import { merge } from '../../pipeline/merge.js';
import { ReadBudget } from '../../aws/read-budget.js';
import { FieldNames } from '../sessions/field-names.js';
import { parseSessions, readAttribute } from '../sessions/session-rows.js';
import { planRead } from './table-plan.js';

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
  const names = new FieldNames();
  const reading = { table, budget, names };
  if (plan.kind === 'query') {
    context.meter.expected = undefined;
    const awsCall = { action: 'dynamodb:Query', of: `index ${plan.index} of ${of}` };
    const { newest } = read;
    const ask = query(
      { client, table, awsCall, signal: context.signal },
      plan,
      newest !== undefined,
    );
    yield* newest === undefined
      ? rowsOf(ask, reading, context)
      : rowsOf(ask, { ...reading, ...newestOnly(newest, filter) }, context);
  } else {
    const awsCall = { action: 'dynamodb:Scan', of };
    const open = (stop: AbortSignal): Source<Session>[] =>
      Array.from({ length: plan.segments }, (_, segment) => {
        const signal = forManyListeners(stop);
        const ask = scan({ client, table, awsCall, signal }, plan, segment);
        return rowsOf(ask, reading, { ...context, signal });
      });
    yield* merge(open, SEGMENTS_AT_ONCE, context.signal);
  }
  const misspelt = names.misspelt();
  if (misspelt.length > 0) {
    context.note(`${of} has attributes that are not read: ${misspelt.join(', ')}`);
  }
}

/** How the pages of a table are read. */
interface Reading {
  readonly table: string;
  readonly budget: ReadBudget | undefined;
  readonly names: FieldNames;
  readonly mostRows?: number;
  readonly newest?: NewestSoFar;
}

/** What is read beyond so many of the newest is for nothing. */
function newestOnly(limit: number, filter: SessionFilter): Pick<Reading, 'mostRows' | 'newest'> {
  const mostRows = Math.min(Math.max(limit * 2, 100), MOST_ROWS);
  return { mostRows, newest: new NewestSoFar(limit, filter) };
}

/** Page after page until an answer names no further key: an empty page is not the end. */
async function* rowsOf(
  askPage: AskPage,
  { table, budget, names, mostRows = MOST_ROWS, newest }: Reading,
  context: ReadContext,
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
    for (const item of page.Items) names.note(Object.keys(item ?? {}));
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
  if (from !== undefined) meter.isCut = true;
}

function keyOf(item: Key): string {
  return item?.['id']?.S ?? JSON.stringify(item?.['id'] ?? null);
}
