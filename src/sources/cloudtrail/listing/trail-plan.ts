import pLimit from 'p-limit';
import { SourceError } from '../../../errors.js';
import type { Window } from '../../../model/time/window.js';
import type { Level, StoredFile } from '../../../storage/storage.js';

/** How folders are listed, which of them, and who is told of them. */
export interface TrailListing {
  readonly window: Window;
  /** What lies directly in a place. @throws SourceError */
  readonly askLevel: (place: string) => Promise<Level>;
  /** May a folder below the place hold what is asked for? */
  readonly isChosen: (folder: string) => boolean;
  /** Sees each folder of a trail on the way. */
  readonly onFolder: (folder: string) => void;
  /** Sees each folder of another service than CloudTrail, which is not listed. */
  readonly onOther: (folder: string) => void;
  /** Takes a folder that cannot be listed; the others are. */
  readonly onError: (folder: string, error: SourceError) => void;
}

/** What is to be listed of a place so that all log files of a window are found. */
export interface TrailPlan {
  /** Files that were found on the way. */
  readonly files: readonly StoredFile[];
  /** Places to list whole, because they are not laid out as a trail. */
  readonly whole: readonly string[];
  /** Folders of a month of delivery, `2026-01`, which {@link planMonth} plans when it is due. */
  readonly months: ReadonlyMap<string, readonly string[]>;
}

/** What is to be listed of a month. */
export interface MonthPlan {
  readonly files: readonly StoredFile[];
  readonly whole: readonly string[];
  /** Folders of a day of delivery: `2026-01-20`. */
  readonly days: ReadonlyMap<string, readonly string[]>;
}

const LEVELS_AT_ONCE = 16;
/** A bucket is searched so deep for `AWSLogs/`, through levels of no more folders than this. */
const DEEPEST = 3;
const WIDEST = 20;

/**
 * Plans the listing of a place in which trails deliver: account by account, region by region and month by month
 * below `AWSLogs/[o-ORGANIZATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD` (CloudTrail User Guide, "Finding your
 * CloudTrail log files"), so that other times cost nothing. What is laid out otherwise is listed whole. Holds a
 * folder for each account, region and month.
 */
export async function planTrail(place: string, listing: TrailListing): Promise<TrailPlan> {
  const { isChosen, onFolder, onOther } = listing;
  const ask = levelsOf(listing);
  const files: StoredFile[] = [];
  const whole: string[] = [];
  const months = new Map<string, string[]>();

  const plan = async (folder: string, searched: number): Promise<void> => {
    const isGiven = searched === 0; // and may be the name of a file
    if (!isGiven && !isChosen(folder)) return;
    onFolder(folder);
    const { kind, date = '' } = partOf(folder);
    if (kind === 'other service') return onOther(folder);
    if (kind === 'year' && !isNear(date, listing.window)) return;
    if (kind === 'month') {
      if (isNear(date, listing.window)) addTo(months, date, folder);
      return;
    }
    const isListed = kind === 'below' || (kind === 'unknown' && !mayHoldTrails(folder, searched));
    if (isListed) return void whole.push(isGiven ? place : folder);
    const level = await ask(isGiven ? place : folder);
    if (isGiven && level.folders.length === 0) return void whole.push(place);
    files.push(...level.files);
    if (kind === 'unknown' && isWide(level))
      return void whole.push(...level.folders.filter(isChosen));
    await Promise.all(level.folders.map((below) => plan(below, searched + 1)));
  };
  await plan(place.endsWith('/') ? place : `${place}/`, 0);
  return { files, whole: whole.toSorted(), months };
}

/** Plans a month, in all folders of it: day by day, and what lies beside the days. */
export async function planMonth(
  folders: readonly string[],
  listing: TrailListing,
): Promise<MonthPlan> {
  const ask = levelsOf(listing);
  const files: StoredFile[] = [];
  const whole: string[] = [];
  const days = new Map<string, string[]>();
  const levels = await Promise.all(folders.map((folder) => ask(folder)));
  for (const level of levels) {
    files.push(...level.files);
    for (const folder of level.folders.filter(listing.isChosen)) {
      const { kind, date = '' } = partOf(folder);
      if (kind !== 'day') whole.push(folder);
      else if (isNear(date, listing.window)) addTo(days, date, folder);
    }
  }
  return { files, whole, days };
}

/** Levels, several at once; one that cannot be listed is told of, and empty. */
function levelsOf({ askLevel, onError }: TrailListing): (folder: string) => Promise<Level> {
  const atOnce = pLimit(LEVELS_AT_ONCE);
  return (folder) =>
    atOnce(async () => {
      try {
        return await askLevel(folder);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        onError(folder, error);
        return { folders: [], files: [] };
      }
    });
}

function addTo(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key) ?? [];
  map.set(key, values);
  values.push(value);
}

interface Part {
  readonly kind:
    'unknown' | 'above a region' | 'other service' | 'region' | 'year' | 'month' | 'day' | 'below';
  /** Of a year, a month or a day. */
  readonly date?: string;
}

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d+$/;

/** What a folder is in the layout of trails, by its path after the last `AWSLogs/`. */
function partOf(folder: string): Part {
  const parts = folder.replace(/\/$/, '').split('/');
  const at = parts.lastIndexOf('AWSLogs');
  if (at === -1) return { kind: 'unknown' };
  const below = parts.slice(at + 1);
  if (/^o-[a-z0-9]+$/.test(below[0] ?? '')) below.shift();
  const [account, service, region, ...date] = below;
  if (account === undefined) return { kind: 'above a region' };
  if (!/^\d{12}$/.test(account)) return { kind: 'below' };
  if (service === undefined) return { kind: 'above a region' };
  if (service !== 'CloudTrail') return { kind: 'other service' };
  if (region === undefined) return { kind: 'above a region' };
  if (!REGION.test(region)) return { kind: 'below' };
  const isDate = /^(?:\d{4}(?:-\d\d){0,2})?$/.test(date.join('-'));
  const kind = (['region', 'year', 'month', 'day'] as const)[date.length];
  return isDate && kind !== undefined ? { kind, date: date.join('-') } : { kind: 'below' };
}

/** Trails may lie below a folder of any name, but not below a date or a partition of a table. */
function mayHoldTrails(folder: string, searched: number): boolean {
  return searched === 0 || (searched <= DEEPEST && !/^\d|=/.test(nameOf(folder)));
}

/** Too many folders to search each for trails, and none of them a trail's own. */
function isWide({ folders }: Level): boolean {
  return folders.length > WIDEST && !folders.some((folder) => nameOf(folder) === 'AWSLogs');
}

/** May a year, a month or a day of delivery hold events of the window? One day on either side is kept. */
function isNear(date: string, { since, until }: Window): boolean {
  const dayOf = (seconds: number | undefined, days: number): string | undefined =>
    seconds === undefined
      ? undefined
      : new Date((Math.floor(seconds / 86_400) + days) * 86_400_000).toISOString();
  const first = dayOf(since?.seconds, -1)?.slice(0, date.length);
  const last = dayOf(until?.seconds, 1)?.slice(0, date.length);
  return (first === undefined || date >= first) && (last === undefined || date <= last);
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('/', folder.length - 2) + 1, -1);
}
