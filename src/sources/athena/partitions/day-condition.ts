import { DAY_NAMES, type PartitionKey } from './partition-key.js';
import { type Sql, identifier, joined, plain, quotedText, sql } from '../sql.js';

/** Whole days of UTC, both included: their midnights in seconds since 1970. */
export interface Days {
  readonly first: number;
  readonly last: number;
}

export const DAY = 86_400;
/** Values that are listed one by one where no range says them. */
const MOST_VALUES = 2000;

/** How a text of a date begins, whatever stands between its parts. */
const DATE_START = '^[0-9]{4}[^0-9]*[0-9]{2}[^0-9]*[0-9]{2}';

/** Which of a table's partitions are of some days. */
export interface DayCondition {
  readonly sql: Sql;
  /** Does it tell the very days, and not their months or years alone? */
  readonly isDaily: boolean;
}

/**
 * The condition under which a table's partitions are of some days; undefined where none of its keys tells. It is on
 * partition keys alone, and as plain as it can be: what a planner cannot turn into ranges makes it list every
 * partition there is. A partition whose text of a whole day is no date is read, whatever is in it; one whose year,
 * month or day is no number is not. `named` is the key that tells, or the three of year, month and day.
 */
export function dayCondition(
  keys: readonly PartitionKey[],
  days: Days,
  named: readonly PartitionKey[],
): DayCondition | undefined {
  if (named.length > 1) return partsOfDays(named, days);
  for (const key of named.length > 0 ? named : keys) {
    const sqlOfKey = projectedDates(key, days);
    const unit = key.projection?.form?.unit;
    const isDaily = unit !== 'year' && unit !== 'month';
    if (sqlOfKey !== undefined) return { sql: sqlOfKey, isDaily };
  }
  const whole = named[0] ?? DAY_NAMES.flatMap((name) => keys.filter((key) => key.name === name))[0];
  const sqlOfDay = whole && wholeDates(whole, days);
  const ofDay = sqlOfDay && { sql: sqlOfDay, isDaily: true };
  const parts = named.length > 0 ? [] : partsOfDay(keys);
  if (parts.length === 0) return ofDay;
  const ofParts = partsOfDays(parts, days);
  if (ofDay === undefined || parts.length === 3) return ofParts;
  // A date beside year and month is a whole one, or the day of the month.
  return { sql: joined([ofParts.sql, ofDay.sql], ' AND '), isDaily: false };
}

/** Year, month and day, as far as a table has them in this order. */
export function partsOfDay(keys: readonly PartitionKey[]): readonly PartitionKey[] {
  const parts = ['year', 'month', 'day'].map((name) => keys.find((key) => key.name === name));
  const end = parts.indexOf(undefined);
  return (end < 0 ? parts : parts.slice(0, end)) as readonly PartitionKey[];
}

/** By a projection of dates, of which Athena knows every value. */
function projectedDates(
  { name, type, projection }: PartitionKey,
  { first, last }: Days,
): Sql | undefined {
  if (projection?.type !== 'date') return undefined;
  const { form } = projection;
  const key = identifier(name);
  const range = rangeOfTimes(key, type, { first, last });
  if (range !== undefined || form === undefined) return range;
  const end = last + DAY - 1;
  if (form.isSorted) return sql`${key} BETWEEN ${form.write(first)} AND ${form.write(end)}`;
  const step = form.unit === 'hour' ? 3600 : DAY;
  const values = new Set<string>();
  for (let at = first; at <= end && values.size <= MOST_VALUES; at += step) {
    values.add(form.write(at));
  }
  if (values.size <= MOST_VALUES) return oneOf(key, [...values].map(quotedText));
  if (form.places === undefined) return undefined;
  // Too many for a statement: a planner then goes through all that there are.
  const { places } = form;
  const parts = places.map(
    ({ from, length }) => sql`substr(${key}, ${plain(`${from}, ${length}`)})`,
  );
  const numbers = ({ from, length }: (typeof places)[number], text: string): string =>
    text.slice(from - 1, from - 1 + length);
  const [begin, close] = [first, end].map((at) =>
    places.map((place) => numbers(place, form.write(at))).join(''),
  );
  return sql`concat(${joined(parts, ', ')}) BETWEEN ${begin!} AND ${close!}`;
}

/** By a key of dates that no projection describes as such. */
function wholeDates({ name, type, projection }: PartitionKey, days: Days): Sql | undefined {
  // Nobody says how injected dates are written; what a form of dates does not tell, their digits do not.
  if (projection?.type === 'injected' || projection?.type === 'date') return undefined;
  const key = identifier(name);
  const range = rangeOfTimes(key, type, days);
  if (range !== undefined) return range;
  const [first, last] = [digitsOf(days.first), digitsOf(days.last)];
  const isNumber = /int/.test(type);
  if (!isNumber && !/^(?:string|varchar|char)/.test(type)) return undefined;
  if (projection?.type === 'integer' && days.last - days.first < MOST_VALUES * DAY) {
    const dates: string[] = []; // between them are numbers that are no days, and all would be looked for
    for (let day = days.first; day <= days.last; day += DAY) dates.push(digitsOf(day));
    return oneOf(key, isNumber ? dates : dates.map(quotedText));
  }
  if (isNumber) return sql`${key} BETWEEN ${Number(first)} AND ${Number(last)}`;
  const digits = sql`substr(regexp_replace(${key}, '[^0-9]', ''), 1, 8)`;
  const isDate = sql`regexp_like(${key}, ${plain(quotedText(DATE_START))})`;
  return sql`(NOT ${isDate} OR ${digits} BETWEEN ${first} AND ${last})`;
}

/** By a key whose type is a date or a time; undefined for other types. */
function rangeOfTimes(key: Sql, type: string, { first, last }: Days): Sql | undefined {
  const literal = (day: number): string => `'${dateOf(day)}'`;
  if (type === 'date') {
    return sql`${key} BETWEEN ${plain(`date ${literal(first)} AND date ${literal(last)}`)}`;
  }
  if (!type.startsWith('timestamp')) return undefined;
  const [from, until] = [literal(first), literal(last + DAY)];
  return sql`${key} >= ${plain(`timestamp ${from} AND`)} ${key} < ${plain(`timestamp ${until}`)}`;
}

/** Each key by itself, for the planner, and all together, for the truth: a month has days of no window. */
function partsOfDays(keys: readonly PartitionKey[], { first, last }: Days): DayCondition {
  const dates: string[] = [];
  for (let day = first; day <= last; day += DAY) dates.push(dateOf(day));
  const lists = keys.flatMap(({ name, type }, at) => {
    const values = new Set(dates.map((date) => Number(date.split('-')[at])));
    const isAll = values.size >= [Infinity, 12, 31][at]! || values.size > MOST_VALUES;
    const literals = [...values].flatMap((value) => literalsOf(value, type));
    return isAll ? [] : [oneOf(identifier(name), literals)];
  });
  const numbers = keys.map(({ name }, at) => {
    const part = sql`try_cast(${identifier(name)} AS integer)`;
    const factor = 100 ** (keys.length - 1 - at);
    return factor === 1 ? part : sql`${part} * ${plain(String(factor))}`;
  });
  const number = joined(numbers, ' + ');
  const digits = [4, 6, 8][keys.length - 1];
  const [from, until] = [first, last].map((day) => Number(digitsOf(day).slice(0, digits)));
  const exact = sql`${number} BETWEEN ${from!} AND ${until!}`;
  return { sql: joined([...lists, exact], ' AND '), isDaily: keys.length === 3 };
}

/** A part of a day as people write it: with a zero before it, or not. */
function literalsOf(value: number, type: string): string[] {
  if (/int/.test(type)) return [String(value)];
  const text = String(value);
  return [...new Set([text, text.padStart(2, '0')])].map(quotedText);
}

/** Literals of this program's own, or quoted. */
export function oneOf(key: Sql, literals: readonly string[]): Sql {
  return sql`${key} IN (${plain(literals.join(', '))})`;
}

/** `2026-01-20`. */
export function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

function digitsOf(seconds: number): string {
  return dateOf(seconds).replaceAll('-', '');
}
