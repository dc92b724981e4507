import { sessionColumns } from '../model/columns/session-columns.js';
import { matches } from '../model/session/session-filter.js';
import type { Session } from '../model/session/session.js';
import type { SessionOptions } from '../options/check/session-options.js';
import { pipe } from '../pipeline/pipe.js';
import { identityLines, whoAsks } from '../run/who-asks.js';
import { type Done, type Run, mayColor } from '../run/run.js';
import { count } from '../text/quantity.js';
import { openOutput } from '../lake/open-output.js';
import { placedSessions } from '../lake/placed-rows.js';
import { openSessions } from '../sources/open-sessions.js';
import { filter } from '../transforms/filter.js';
import { tap } from '../transforms/tap.js';
import { rowCounts } from '../run/row-counts.js';

/** Streams every session that matches, in the order in which it is read. */
export async function exportSessions(
  { from, filter: sessionFilter, output, columns }: SessionOptions,
  run: Run,
): Promise<Done> {
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
      columns: sessionColumns(
        columns ?? (isForMachines(output.format) || isLake ? 'all' : 'audit'),
      ),
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

function isForMachines(format: string): boolean {
  return format === 'ndjson' || format === 'json';
}
