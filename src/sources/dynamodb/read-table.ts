import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { SessionFilter } from '../../model/session/session-filter.js';
import type { Session } from '../../model/session/session.js';
import type { Source } from '../../pipeline/pipe.js';
import { regionOf } from '../../aws/aws.js';
import { forManyListeners } from '../../aws/many-listeners.js';
import { query, scan } from './ask-page.js';
import { describeTable } from './describe-table.js';
import { NewestSoFar } from './newest-so-far.js';
import { merge } from '../../pipeline/merge.js';
import { ReadBudget } from '../../aws/read-budget.js';
import { FieldNames } from '../sessions/field-names.js';
import {
  MOST_ROWS,
  type Reading,
  type SegmentPosition,
  type TablePage,
  pagesOf,
} from './table-pages.js';
import { type TablePlan, type TableShape, planRead } from './table-plan.js';

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
  const shape = await describeTable(read.client, read.table, context);
  const plan = planRead(read.filter, shape, read);
  for await (const pages of readPages(read, shape, plan, [], context)) {
    for (const { rows } of pages) if (rows.length > 0) yield rows;
  }
}

/**
 * The same by a plan, page by page, empty ones too, each with the position of its segment. Each segment goes on
 * where it stands in `positions`; one that does not stand there begins.
 *
 * @throws SourceError when the table cannot be read to its end.
 */
export async function* readPages(
  read: TableRead,
  shape: TableShape,
  plan: TablePlan,
  positions: readonly SegmentPosition[],
  context: ReadContext,
): Source<TablePage> {
  const { client, table, filter, maxReadUnits } = read;
  const of = `table ${table} in ${await regionOf(client)}`;
  context.meter.expected = shape.items;
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
    if (positions[0]?.isDone) return;
    const awsCall = { action: 'dynamodb:Query', of: `index ${plan.index} of ${of}` };
    const { newest } = read;
    const ask = query(
      { client, table, awsCall, signal: context.signal },
      plan,
      newest !== undefined,
    );
    yield* newest === undefined
      ? pagesOf(ask, 0, positions[0], reading, context)
      : pagesOf(ask, 0, undefined, { ...reading, ...newestOnly(newest, filter) }, context);
  } else {
    const awsCall = { action: 'dynamodb:Scan', of };
    const open = (stop: AbortSignal): Source<TablePage>[] =>
      segmentsOf(plan.segments, positions).map((segment) => {
        const signal = forManyListeners(stop);
        const ask = scan({ client, table, awsCall, signal }, plan, segment);
        return pagesOf(ask, segment, positions[segment], reading, { ...context, signal });
      });
    yield* merge(open, SEGMENTS_AT_ONCE, context.signal);
  }
  const misspelt = names.misspelt();
  if (misspelt.length > 0) {
    context.note(`${of} has attributes that are not read: ${misspelt.join(', ')}`);
  }
}

/** The segments that have not been read to their end. */
function segmentsOf(count: number, positions: readonly SegmentPosition[]): number[] {
  const all = Array.from({ length: count }, (_, segment) => segment);
  return all.filter((segment) => positions[segment]?.isDone !== true);
}

/** What is read beyond so many of the newest is for nothing. */
function newestOnly(limit: number, filter: SessionFilter): Pick<Reading, 'mostRows' | 'newest'> {
  const mostRows = Math.min(Math.max(limit * 2, 100), MOST_ROWS);
  return { mostRows, newest: new NewestSoFar(limit, filter) };
}
