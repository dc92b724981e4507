import type { TableMetadata } from '@aws-sdk/client-athena';
import { ConfigurationError } from '../../../errors.js';
import type { Instant } from '../../../model/time/instant.js';
import { DAY, type Days, dateOf, dayCondition } from './day-condition.js';
import { type PartitionKey, partitionKeysOf } from './partition-key.js';
import { type PartitionList, partitionList } from './partition-list.js';
import { type Scope, type ScopeColumns, chosenOf, scopeCondition } from './scope-condition.js';
import { type Sql, joined, plain } from '../sql.js';

/** What a window is of a table's partitions. */
export interface Partitions {
  /**
   * The rows that were delivered on the days of the window or the day after, of the scope; true of all where nothing
   * tells.
   */
  readonly delivered: Sql;
  /** Is the whole table scanned? */
  readonly isFullScan: boolean;
  /** Is a partition of one day, or of a part of one? */
  readonly isDaily: boolean;
  /** Are there partitions that somebody has to add? */
  readonly isManual: boolean;
  /** In sentences, a projection that does not reach over the window, or of which nobody can tell. */
  readonly missing: readonly string[];
  /** Keys of a projection besides those of days, with the only values that Athena sees. */
  readonly listed: readonly { readonly key: string; readonly values: readonly string[] }[];
  /** Keys that Athena reads with a condition on their values alone, and that nothing gives a value to. */
  readonly injected: readonly string[];
  /** All that there may be; undefined where nobody can tell. */
  readonly list: PartitionList | undefined;
}

interface Window {
  readonly since: Instant;
  readonly until: Instant;
}

/** What is wanted of a table. */
export interface Wanted {
  readonly window: Window;
  readonly scope: Scope;
  /** What tells whose records they are where no key does. */
  readonly columns: ScopeColumns;
  /** The key of days, where its name does not tell; or those of year, month and day, separated by commas. */
  readonly dayKey?: string | undefined;
}

/**
 * Finds the partitions of a window (Athena User Guide: partition projection; the shapes of CloudTrail's tables). Days
 * outside the range of a projection do not exist for Athena, whatever lies in the bucket, and nothing says so.
 */
export function partitionsOf(
  metadata: TableMetadata,
  { window, scope, columns, dayKey }: Wanted,
  now: Instant,
): Partitions {
  const keys = partitionKeysOf(metadata);
  const days = deliveryOf(window);
  const today = Math.floor(now.seconds / DAY) * DAY;
  const seen = { first: days.first, last: Math.min(days.last, today) };
  const ofDays = dayCondition(
    keys,
    days,
    dayKey?.split(',').map((name) => named(name.trim(), metadata, keys)) ?? [],
  );
  const ofScope = scopeCondition(keys, scope, columns);
  const conditions = [ofDays?.sql ?? [], ofScope.conditions].flat();
  const injected = keys.filter(({ projection }) => projection?.type === 'injected');
  return {
    delivered: conditions.length === 0 ? plain('true') : joined(conditions, ' AND '),
    isFullScan: ofDays === undefined,
    isDaily: ofDays?.isDaily === true,
    isManual:
      metadata.TableType !== 'VIRTUAL_VIEW' &&
      keys.some(({ projection }) => projection === undefined),
    missing: keys.flatMap((key) => gapOf(key, seen, now) ?? []),
    listed: keys.flatMap(({ name, projection }) => {
      if (projection?.type !== 'enum' || projection.values.length === 0) return [];
      const isAll = chosenOf(name, scope)?.every((one) => projection.values.includes(one)) === true;
      return isAll || isOfDay(name) ? [] : [{ key: name, values: projection.values }];
    }),
    injected: injected.map(({ name }) => name).filter((name) => !ofScope.given.includes(name)),
    list: partitionList(metadata, keys, seen, scope),
  };
}

/** The key of a name, or the column: a view has no keys. */
function named(
  name: string,
  { Columns: columns = [] }: TableMetadata,
  keys: readonly PartitionKey[],
): PartitionKey {
  const key = [...keys, ...partitionKeysOf({ Name: '', PartitionKeys: columns })].find(
    (one) => one.name === name.toLowerCase(),
  );
  if (key !== undefined) return key;
  throw new ConfigurationError(`the table has no key and no column "${name}"`, {
    facts: { code: 'NoDayKey' },
  });
}

/** The days of delivery of a window's events: those of the window, and one more. */
function deliveryOf({ since, until }: Window): Days {
  const end = until.seconds + (until.nanos > 0 ? 1 : 0);
  const dayOf = (seconds: number): number => Math.floor(seconds / DAY) * DAY;
  return { first: dayOf(since.seconds), last: dayOf(end - 1) + DAY };
}

/** What of the days a projected key does not show, in a sentence. */
function gapOf(
  { name, projection }: PartitionKey,
  { first, last }: Days,
  now: Instant,
): string | undefined {
  if (projection === undefined) return undefined;
  const { type, range, values, form } = projection;
  const said = `the partitions ${name} are ${range || values.join(', ') || 'not said'}`;
  const short = `${said}, which does not reach over the window`;
  if (type === 'date') {
    const [begins, ends] = range.split(',').map((bound) => secondsOf(bound, form, now));
    if (begins === undefined || ends === undefined) {
      return `${said}: it cannot be told whether that reaches over the window`;
    }
    return Math.floor(begins / DAY) * DAY > first || endOf(ends, form) < last ? short : undefined;
  }
  if (!isOfDay(name) || (name !== 'year' && type === '')) return undefined;
  const [begins, ends] = PART_OF_DAY[name];
  const listed = type === 'enum' ? values.map(Number) : [];
  const [least = NaN, most = NaN] = type === 'integer' ? range.split(',').map(Number) : [];
  for (let day = first; day <= last; day += DAY) {
    const value = Number(dateOf(day).slice(begins, ends));
    if (!listed.includes(value) && !(least <= value && value <= most)) return short;
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

type Form = NonNullable<PartitionKey['projection']>['form'];

/**
 * A bound of a range: a date, or `NOW` plus or minus something (Athena User Guide, "Supported types for
 * partition projection").
 */
function secondsOf(bound: string, form: Form, now: Instant): number | undefined {
  const written = form?.read(bound.trim());
  if (written !== undefined) return written;
  const [, year, month, day] = /^\s*(\d{4})[^\d]*(\d\d)[^\d]*(\d\d)/.exec(bound) ?? [];
  if (year !== undefined) return Date.parse(`${year}-${month}-${day}T00:00:00Z`) / 1000;
  const relative =
    /^\s*NOW\s*(?:([+-])\s*(\d+)\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?\s*)?$/i.exec(bound);
  if (relative === null) return undefined;
  const [, sign, number = '0', unit = 'DAY'] = relative;
  const seconds = Number(number) * UNITS[unit.toUpperCase()]!;
  return sign === '-' ? now.seconds - seconds : now.seconds + seconds;
}

/** The last day of the partition in which a range ends. */
function endOf(seconds: number, form: Form): number {
  const at = new Date(seconds * 1000);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  if (form?.unit === 'year') return Date.UTC(year, 11, 31) / 1000;
  if (form?.unit === 'month') return Date.UTC(year, month + 1, 0) / 1000;
  return seconds;
}
