import { sep } from 'node:path';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { Window } from '../../model/time/window.js';
import { rejectFile } from '../broken-file.js';
import { type InputFile, filesBelow } from '../../storage/input-file.js';

/** A log file, and the day on which it was delivered where its folder tells: `2026-01-20`. */
export interface LogFile extends InputFile {
  readonly day: string | undefined;
}

const DAY_MS = 86_400_000;

/**
 * The log files behind some paths, in the order of their days. What a trail keeps beside them (digests,
 * insights) is passed over, and folders of days outside the window are not opened; as a folder's day is
 * that of delivery, one day on either side is kept.
 */
export async function listLogFiles(
  paths: readonly InputFile[],
  window: Window,
  context: ReadContext,
): Promise<LogFile[]> {
  const files: LogFile[] = [];
  for (const given of paths) {
    if (given.stream !== undefined) {
      files.push({ ...given, day: undefined });
      continue;
    }
    let found = 0;
    try {
      for await (const file of filesBelow(
        given.path,
        (path) => isLog(path) && isNear(path, window),
      )) {
        files.push({ ...(file.path === given.path ? given : file), day: dayOf(file.path) });
        found++;
      }
      if (found === 0) throw new SourceError('it has no log file of the window');
    } catch (error) {
      rejectFile(given, error, context);
    }
  }
  return files.toSorted((a, b) => compare(a.day ?? '', b.day ?? '') || compare(a.path, b.path));
}

/** May the ids of days past be let go? Only when every file says its day. */
export function isInOrderOfDays(files: readonly LogFile[]): boolean {
  return files.every(({ day }) => day !== undefined);
}

function isLog(path: string): boolean {
  return !/CloudTrail-(Digest|Insight)(_|$)/.test(path.slice(path.lastIndexOf(sep) + 1));
}

/** Is a folder of a day, or a file in one, in the window or a day beside it? Anything else may be. */
function isNear(path: string, { since, until }: Window): boolean {
  const day = /(?:^|[/\\])(\d{4})[/\\](\d\d)[/\\](\d\d)$/.exec(path);
  if (day === null) return true;
  const midnight = Date.parse(`${day[1]}-${day[2]}-${day[3]}T00:00:00Z`);
  if (Number.isNaN(midnight)) return true;
  const [from, to] = [since?.seconds ?? -Infinity, until?.seconds ?? Infinity];
  return midnight + 2 * DAY_MS > from * 1000 && midnight - DAY_MS <= to * 1000;
}

function dayOf(path: string): string | undefined {
  const [, year, month, day] = /[/\\](\d{4})[/\\](\d\d)[/\\](\d\d)[/\\][^/\\]*$/.exec(path) ?? [];
  return year === undefined ? undefined : `${year}-${month}-${day}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
