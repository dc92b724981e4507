import { callColumns } from './call-columns.js';
import { type Judged, inWindow, keyedCalls, names, recordedCalls } from './role-calls-sql.js';
import type { Slice } from './slices.js';
import { type Sql, joined, plain, sql } from './sql.js';
import type { AthenaTable, Window } from './table-shape.js';

/** One statement: what it is for, and the columns that it answers. */
export interface Statement {
  readonly title: string;
  readonly columns: readonly string[];
  readonly sql: Sql;
}

/** Keys in one parameter, which takes 1,024 characters; a key has 64. */
const KEYS_AT_ONCE = 15;

/** Every role call, with duplicates. */
export function allCalls(table: AthenaTable, slice: Slice): Statement {
  const columns = columnsOf(table);
  return {
    title: 'the role calls of the window',
    columns,
    sql: sql`WITH recorded AS (${recordedCalls(table, slice)})
SELECT ${names(columns)}
FROM recorded`,
  };
}

/** Groups of judged calls with their number, their first and last time, and a key; and the counts of all others. */
export function callGroups(table: AthenaTable, slice: Slice, judged: Judged): Statement {
  const grouped = callColumns(table).filter(({ isGrouped }) => isGrouped);
  const keys = ['kind', 'region', 'account_id', 'group_key', ...grouped.map(({ name }) => name)];
  return {
    title: 'groups of calls that differ in time alone, and what is counted apart',
    columns: [...keys, 'calls', 'first_time', 'last_time'],
    sql: sql`${keyedCalls(table, slice, judged)}
SELECT ${names(keys)},
  count(*) AS calls,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM keyed
GROUP BY ${names(keys)}`,
  };
}

/** The judged calls of a slice, each once: those of some groups, in the order of time, or of all. */
export function judgedCalls(
  table: AthenaTable,
  slice: Slice,
  judged: Judged,
  keys: readonly string[] | 'all',
): Statement {
  const columns = columnsOf(table);
  return {
    title: keys === 'all' ? 'all judged calls' : 'the calls of some groups',
    columns,
    sql: sql`${keyedCalls(table, slice, judged)}
SELECT ${names(columns)}
FROM keyed
WHERE kind = 'judged'${keys === 'all' ? plain('') : ofGroups(keys)}`,
  };
}

/** How many events of any kind there are: an empty answer to the others may mean a wrong location. */
export function countOfEvents(table: AthenaTable, window: Window): Statement {
  const { text } = table.records;
  return {
    title: 'all events of the window, asked only when none is a role call',
    columns: ['events'],
    sql: sql`SELECT count(*) AS events
FROM ${table.from}
WHERE ${table.deliveredIn(window)}
  AND ${plain(`${text('eventid')} <> '' AND ${text('eventname')} <> ''`)}
  AND ${inWindow(table, window)}`,
  };
}

function columnsOf(table: AthenaTable): readonly string[] {
  return [...callColumns(table).map(({ name }) => name), 'problem'];
}

function ofGroups(groups: readonly string[]): Sql {
  const parts = groups.flatMap((_, at) =>
    at % KEYS_AT_ONCE === 0 ? [groups.slice(at, at + KEYS_AT_ONCE).join(',')] : [],
  );
  const isOfThem = parts.map((part) => sql`contains(split(${part}, ','), group_key)`);
  return sql`\n  AND (${joined(isOfThem, ' OR ')})\nORDER BY event_time, event_id`;
}
