import { sessionColumns } from '../model/columns.js';
import { matches } from '../model/session-filter.js';
import type { Session } from '../model/session.js';
import type { SessionOptions } from '../options/session-options.js';
import { pipe } from '../pipeline.js';
import { type Done, type Run, count, mayColor } from '../run.js';
import { openSink } from '../sinks/open.js';
import { openSessions } from '../sources/open.js';
import { filter } from '../transforms/filter.js';
import { tap } from '../transforms/tap.js';
import { accountOfRows } from './account-of-rows.js';

/** Streams every session that matches, in the order in which it is read. */
export async function exportSessions(
  { from, filter: wanted, output, columns }: SessionOptions,
  { world, reading }: Run,
): Promise<Done> {
  const account = accountOfRows(reading.meter);
  await pipe(
    openSessions(from, wanted, [], world.stdin, reading),
    tap<Session>(account.delivered),
    filter(matches(wanted)),
    tap<Session>(account.kept),
    openSink(output, world, {
      list: 'sessions',
      columns: sessionColumns(columns ?? (isForMachines(output.format) ? 'all' : 'audit')),
      color: mayColor(world),
      empty: 'No sessions found.',
    }),
  );
  return { lines: account.lines((kept) => `exported ${count(kept, 'session')}`) };
}

function isForMachines(format: string): boolean {
  return format === 'ndjson' || format === 'json';
}
