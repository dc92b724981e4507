import type { TableMetadata } from '@aws-sdk/client-athena';
import type { Instant } from '../../model/time/instant.js';
import { type Sql, identifier, plain, sql } from './sql.js';

/** What a window is of a table's partitions. */
export interface Partitions {
  /** The rows that were delivered on the days of the window or the day after; true of all where nothing tells. */
  readonly delivered: Sql;
  /** Is the whole table scanned? */
  readonly isFullScan: boolean;
  /** Are there partitions that somebody has to add? */
  readonly isManual: boolean;
  /** In words, a projection that does not reach over the window, or of which nobody can tell. */
  readonly missing: readonly string[];
  /** Keys of a projection besides those of days, with the only values that Athena sees. */
  readonly listed: readonly { readonly key: string; readonly values: readonly string[] }[];
  /** Keys of a projection that Athena reads with a condition on their values alone. */
  readonly injected: readonly string[];
}

interface Window {
  readonly since: Instant;
  readonly until: Instant;
}

/** UTC midnights, both included, in seconds. */
interface Delivery {
  readonly first: number;
  readonly last: number;
}

const DAY = 86_400;

/**
 * Finds the partitions of a window: by a projected key of dates, by `timestamp`, or by year, month and day
 * (Athena User Guide: partition projection; the shapes of CloudTrail's tables). Days outside the range of a
 * projection do not exist for Athena, whatever lies in the bucket, and nothing says so.
 */
export function partitionsOf(
  { PartitionKeys: keys = [], Parameters: parameters = {} }: TableMetadata,
  window: Window,
  now: Instant,
): Partitions {
  const names = keys.map(({ Name: name = '' }) => name.toLowerCase());
  const property = (name: string): string => (parameters[name] ?? '').trim();
  const isProjected = property('projection.enabled').toLowerCase() === 'true';
  const delivery = deliveryOf(window);
  const today = Math.floor(now.seconds / DAY) * DAY;
  const seen = { first: delivery.first, last: Math.min(delivery.last, today) };
  const rangeOf = (key: string): Range => ({
    type: property(`projection.${key}.type`).toLowerCase(),
    range: property(`projection.${key}.range`),
    values: property(`projection.${key}.values`),
  });
  const missing = isProjected
    ? names.flatMap((key) => gapOf(key, rangeOf(key), seen, now) ?? [])
    : [];
  const found = isProjected
    ? projectedDays(names, (key, what) => property(`projection.${key}.${what}`), delivery)
    : undefined;
  const delivered = found ?? writtenDays(names, isProjected, delivery);
  const projected = isProjected ? names.map((key) => ({ key, ...rangeOf(key) })) : [];
  return {
    delivered: delivered ?? plain('true'),
    isFullScan: delivered === undefined,
    isManual: names.length > 0 && !isProjected,
    missing,
    listed: projected
      .filter(({ key, type, values }) => type === 'enum' && values !== '' && !isOfDay(key))
      .map(({ key, values }) => ({ key, values: values.split(',').map((value) => value.trim()) })),
    injected: projected.filter(({ type }) => type === 'injected').map(({ key }) => key),
  };
}

/** The days of delivery of a window's events: those of the window, and one more. */
function deliveryOf({ since, until }: Window): Delivery {
  const end = until.seconds + (until.nanos > 0 ? 1 : 0);
  const dayOf = (seconds: number): number => Math.floor(seconds / DAY) * DAY;
  return { first: dayOf(since.seconds), last: dayOf(end - 1) + DAY };
}

/** By a key of dates whose texts sort as the days do. */
function projectedDays(
  names: readonly string[],
  property: (key: string, what: string) => string,
  { first, last }: Delivery,
): Sql | undefined {
  for (const key of names) {
    const form = property(key, 'format').replaceAll("'", '');
    const isSorted = /^yyyy[^A-Za-z]*MM[^A-Za-z]*dd([^A-Za-z]*HH)?$/.test(form);
    if (property(key, 'type').toLowerCase() !== 'date' || !isSorted) continue;
    const write = (day: number, hour: string): string =>
      form
        .replace('yyyy', part(day, 0, 4))
        .replace('MM', part(day, 5, 7))
        .replace('dd', part(day, 8, 10))
        .replace('HH', hour);
    return sql`${identifier(key)} BETWEEN ${write(first, '00')} AND ${write(last, '23')}`;
  }
  return undefined;
}

/** By keys that tables of CloudTrail have, however the day is written in them. */
function writtenDays(
  names: readonly string[],
  isProjected: boolean,
  { first, last }: Delivery,
): Sql | undefined {
  const digits = (day: number): string => part(day, 0, 10).replaceAll('-', '');
  if (names.includes('timestamp') && !isProjected) {
    const day = plain(`substr(regexp_replace("timestamp", '[^0-9]', ''), 1, 8)`);
    return sql`${day} BETWEEN ${digits(first)} AND ${digits(last)}`;
  }
  if (!['year', 'month', 'day'].every((key) => names.includes(key))) return undefined;
  const day = plain(
    'CAST("year" AS integer) * 10000 + CAST("month" AS integer) * 100 + CAST("day" AS integer)',
  );
  return sql`${day} BETWEEN ${Number(digits(first))} AND ${Number(digits(last))}`;
}

interface Range {
  readonly type: string;
  readonly range: string;
  readonly values: string;
}

/** What of the days a projected key does not show, in words. */
function gapOf(
  key: string,
  { type, range, values }: Range,
  { first, last }: Delivery,
  now: Instant,
): string | undefined {
  const gap = `the partitions ${key} are ${range || values}`;
  if (type === 'date') {
    const [begins, ends] = range.split(',').map((bound) => secondsOf(bound, now));
    if (begins === undefined || ends === undefined) return gap;
    return Math.floor(begins / DAY) * DAY > first || ends < last ? gap : undefined;
  }
  if (!isOfDay(key) || (key !== 'year' && type === '')) return undefined;
  const [begins, ends] = PART_OF_DAY[key];
  const listed = type === 'enum' ? values.split(',').map(Number) : [];
  const [least = NaN, most = NaN] = type === 'integer' ? range.split(',').map(Number) : [];
  for (let day = first; day <= last; day += DAY) {
    const value = Number(part(day, begins, ends));
    if (!listed.includes(value) && !(least <= value && value <= most)) return gap;
  }
  return undefined;
}

/** Where the value of a key stands in a day's `2026-01-20`. */
const PART_OF_DAY = { year: [0, 4], month: [5, 7], day: [8, 10] } as const;

function isOfDay(key: string): key is keyof typeof PART_OF_DAY {
  return Object.hasOwn(PART_OF_DAY, key);
}

/** Years and months at their shortest: a range is rather taken for too short than for long enough. */
const UNITS: Readonly<Record<string, number>> = {
  YEAR: 365 * DAY,
  MONTH: 28 * DAY,
  WEEK: 7 * DAY,
  DAY,
  HOUR: 3600,
  MINUTE: 60,
  SECOND: 1,
};

/**
 * A bound of a range: a date, or `NOW` plus or minus something (Athena User Guide, "Supported types for
 * partition projection").
 */
function secondsOf(bound: string, now: Instant): number | undefined {
  const [, year, month, day] = /^\s*(\d{4})[^\d]*(\d\d)[^\d]*(\d\d)/.exec(bound) ?? [];
  if (year !== undefined) return Date.parse(`${year}-${month}-${day}T00:00:00Z`) / 1000;
  const relative =
    /^\s*NOW\s*(?:([+-])\s*(\d+)\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?\s*)?$/i.exec(bound);
  if (relative === null) return undefined;
  const [, sign, number = '0', unit = 'DAY'] = relative;
  const seconds = Number(number) * UNITS[unit.toUpperCase()]!;
  return sign === '-' ? now.seconds - seconds : now.seconds + seconds;
}

/** A part of a day's `2026-01-20`. */
function part(seconds: number, from: number, to: number): string {
  return new Date(seconds * 1000).toISOString().slice(from, to);
}
