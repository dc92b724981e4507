import { isOverdue, sessionColumns, sessionListColumns } from '../model/columns.js';
import { isFiltering, matches } from '../model/session-filter.js';
import { type Session, placedAt } from '../model/session.js';
import { compareInstants } from '../model/timestamp.js';
import type { ServerSessionsOptions } from '../options/session-options.js';
import { pipe } from '../pipeline.js';
import { type Done, type Run, count, mayColor } from '../run.js';
import { openSink } from '../sinks/open.js';
import { openSessions } from '../sources/open.js';
import { filter } from '../transforms/filter.js';
import { tap } from '../transforms/tap.js';
import { top } from '../transforms/top.js';
import { accountOfRows } from './account-of-rows.js';

/** Lists the newest sessions that match, newest first: the limit comes after filter and order. */
export async function serverSessions(
  options: ServerSessionsOptions,
  { world, reading, reporter }: Run,
): Promise<Done> {
  const { from, output, columns, limit } = options;
  let wanted = options.filter;
  if (!isFiltering(wanted) && !options.all && from.table !== undefined) {
    const { readCaller } = await import('../sources/caller.js');
    wanted = { ...wanted, user: await readCaller(from, reading) };
    reporter.note(`these are the sessions of ${wanted.user}, your own; --all shows everyone's`);
  }
  const natural =
    output.format === 'table' ? sessionListColumns(world.now) : sessionColumns('audit');
  const account = accountOfRows(reading.meter);
  let shown = 0;
  let overdue = 0;
  await pipe(
    openSessions(from, wanted, ['placed'], world.stdin, reading),
    tap<Session>(account.delivered),
    filter(matches(wanted)),
    tap<Session>(account.kept),
    top(limit, newestFirst),
    tap((batch) => {
      shown += batch.length;
      overdue += batch.filter((session) => isOverdue(session, world.now)).length;
    }),
    openSink(output, world, {
      list: 'sessions',
      columns: columns === undefined ? natural : sessionColumns(columns),
      color: mayColor(world),
      empty: 'No sessions found.',
      footer: () => (columns === undefined ? overdueLines(overdue) : []),
    }),
  );
  return { lines: account.lines(() => `showing ${count(shown, 'session')}`) };
}

/** Sessions that were placed in time; the id decides between two of one instant. */
function newestFirst(a: Session, b: Session): number {
  return compareInstants(placedAt(b)!, placedAt(a)!) || (a.id < b.id ? -1 : 1);
}

function overdueLines(overdue: number): readonly string[] {
  if (overdue === 0) return [];
  const which = count(overdue, 'session is', 'sessions are');
  return [
    '',
    `* ${which} past the end, though not yet marked: Sentinel does that when it shuts down.`,
  ];
}
