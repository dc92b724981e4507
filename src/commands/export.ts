import { sessionColumns } from '../model/columns/session-columns.js';
import { matches } from '../model/session/session-filter.js';
import type { Session } from '../model/session/session.js';
import type { SessionOptions } from '../options/check/session-options.js';
import { pipe } from '../pipeline/pipe.js';
import { identityLines, whoAsks } from '../run/who-asks.js';
import { type Done, type Run, mayColor } from '../run/run.js';
import { count } from '../text/quantity.js';
import { openSink } from '../sinks/open.js';
import { openSessions } from '../sources/open-sessions.js';
import { filter } from '../transforms/filter.js';
import { tap } from '../transforms/tap.js';
import { rowCounts } from '../run/row-counts.js';

/** Streams every session that matches, in the order in which it is read. */
export async function exportSessions(
  { from, filter: sessionFilter, output, columns }: SessionOptions,
  { world, context }: Run,
): Promise<Done> {
  const account = rowCounts(context.meter);
  const identity = whoAsks(from.table === undefined ? undefined : from, context);
  await pipe(
    openSessions(from, sessionFilter, [], world.stdin, context),
    tap<Session>(account.delivered),
    filter(matches(sessionFilter)),
    tap<Session>(account.kept),
    openSink(output, world, {
      list: 'sessions',
      columns: sessionColumns(columns ?? (isForMachines(output.format) ? 'all' : 'audit')),
      color: mayColor(world),
      empty: 'No sessions found.',
    }),
  );
  const lines = account.lines((kept) => `exported ${count(kept, 'session')}`);
  return { lines: [...lines, ...identityLines(await identity)] };
}

function isForMachines(format: string): boolean {
  return format === 'ndjson' || format === 'json';
}
