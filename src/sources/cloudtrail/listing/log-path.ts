import type { Window } from '../../../model/time/window.js';

const DAY_MS = 86_400_000;

/** A folder of a region: `us-east-1`, or as Hive writes it, `region=us-east-1`. */
const REGION = String.raw`/(?:\w+=)?[a-z]{2}(?:-[a-z]+)+-\d`;
/** Folders of a day, also as Hive writes them. */
const DATE = String.raw`/(?:year=)?(\d{4})/(?:month=)?(\d{1,2})/(?:day=)?(\d{1,2})`;

/** A day of delivery below a region; the innermost of a path is the trail's, whatever dates stand before it. */
const FILE_DAY = new RegExp(`^.*${REGION}${DATE}(?:/(?:hour=)?\\d\\d?)?/[^/]*$`);
/** The folder of such a day where the trail itself made it: nothing else lies below it. */
const FOLDER_DAY = new RegExp(`/AWSLogs/(?:o-[a-z0-9]+/)?\\d{12}/CloudTrail${REGION}${DATE}$`);
/** The time of delivery in the name that a trail gives to its files. */
const NAME_DAY = /_CloudTrail_[a-z0-9-]+_(\d{4})(\d\d)(\d\d)T\d{4}Z?_[^/]*$/;

/** What a path below `AWSLogs/` is of: `AWSLogs/[o-ORGANIZATION/]ACCOUNT/SERVICE/`. */
const SERVICE = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/([^/]+)\//;

/** The folder of an account that a trail made, and the name that a trail gives to its files. */
const ACCOUNT = /\/(\d{12})\/CloudTrail(?:\/|$)|(?:^|\/)(\d{12})_CloudTrail_[^/]*$/;

/** The folder of a region that a trail made, and the name that a trail gives to its files. */
const OF_REGION = /\/\d{12}\/CloudTrail\/([a-z0-9-]+)(?:\/|$)|_CloudTrail_([a-z0-9-]+)_[^/]*$/;

/** The region of a trail's folder or file; undefined where the path does not tell. */
export function regionOf(path: string): string | undefined {
  const found = OF_REGION.exec(path);
  return found?.[1] ?? found?.[2];
}

/** The account below whose folder a path lies, or which it is the folder of, whatever the service. */
export function accountAbove(path: string): string | undefined {
  return /\/AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})(?:\/|$)/.exec(path)?.[1];
}

/** The account of a trail's folder or file; undefined where the path does not tell. */
export function accountOf(path: string): string | undefined {
  const found = ACCOUNT.exec(path);
  return found?.[1] ?? found?.[2];
}

/**
 * The day on which a log file was delivered, `2026-01-20`, where its folder or its name tells; undefined where
 * neither does, or they differ.
 */
export function dayOf(path: string): string | undefined {
  const [ofFolder, ofName] = [dateIn(FILE_DAY.exec(path)), dateIn(NAME_DAY.exec(path))];
  if (ofFolder !== undefined && ofName !== undefined && ofFolder !== ofName) return undefined;
  return ofFolder ?? ofName;
}

/** May a file hold events of the window? Its day is that of delivery: one on either side is kept. */
export function mayBeIn(path: string, window: Window): boolean {
  const day = dayOf(path);
  return day === undefined || isNear(day, window);
}

/**
 * May a folder? Only one that a trail made is of a single day; of any other, files may lie below it whose own
 * folders say another.
 */
export function folderMayBeIn(path: string, window: Window): boolean {
  const day = dateIn(FOLDER_DAY.exec(path));
  return day === undefined || isNear(day, window);
}

/** Of which service of AWS the logs at this path are; undefined where it is not told, and for CloudTrail. */
export function otherService(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const ofName = /_(CloudTrail-(?:Digest|Insight))_/.exec(name)?.[1];
  const service = ofName ?? SERVICE.exec(path)?.[1];
  return service === 'CloudTrail' ? undefined : service;
}

function isNear(day: string, { since, until }: Window): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const [from, to] = [since?.seconds ?? -Infinity, until?.seconds ?? Infinity];
  return midnight + 2 * DAY_MS > from * 1000 && midnight - DAY_MS <= to * 1000;
}

/** Numbers that are no date, as those of a case may be, are none. */
function dateIn(found: RegExpExecArray | null): string | undefined {
  if (found === null) return undefined;
  const [, year = '', month = '', day = ''] = found;
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (text !== lastText) {
    const time = Date.parse(`${text}T00:00:00Z`);
    lastIsDate = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
    lastText = text;
  }
  return lastIsDate ? text : undefined;
}

/** What was read last: most paths are of the same day as the one before. */
let lastText = '';
let lastIsDate = false;
