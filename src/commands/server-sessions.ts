import { isOverdue, sessionColumns, sessionListColumns } from '../model/columns/session-columns.js';
import { isFiltering, matches } from '../model/session/session-filter.js';
import { type Session, placeText } from '../model/session/session.js';
import { compareTimes } from '../model/time/instant.js';
import type { ServerSessionsOptions } from '../options/check/session-options.js';
import { pipe } from '../pipeline/pipe.js';
import { identityLines, whoAsks } from '../run/who-asks.js';
import { type Done, type Run, mayColor } from '../run/run.js';
import { count } from '../text/quantity.js';
import { openSink } from '../sinks/open.js';
import { openSessions } from '../sources/open-sessions.js';
import { filter } from '../transforms/filter.js';
import { tap } from '../transforms/tap.js';
import { top } from '../transforms/top.js';
import { rowCounts } from '../run/row-counts.js';

/** Lists the newest sessions that match, newest first: the limit comes after filter and order. */
export async function serverSessions(
  options: ServerSessionsOptions,
  { world, context, reporter }: Run,
): Promise<Done> {
  const { from, output, columns, limit } = options;
  let sessionFilter = options.filter;
  if (!isFiltering(sessionFilter) && !options.all && from.table !== undefined) {
    const { readCaller } = await import('../aws/caller.js');
    sessionFilter = { ...sessionFilter, user: await readCaller(from, context) };
    reporter.note(
      `these are the sessions of ${sessionFilter.user}, your own; --all shows everyone's`,
    );
  }
  const natural =
    output.format === 'table' ? sessionListColumns(world.now) : sessionColumns('audit');
  const account = rowCounts(context.meter);
  const identity = whoAsks(from.table === undefined ? undefined : from, context);
  let shown = 0;
  let overdue = 0;
  const newest = top(limit, newestFirst);
  const startOver = (): void => {
    account.startOver();
    newest.startOver();
  };
  const wanted = { ...from, newest: limit };
  await pipe(
    openSessions(wanted, sessionFilter, ['placed'], world.stdin, context, startOver),
    tap<Session>(account.delivered),
    filter(matches(sessionFilter)),
    tap<Session>(account.kept),
    newest,
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
  const matched = account.keptRows();
  if (matched > shown) {
    reporter.note(
      `${context.meter.isCut ? 'at least ' : ''}${count(matched, 'session matches', 'sessions match')}, and --limit cut the list to ${count(shown, 'session')}; sentinel-audit export gives all`,
    );
  }
  const lines = account.lines(() => `showing ${count(shown, 'session')}`);
  return { lines: [...lines, ...identityLines(await identity)] };
}

/** Sessions that were placed in time; the id decides between two of one instant. */
function newestFirst(a: Session, b: Session): number {
  return compareTimes(placeText(b)!, placeText(a)!) || (a.id < b.id ? -1 : 1);
}

function overdueLines(overdue: number): readonly string[] {
  if (overdue === 0) return [];
  const which = count(overdue, 'session is', 'sessions are');
  return [
    '',
    `* ${which} past the end, though not yet marked: Sentinel does that when it shuts down.`,
  ];
}
