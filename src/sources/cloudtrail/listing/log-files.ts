import type { ReadContext } from '../../../pipeline/read-context.js';
import { excluder } from '../../../storage/exclude.js';
import type { StorageOf } from '../../../storage/storage-of.js';
import type { Unseen } from '../../carrier.js';
import type { LogFile, LogPlaces } from './log-file.js';
import { LogListing, type PlannedPlace } from './log-listing.js';

/** The log files of some places. */
export interface LogFiles {
  /** In the order of their days, each once. */
  readonly files: () => AsyncIterable<LogFile>;
  /** May the ids of days past be let go? Only as long as every file said its day. */
  readonly inOrderOfDays: () => boolean;
  /** How many files have come. */
  readonly count: () => number;
  /** What the folders of a trail lack, a sentence each; known when all files have come. */
  readonly missing: () => readonly string[];
  /** Chosen accounts and regions that no path shows; known when all files have come. */
  readonly unseen: () => readonly Unseen[];
}

/**
 * The log files behind some places, each once, in the order of their days. What a trail keeps beside them
 * (digests, insights) and what other services keep below `AWSLogs/` is passed over and counted in a note.
 * Folders of days outside the window are not entered, and files of such days not opened. A trail in S3 is listed
 * month by month and day by day, when they are due, and the files of one day are held; those of any other place
 * all.
 */
export async function listLogFiles(
  given: LogPlaces,
  storageOf: StorageOf,
  context: ReadContext,
): Promise<LogFiles> {
  const listing = new LogListing(given, await excluder(given.exclude ?? []), storageOf, context);
  const plans: PlannedPlace[] = [];
  for (const place of given.places) {
    try {
      plans.push({ place, months: await listing.begin(place) });
    } catch (error) {
      listing.reject(place, place, error);
    }
  }
  const isPlanned = plans.some(({ months }) => months.size > 0);
  if (!isPlanned) listing.end();
  return {
    files: () => listing.files(plans),
    inOrderOfDays: () => listing.allSaidTheirDay,
    count: () => listing.count,
    missing: () => listing.missing(),
    unseen: () => listing.unseen(),
  };
}
