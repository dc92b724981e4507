import {
  type Chosen,
  DETAILS,
  GROUPED_BY,
  inWindow,
  keyedCalls,
  names,
  ofRole,
  recordedCalls,
} from './role-calls-sql.js';
import type { AthenaTable } from './table-shape.js';
import { type Sql, joined, plain, sql } from './sql.js';

/** One statement: what it is for, and the columns that it answers. */
export interface Statement {
  readonly title: string;
  readonly columns: readonly string[];
  readonly sql: Sql;
}

/** Keys in one parameter, which takes 1,024 characters; a key has 64. */
const KEYS_AT_ONCE = 15;

/** Every role event, with duplicates. */
export function allEvents(table: AthenaTable, chosen: Chosen): Statement {
  return {
    title: 'the role events of the window',
    columns: DETAILS,
    sql: sql`WITH recorded AS (${recordedCalls(table, chosen)})
SELECT ${names(DETAILS)}
FROM recorded${ofRole(chosen)}`,
  };
}

/** Groups of judged events with their number, their first and last time, and a key; and the counts of all others. */
export function eventGroups(table: AthenaTable, chosen: Chosen): Statement {
  const columns = [
    'kind',
    'region',
    'group_key',
    ...GROUPED_BY,
    'events',
    'first_time',
    'last_time',
  ];
  return {
    title: 'groups of events that differ in time alone, and what is counted apart',
    columns,
    sql: sql`${keyedCalls(table, chosen)}
SELECT ${names(columns.slice(0, -3))},
  count(*) AS events,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM keyed
GROUP BY ${names(columns.slice(0, -3))}`,
  };
}

/** The judged events, each once: those of some groups, in the order of time, or all. */
export function judgedEvents(
  table: AthenaTable,
  chosen: Chosen,
  keys: readonly string[] | undefined,
): Statement {
  const parts = keys?.flatMap((_, at) =>
    at % KEYS_AT_ONCE === 0 ? [keys.slice(at, at + KEYS_AT_ONCE).join(',')] : [],
  );
  const isOfThem = parts?.map((part) => sql`contains(split(${part}, ','), group_key)`);
  const of =
    isOfThem === undefined
      ? plain('')
      : sql`\n  AND (${joined(isOfThem, ' OR ')})\nORDER BY event_time, event_id`;
  return {
    title: keys === undefined ? 'all judged events' : 'the events of some groups',
    columns: DETAILS,
    sql: sql`${keyedCalls(table, chosen)}
SELECT ${names(DETAILS)}
FROM keyed
WHERE kind = 'judged'${of}`,
  };
}

/** How many events of any kind there are: an empty answer to the others may mean a wrong location. */
export function countOfEvents(table: AthenaTable, { window }: Chosen): Statement {
  return {
    title: 'all events of the window, asked only when none is of a role',
    columns: ['events'],
    sql: sql`SELECT count(*) AS events
FROM ${table.from}
WHERE ${table.delivered}
  AND eventid <> '' AND eventname <> ''
  AND ${inWindow(window)}`,
  };
}
