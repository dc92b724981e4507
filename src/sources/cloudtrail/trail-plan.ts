import pLimit from 'p-limit';
import type { Window } from '../../model/time/window.js';
import type { Level, StoredFile } from '../../storage/storage.js';

/** How folders are listed, which of them, and who is told of them. */
interface Listing {
  /** What lies directly in a place; it is asked for side by side. */
  readonly askLevel: (place: string) => Promise<Level>;
  /** May a folder hold what is asked for? */
  readonly isChosen: (folder: string) => boolean;
  /** Sees each folder on the way. */
  readonly onFolder: (folder: string) => void;
  /** Sees each folder of another service than CloudTrail, which is not listed. */
  readonly onOther: (folder: string) => void;
}

/** What is to be listed of some places so that all log files of a window are found. */
export interface TrailPlan {
  /** Files that were found on the way. */
  readonly files: readonly StoredFile[];
  /** Places to list whole: they are not laid out as a trail, or the window is too long for days. */
  readonly whole: readonly string[];
  /** Places that hold the files of one day of delivery each: `2026-01-20`. */
  readonly days: ReadonlyMap<string, readonly string[]>;
}

const DAY_MS = 86_400_000;
const LEVELS_AT_ONCE = 16;
/** A window of more days is listed region by region. */
const MOST_DAYS = 400;
/** A bucket is searched so deep for `AWSLogs/`, through levels of no more folders than this. */
const DEEPEST = 3;
const WIDEST = 20;

/**
 * Plans the listing of a place in which trails deliver: account by account, region by region and day by day
 * below `AWSLogs/[o-ORGANIZATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD` (CloudTrail User Guide, "Finding your
 * CloudTrail log files"), so that other days cost nothing. What is laid out otherwise is listed whole.
 */
export async function planTrail(
  place: string,
  window: Window,
  { askLevel, isChosen, onFolder, onOther }: Listing,
): Promise<TrailPlan> {
  const atOnce = pLimit(LEVELS_AT_ONCE);
  const files: StoredFile[] = [];
  const whole: string[] = [];
  const days = new Map<string, string[]>();
  const span = deliveryDays(window);

  const planBelow = async (folder: string, searched: number): Promise<void> => {
    if (!isChosen(folder)) return;
    onFolder(folder);
    const part = partOf(folder);
    if (part === 'other service') return onOther(folder);
    const isPlanned =
      part === 'region'
        ? span !== undefined
        : part !== 'unknown' || mayHoldTrails(folder, searched);
    const isGiven = searched === 0; // and may be the name of a file
    if (part === 'below a region' || !isPlanned) return void whole.push(isGiven ? place : folder);
    const level = await atOnce(() => askLevel(folder));
    if (isGiven && level.folders.length === 0) return void whole.push(place);
    files.push(...level.files);
    const below = part === 'region' ? daysBelow(level, days, span!) : level.folders;
    if (part === 'unknown' && isWide(level)) return void whole.push(...below);
    await Promise.all(below.map((one) => planBelow(one, searched + 1)));
  };
  await planBelow(place.endsWith('/') ? place : `${place}/`, 0);
  return { files, whole: whole.toSorted(), days };
}

/** Too many folders to search each for trails, and none of them a trail's own. */
function isWide({ folders }: Level): boolean {
  return folders.length > WIDEST && !folders.some((folder) => nameOf(folder) === 'AWSLogs');
}

/** The days of a region that are in the window; what is not a year is planned as it is. */
function daysBelow(
  { folders }: Level,
  days: Map<string, string[]>,
  span: readonly string[],
): readonly string[] {
  const years = folders.filter((folder) => /^\d{4}$/.test(nameOf(folder)));
  for (const year of years) {
    for (const day of span.filter((one) => one.startsWith(nameOf(year)))) {
      const places = days.get(day) ?? [];
      days.set(day, places);
      places.push(`${year}${day.slice(5).replace('-', '/')}/`);
    }
  }
  return folders.filter((folder) => !years.includes(folder));
}

type Part =
  | 'unknown'
  | 'AWSLogs'
  | 'organization'
  | 'account'
  | 'CloudTrail'
  | 'region'
  | 'other service'
  | 'below a region';

/** What a folder is in the layout of trails, by its path after the last `AWSLogs/`. */
function partOf(folder: string): Part {
  const parts = folder.replace(/\/$/, '').split('/');
  const at = parts.lastIndexOf('AWSLogs');
  if (at === -1) return 'unknown';
  const [first, ...rest] = parts.slice(at + 1);
  if (first === undefined) return 'AWSLogs';
  const isOrganization = /^o-[a-z0-9]+$/.test(first);
  if (isOrganization && rest.length === 0) return 'organization';
  const [account = '', service, region, ...more] = isOrganization ? rest : [first, ...rest];
  if (!/^\d{12}$/.test(account)) return 'below a region';
  if (service === undefined) return 'account';
  if (service !== 'CloudTrail') return 'other service';
  if (region === undefined) return 'CloudTrail';
  if (!/^[a-z]{2,4}(?:-[a-z]+)+-\d+$/.test(region) || more.length > 0) return 'below a region';
  return 'region';
}

/** Trails may lie below a folder of any name, but not below a date or a partition of a table. */
function mayHoldTrails(folder: string, searched: number): boolean {
  return searched === 0 || (searched <= DEEPEST && !/^\d|=/.test(nameOf(folder)));
}

/** The days of delivery of a window, with one on either side; undefined where they are too many. */
function deliveryDays({ since, until }: Window): readonly string[] | undefined {
  if (since === undefined || until === undefined) return undefined;
  const first = Math.floor((since.seconds * 1000) / DAY_MS) - 1;
  const last = Math.floor((until.seconds * 1000) / DAY_MS) + 1;
  if (last - first > MOST_DAYS) return undefined;
  return Array.from({ length: last - first + 1 }, (_, n) =>
    new Date((first + n) * DAY_MS).toISOString().slice(0, 10),
  );
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('/', folder.length - 2) + 1, -1);
}
