import type { Window } from '../../../model/time/window.js';

const DAY = 86_400;
/** So many gaps are named in one sentence. */
const MOST_NAMED = 10;

/** The days on which accounts and regions delivered log files, as numbers of days since 1970. */
interface Delivered {
  readonly accounts: ReadonlyMap<string, ReadonlySet<number>>;
  readonly regions: ReadonlyMap<string, ReadonlySet<number>>;
}

/**
 * What is missing in the folders of a trail, a sentence each: whole days of the window without a log file of
 * any account, and without one of an account while others have some; and regions without any file on those
 * days. Nothing is said where no account has a file of the window.
 */
export function missingLogs({ accounts, regions }: Delivered, window: Window): readonly string[] {
  const all = new Set([...accounts.values()].flatMap((days) => [...days]));
  const days = wholeDays(window, all);
  if (!days.some((day) => all.has(day))) return [];
  const ofAll = days.filter((day) => !all.has(day));
  const silent = [...regions].filter(([, own]) => !days.some((day) => own.has(day)));
  const ofSome = [...accounts].toSorted().map(([account, own]): [string, number[]] => {
    return [account, days.filter((day) => all.has(day) && !own.has(day))];
  });
  return [
    ...(ofAll.length === 0 ? [] : [`no log file of ${spansText(ofAll)}`]),
    ...ofSome
      .filter(([, gaps]) => gaps.length > 0)
      .map(([account, gaps]) => `account ${account}: no log file of ${spansText(gaps)}`),
    ...silent
      .map(([region]) => `region ${region}: no log file of the whole days of the window`)
      .toSorted(),
  ];
}

/** The days that lie in the window from beginning to end; an open side ends where the files do. */
function wholeDays({ since, until }: Window, delivered: ReadonlySet<number>): number[] {
  const known = [...delivered];
  const from = since === undefined ? Math.min(...known) : Math.ceil(since.seconds / DAY);
  const to = until === undefined ? Math.max(...known) : Math.floor(until.seconds / DAY) - 1;
  return Array.from({ length: Math.max(0, to - from + 1) || 0 }, (_, n) => from + n);
}

/** `2026-01-17 to 2026-01-19, 2026-01-22`. */
function spansText(days: readonly number[]): string {
  const spans: [first: number, last: number][] = [];
  for (const day of days) {
    const span = spans.at(-1);
    if (span !== undefined && span[1] === day - 1) span[1] = day;
    else spans.push([day, day]);
  }
  const texts = spans.map(([first, last]) =>
    first === last ? textOf(first) : `${textOf(first)} to ${textOf(last)}`,
  );
  const more = texts.length - MOST_NAMED;
  return texts.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function textOf(day: number): string {
  return new Date(day * DAY * 1000).toISOString().slice(0, 10);
}
