/** A point in time, exact to the nanosecond: whole seconds since 1970 UTC, and 0 to 999,999,999 more. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

const FIRST_SECOND = -62_167_219_200; // 0000-01-01T00:00:00Z
const LAST_SECOND = 253_402_300_799; // 9999-12-31T23:59:59Z
const DAY = 86_400;

/** The date that was read last, as a number, and its day since 1970: most times are of the same day as the one before. */
let lastDate = NaN;
let lastDay = NaN;

/**
 * The instant that an RFC 3339 time means, or undefined for any other text. As strict as Go's
 * `time.RFC3339Nano`, which Sentinel writes: capital `T` and `Z`, up to nine fraction digits, real dates
 * only, no leap seconds. `Date` will not do: it keeps milliseconds and takes 30 February.
 */
export function parseInstant(text: string): Instant | undefined {
  const length = text.length;
  if (length < 20) return undefined;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45 || text.charCodeAt(10) !== 84) {
    return undefined; // - - T
  }
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined; // : :
  const century = twoDigits(text, 0);
  const yearOfCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if ((century | yearOfCentury | month | day | hour | minute | second) < 0) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const year = century * 100 + yearOfCentury;
  const date = (year * 100 + month) * 100 + day;
  if (date !== lastDate) {
    if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
    lastDate = date;
    lastDay = daysSince1970(year, month, day);
  }

  let at = 19;
  let nanos = 0;
  if (text.charCodeAt(at) === 46 /* . */) {
    for (at = 20; isDigit(text.charCodeAt(at)); at++) {
      if (at > 28) return undefined;
      nanos = nanos * 10 + text.charCodeAt(at) - 48;
    }
    if (at === 20) return undefined;
    for (let digits = at - 20; digits < 9; digits++) nanos *= 10;
  }

  let offset = 0;
  const zone = text.charCodeAt(at);
  if (zone === 90 /* Z */) {
    if (length !== at + 1) return undefined;
  } else if (zone === 43 /* + */ || zone === 45 /* - */) {
    if (length !== at + 6 || text.charCodeAt(at + 3) !== 58) return undefined;
    const hours = twoDigits(text, at + 1);
    const minutes = twoDigits(text, at + 4);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
    offset = (hours * 60 + minutes) * (zone === 43 ? 60 : -60);
  } else {
    return undefined;
  }

  const seconds = lastDay * DAY + hour * 3600 + minute * 60 + second - offset;
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return undefined;
  return { seconds, nanos };
}

/** Negative when `a` is earlier, positive when it is later, 0 when both are the same instant. */
export function compareInstants(a: Instant, b: Instant): number {
  return a.seconds - b.seconds || a.nanos - b.nanos;
}

/** The same of two texts that {@link parseInstant} takes; those that are written alike need not be read. */
export function compareTimes(a: string, b: string): number {
  if (a.length === b.length && isInUtc(a) && isInUtc(b)) {
    return a < b ? -1 : Number(a > b);
  }
  return compareInstants(parseInstant(a)!, parseInstant(b)!);
}

/** The instant in whole seconds, cut and not rounded: `2026-01-20T10:00:00Z`. Years 0000 to 9999. */
export function formatSeconds(instant: Instant): string {
  return `${new Date(instant.seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** The same instant with all its fraction digits, trailing zeros trimmed as Go does. */
export function formatInstant(instant: Instant): string {
  if (instant.nanos === 0) return formatSeconds(instant);
  const fraction = String(instant.nanos).padStart(9, '0').replace(/0+$/, '');
  return `${formatSeconds(instant).slice(0, 19)}.${fraction}Z`;
}

/** An RFC 3339 text that {@link parseInstant} takes, in UTC and with nine digits of a second: the same instant. */
export function toNanoseconds(text: string): string {
  if (isInUtc(text)) {
    if (text.length === 30) return text;
    return `${text.slice(0, 19)}.${text.slice(20, -1).padEnd(9, '0')}Z`;
  }
  const instant = parseInstant(text);
  if (instant === undefined) return text;
  return `${formatSeconds(instant).slice(0, 19)}.${String(instant.nanos).padStart(9, '0')}Z`;
}

/** An RFC 3339 text that {@link parseInstant} takes, in UTC and cut to whole seconds. */
export function toWholeSeconds(text: string): string {
  if (isInUtc(text)) return text.length === 20 ? text : `${text.slice(0, 19)}Z`;
  const instant = parseInstant(text);
  return instant === undefined ? text : formatSeconds(instant);
}

/** A millisecond clock's reading, such as `Date.now()`. */
export function instantFromMillis(millis: number): Instant {
  const seconds = Math.floor(millis / 1000);
  return { seconds, nanos: (millis - seconds * 1000) * 1_000_000 };
}

/**
 * The bounds between which the text of every time of `[since, until)` lies in byte order, whatever
 * offset it is written with. RFC 3339 texts do not sort by time: trailing zeros are trimmed (`.5Z`
 * sorts before `Z`) and an offset moves the digits by up to a day. So a day is added on either side,
 * the lower bound ends before the fraction and the upper one after every possible suffix. A superset:
 * compare instants afterwards.
 */
export function textRange(
  since: Instant | undefined,
  until: Instant | undefined,
): { from: string | undefined; to: string | undefined } {
  return {
    from: since && nineteen(since.seconds - DAY),
    to: until && `${nineteen(until.seconds + DAY)}~`,
  };
}

function nineteen(seconds: number): string {
  const within = Math.min(Math.max(seconds, FIRST_SECOND), LAST_SECOND);
  return formatSeconds({ seconds: within, nanos: 0 }).slice(0, 19);
}

/** Does it end with Z? */
function isInUtc(text: string): boolean {
  return text.charCodeAt(text.length - 1) === 90;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** 0 to 99, or -1 where there are no two digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const units = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(units) ? (tens - 48) * 10 + units - 48 : -1;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days of the proleptic Gregorian calendar, counted in years that begin in March. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
