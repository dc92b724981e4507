import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { Window } from '../../model/time/window.js';
import { excluder } from '../../storage/exclude.js';
import type { StorageOf } from '../../storage/storage-of.js';
import type { StoredFile } from '../../storage/storage.js';
import { brokenFile } from '../broken-file.js';
import { accountOf, dayOf, folderMayBeIn, mayBeIn, otherService } from './log-path.js';
import { missingLogs } from './missing-logs.js';

/** A log file, and the day on which it was delivered where its path tells: `2026-01-20`. */
export interface LogFile extends StoredFile {
  readonly day: string | undefined;
}

/** The log files to read, and what the folders of a trail lack, a sentence each. */
export interface LogFiles {
  readonly files: readonly LogFile[];
  readonly missing: readonly string[];
}

/** Which files of some places are log files to read. */
export interface LogPlaces {
  /** Folders and files; what `storageOf` knows. */
  readonly places: readonly string[];
  readonly window: Window;
  /** Patterns of paths that are left out. */
  readonly exclude?: readonly string[] | undefined;
}

/**
 * The log files behind some places, each once, in the order of their days. What a trail keeps beside them
 * (digests, insights) and what other services keep below `AWSLogs/` is passed over and counted in a note.
 * Folders of days outside the window are not entered, and files of such days not opened.
 */
export async function listLogFiles(
  { places, window, exclude = [] }: LogPlaces,
  storageOf: StorageOf,
  context: ReadContext,
): Promise<LogFiles> {
  const files = new Map<string, LogFile>();
  const passedOver = new Map<string, number>();
  const isExcluded = await excluder(exclude);
  const delivered = new Map<string, Set<number>>();
  const ofFiles = new Map<string, Set<number>>();
  for (const place of places) {
    let count = 0;
    try {
      const listed = storageOf(place).list(place, (path, below, kind) => {
        if (isExcluded(path, below)) return false;
        noteDelivery(path, delivered);
        return kind === 'folder' ? folderMayBeIn(path, window) : mayBeIn(path, window);
      });
      for await (const file of listed) {
        if (file.name === place) noteDelivery(file.id, ofFiles);
        const service = file.name === place ? undefined : otherService(file.id);
        if (service === undefined) {
          count++;
          if (!files.has(file.id)) files.set(file.id, { ...file, day: dayOf(file.id) });
        } else {
          passedOver.set(service, (passedOver.get(service) ?? 0) + 1);
        }
      }
      if (count === 0) throw new SourceError('it has no log file of the window');
    } catch (error) {
      context.reject(brokenFile(place, error));
    }
  }
  notePassedOver(passedOver, context);
  const sorted = [...files.values()].toSorted(
    (a, b) => compare(a.day ?? '', b.day ?? '') || compare(a.name, b.name),
  );
  // Files that are named one by one say nothing of what is not named.
  if (delivered.size > 0) addDays(ofFiles, delivered);
  return { files: sorted, missing: missingLogs(delivered, window) };
}

function addDays(
  days: ReadonlyMap<string, ReadonlySet<number>>,
  delivered: Map<string, Set<number>>,
): void {
  for (const [account, more] of days) {
    delivered.set(account, new Set([...(delivered.get(account) ?? []), ...more]));
  }
}

/** Notes the account of a folder or file of a trail, and the day where it is one of a day. */
function noteDelivery(path: string, delivered: Map<string, Set<number>>): void {
  const account = accountOf(path);
  if (account === undefined) return;
  const days = delivered.get(account) ?? new Set();
  delivered.set(account, days);
  const day = dayOf(path);
  if (day !== undefined) days.add(Date.parse(`${day}T00:00:00Z`) / 86_400_000);
}

/** May the ids of days past be let go? Only when every file says its day. */
export function isInOrderOfDays(files: readonly LogFile[]): boolean {
  return files.every(({ day }) => day !== undefined);
}

function notePassedOver(counts: ReadonlyMap<string, number>, { note }: ReadContext): void {
  if (counts.size === 0) return;
  const parts = [...counts].toSorted().map(([service, count]) => `${service} ${count}`);
  note(`files passed over, which are not logs of CloudTrail: ${parts.join(', ')}`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
