import { sessionColumns } from '../model/columns/session-columns.js';
import type { Column } from '../model/columns/column.js';
import { type SessionFilter, matches } from '../model/session/session-filter.js';
import type { Session } from '../model/session/session.js';
import type {
  CheckpointOptions,
  ExportOptions,
  SessionOptions,
} from '../options/check/session-options.js';
import { pipe } from '../pipeline/pipe.js';
import { identityLines, whoAsks } from '../run/who-asks.js';
import { type Done, type Run, mayColor } from '../run/run.js';
import { count } from '../text/quantity.js';
import { openOutput } from '../lake/open-output.js';
import { placedSessions } from '../lake/placed-sessions.js';
import { openSessions } from '../sources/open-sessions.js';
import { filter } from '../transforms/filter.js';
import { tap } from '../transforms/tap.js';
import { rowCounts, rowsLine } from '../run/row-counts.js';

/** Streams every session that matches, in the order in which it is read. */
export async function exportSessions(options: ExportOptions, run: Run): Promise<Done> {
  const { from, filter: sessionFilter, output, checkpoint } = options;
  if (checkpoint !== undefined) return exportWithCheckpoint(options, checkpoint, run);
  const { world, context } = run;
  const isLake = output.partitionBy !== undefined;
  const account = rowCounts(context.meter);
  const identity = whoAsks(from.table === undefined ? undefined : from, context);
  await pipe(
    openSessions(from, sessionFilter, isLake ? ['placed'] : [], world.stdin, context),
    tap<Session>(account.delivered),
    filter(matches(sessionFilter)),
    tap<Session>(account.kept),
    openOutput(output, run, {
      list: 'sessions',
      columns: columnsOf(options),
      color: mayColor(world),
      empty: 'No sessions found.',
      ...placedSessions(output.out, run),
      window: { ...sessionFilter.window, until: sessionFilter.window.until ?? world.now },
      account: async () => (await identity)?.account,
    }),
  );
  const lines = account.lines((kept) => `exported ${count(kept, 'session')}`);
  return { lines: [...lines, ...identityLines(await identity)] };
}

/** The same of a live table, in one run or in several. */
async function exportWithCheckpoint(
  options: ExportOptions,
  { file, asked, table, output: { out, format } }: CheckpointOptions,
  { world, context }: Run,
): Promise<Done> {
  const { from, filter: sessionFilter, output } = options;
  const [{ exportResumably }, { openPagedTable }, { rowsText }] = await Promise.all([
    import('../checkpoint/resumable-export.js'),
    import('../sources/open-table.js'),
    import('../sinks/rows-text.js'),
  ]);
  const identity = whoAsks(from, context);
  const work = {
    file,
    out,
    asked: { ...asked, 'the version of sentinel-audit': world.version ?? null },
    filter: sessionFilter,
    open: (wanted: SessionFilter) => openPagedTable(from, table, wanted, context),
    text: rowsText(format, columnsOf(options), output.csvRaw),
  };
  const { read, rejected, exported: kept } = await exportResumably(work, context);
  const counts = { kept, filteredOut: read - rejected - kept };
  const line = rowsLine(`exported ${count(kept, 'session')}`, counts, context.meter);
  return { lines: [line, ...identityLines(await identity)] };
}

/** The columns that are asked for, or those of the format. */
function columnsOf({ columns, output }: SessionOptions): readonly Column<Session>[] {
  const isLake = output.partitionBy !== undefined;
  const natural = isForMachines(output.format) || isLake ? 'all' : 'audit';
  return sessionColumns(columns ?? natural);
}

function isForMachines(format: string): boolean {
  return format === 'ndjson' || format === 'json';
}
