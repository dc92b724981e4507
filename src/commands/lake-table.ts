import { asTableColumns, createLakeTable } from '../lake/create-lake-table.js';
import type { Column } from '../model/columns/column.js';
import { sessionColumns } from '../model/columns/session-columns.js';
import { EVENT_COLUMNS, VERDICT_COLUMNS } from '../model/verdict/attributed-verdict.js';
import type { LakeTableOptions } from '../options/check/lake-table-options.js';
import type { Done, Run } from '../run/run.js';
import { openWriter } from '../sinks/open.js';

/** The columns of each list. */
const COLUMNS: Readonly<Record<LakeTableOptions['list'], readonly Column<never>[]>> = {
  sessions: asTableColumns(sessionColumns('all')),
  events: asTableColumns(EVENT_COLUMNS),
  verdicts: asTableColumns(VERDICT_COLUMNS),
};

/** Prints the `CREATE TABLE` for a lake. Asks AWS nothing. */
export async function lakeTable({ list, table, out }: LakeTableOptions, run: Run): Promise<Done> {
  const statement = createLakeTable({ ...table, columns: COLUMNS[list] });
  await openWriter({ out }, run.world)([statement]);
  return { lines: [] };
}
