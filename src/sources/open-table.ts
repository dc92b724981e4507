import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientConfig } from '../aws/aws.js';
import type { SessionFilter } from '../model/session/session-filter.js';
import type { Source } from '../pipeline/pipe.js';
import type { ReadContext } from '../pipeline/read-context.js';
import { useFastScanPages } from './dynamodb/fast-scan-pages.js';
import type { TableRead } from './dynamodb/read-table.js';
import type { SegmentPosition, TablePage } from './dynamodb/table-pages.js';
import type { TablePlan, TableShape } from './dynamodb/table-plan.js';
import type { SessionsFrom } from './open-sessions.js';

/** Where a live table is, and how fast it may be read. */
export type TableFrom = Pick<SessionsFrom, 'segments' | 'maxRcu' | keyof Access>;
type Access = Parameters<typeof clientConfig>[1];

/** A live table, to be read in several runs. */
export interface PagedTable {
  readonly shape: TableShape;
  /** How it would be read by one that begins now. */
  readonly plan: TablePlan;
  /** By the plan of the run that began, each segment from where it stands. */
  readonly pages: (plan: TablePlan, positions: readonly SegmentPosition[]) => Source<TablePage>;
  readonly close: () => void;
}

/** What reads a table: loaded when there is one, and closed by whoever opens it. */
export async function openTableRead(
  from: TableFrom,
  table: string,
  filter: SessionFilter,
  context: ReadContext,
): Promise<TableRead> {
  const config = await clientConfig('DynamoDB', from, context);
  const client = useFastScanPages(new DynamoDBClient(config));
  return { client, table, filter, segments: from.segments, maxReadUnits: from.maxRcu };
}

/** @throws SourceError where the table cannot be described. */
export async function openPagedTable(
  from: TableFrom,
  table: string,
  filter: SessionFilter,
  context: ReadContext,
): Promise<PagedTable> {
  const [read, { readPages }, { describeTable }, { planRead }] = await Promise.all([
    openTableRead(from, table, filter, context),
    import('./dynamodb/read-table.js'),
    import('./dynamodb/describe-table.js'),
    import('./dynamodb/table-plan.js'),
  ]);
  const close = (): void => read.client.destroy();
  try {
    const shape = await describeTable(read.client, table, context);
    return {
      shape,
      plan: planRead(filter, shape, read),
      pages: (plan, positions) => readPages(read, shape, plan, positions, context),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
