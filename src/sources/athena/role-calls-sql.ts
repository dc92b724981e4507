import { ROLE_CALLS } from '../../model/role-call/role-call.js';
import { type Instant, compareInstants } from '../../model/time/instant.js';
import type { JudgedKinds } from '../carrier.js';
import { callColumns, present, tagsIn } from './call-columns.js';
import type { NeededMember } from './records/member.js';
import type { Slice } from './slices.js';
import { type Sql, joined, plain, quotedText, sql } from './sql.js';
import type { AthenaTable, Window } from './table-shape.js';

/** Which calls are judged. */
export interface Judged extends JudgedKinds {
  readonly eventNames: readonly string[];
}

/** Seconds and `Z`: the only form in which CloudTrail writes times (CloudTrail User Guide). */
function timeCheck({ records: { text, timeType } }: AthenaTable): Sql {
  const time = text('eventtime');
  return plain(
    timeType === 'text'
      ? `(regexp_like(${time}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$') AND length(${time}) = 20 AND try(from_iso8601_timestamp(${time})) IS NOT NULL)`
      : `(${time} IS NOT NULL)`,
  );
}

/**
 * The role calls that were recorded in a slice, by the names of {@link callColumns}; what is wrong with one is its
 * `problem`, and one without a time is kept, to be rejected. Calls before the slice are kept as `late`, of those that
 * their own slice would not read.
 */
export function recordedCalls(table: AthenaTable, slice: Slice): Sql {
  const { text } = table.records;
  const isTime = timeCheck(table);
  const columns = callColumns(table).map(({ name, sql: value }) => `${value} AS ${name}`);
  const lacks = (member: NeededMember): Sql => plain(`${present(text(member))} IS NULL`);
  const isBroken = (member: NeededMember): Sql =>
    plain(`${present(text(member))} IS NOT NULL AND try(json_parse(${text(member)})) IS NULL`);
  const tags = plain(tagsIn(text('requestparameters')));
  const isLate = deliveredLate(table, slice);
  const late = isLate && sql`WHEN ${isTime} AND ${before(table, slice.since)} THEN 'late'\n      `;
  const [time, name, source] = [text('eventtime'), text('eventname'), text('eventsource')].map(
    plain,
  );
  return sql`
  SELECT
    ${plain(columns.join(',\n    '))},
    CASE
      ${late ?? plain('')}WHEN ${lacks('eventid')} THEN 'eventid: missing'
      WHEN ${lacks('eventname')} THEN 'eventname: missing'
      WHEN ${lacks('eventsource')} THEN 'eventsource: missing'
      WHEN ${time!} IS NULL OR NOT ${isTime} THEN 'eventtime: not as CloudTrail writes it'
      WHEN ${isBroken('requestparameters')} THEN 'requestparameters: not JSON'
      WHEN ${isBroken('responseelements')} THEN 'responseelements: not JSON'
      WHEN ${tags} NOT LIKE '[%' AND ${tags} <> 'null' THEN 'tags: expected a list'
    END AS problem
  FROM ${table.from}
  WHERE ${table.deliveredIn({ since: slice.since, until: slice.deliveredUntil })}
    AND coalesce(${source!}, '') IN ('sts.amazonaws.com', 'sts.amazonaws.com.cn', '')
    AND (${name!} IN (${listed(ROLE_CALLS)}) OR ${lacks('eventname')})
    AND (${joined([inWindow(table, slice), isLate ?? [], withoutTime(table, slice)].flat(), ' OR ')})
`;
}

/** The calls before a slice that were delivered later than on the day after; undefined where there can be none. */
function deliveredLate(table: AthenaTable, slice: Slice): Sql | undefined {
  const { begin, since, deliveredUntil: until } = slice;
  if (table.prunedBy !== 'days' || compareInstants(begin, since) === 0) return undefined;
  const readByOwn = table.deliveredIn({ since: dayAfter(since, 1), until });
  return sql`(${readByOwn} AND ${inWindow(table, { since: begin, until: since })})`;
}

/** The records without a time: each in the slice of the day of its delivery. */
function withoutTime(table: AthenaTable, { since, until, isNewest }: Slice): Sql {
  const time = plain(table.records.text('eventtime'));
  const isNone = sql`${time} IS NULL OR NOT ${timeCheck(table)}`;
  if (isNewest) return isNone;
  if (table.prunedBy !== 'days') return plain('false');
  return sql`(${isNone}) AND ${table.deliveredIn({ since, until: dayAfter(until, -1) })}`;
}

function dayAfter({ seconds, nanos }: Instant, days: number): Instant {
  return { seconds: seconds + days * 86_400, nanos };
}

/** What two records of one call cannot differ in, besides their role. */
const SAME_CALL = 'event_time, event_name, error_code IS NULL';

/**
 * Each call with its kind, and with its group's key where it is judged. The same call again, and of a
 * cross-account pair the record that says less of the caller, are duplicates; records with one id that
 * differ in time, name, success or role are different calls.
 */
export function keyedCalls(table: AthenaTable, slice: Slice, judged: Judged): Sql {
  const apart = [
    ...(judged.serviceCalls ? [] : [`WHEN ${SERVICE_CALL} THEN 'service_calls'`]),
    ...(judged.failedCalls ? [] : [`WHEN error_code IS NOT NULL THEN 'failed_calls'`]),
  ];
  const eventNames = ROLE_CALLS.filter((name) => judged.eventNames.includes(name));
  const columns = callColumns(table);
  const grouped = columns.filter(({ isGrouped }) => isGrouped).map(({ name }) => name);
  const others = columns.filter(({ isGrouped }) => !isGrouped).map(({ name }) => name);
  return sql`WITH recorded AS (${recordedCalls(table, slice)}), roled AS (
  SELECT *, coalesce(role_arn, max(role_arn) OVER (PARTITION BY event_id, ${plain(SAME_CALL)})) AS known_role
  FROM recorded
), counted AS (
  SELECT *, row_number() OVER (PARTITION BY event_id, problem, known_role, ${plain(SAME_CALL)} ORDER BY ${plain(FULLNESS)} DESC, account_id, region) AS copy
  FROM roled
), twins AS (
  SELECT *, coalesce(known_role, max(known_role) OVER (PARTITION BY shared_event_id, CASE WHEN shared_event_id IS NULL THEN event_id END, ${plain(SAME_CALL)})) AS twin_role
  FROM counted
), paired AS (
  SELECT *, row_number() OVER (
    PARTITION BY copy, problem, shared_event_id, twin_role, ${plain(SAME_CALL)}, CASE WHEN shared_event_id IS NULL THEN event_id END
    ORDER BY ${plain(FULLNESS)} DESC, event_id
  ) AS half
  FROM twins
), sorted AS (
  SELECT *, CASE
    WHEN problem IS NOT NULL THEN problem
    WHEN copy > 1 OR half > 1 THEN 'duplicates'
    WHEN event_name NOT IN (${listed(eventNames)}) THEN 'not_judged'
    ${plain(apart.join('\n    '))}
    ELSE 'judged' END AS kind
  FROM paired
), keyed AS (
  SELECT ${names(others)}, problem, kind,
    ${plain(grouped.map((name) => `CASE WHEN ${name === 'event_name' ? "kind IN ('judged', 'not_judged')" : "kind = 'judged'"} THEN ${name} END AS ${name}`).join(',\n    '))},
    CASE WHEN kind = problem AND kind <> 'late' THEN event_id WHEN kind = 'judged' THEN to_hex(sha256(to_utf8(json_format(CAST(ARRAY[region, account_id, ${names(grouped)}] AS JSON))))) END AS group_key
  FROM sorted
)`;
}

/** As `isServiceCall` has it. */
const SERVICE_CALL = `caller_type = 'AWSService' OR (coalesce(caller_type, 'Unknown') = 'Unknown'
      AND coalesce(caller_arn, principal_id, caller_account_id) IS NULL
      AND (invoked_by LIKE '%.amazonaws.com' OR invoked_by LIKE '%.amazonaws.com.cn'))`;

/** As `callerFullness` has it. */
const FULLNESS = `CASE WHEN caller_arn IS NULL THEN 0 ELSE 4 END
      + CASE WHEN caller_type IS NULL OR caller_type = 'AWSAccount' THEN 0 ELSE 2 END
      + CASE WHEN principal_id IS NULL THEN 0 ELSE 1 END`;

/** Times are texts of one form, which sort as they are; or times, of which files know the first and the last. */
export function inWindow(table: AthenaTable, { since, until }: Window): Sql {
  const { text, timeType } = table.records;
  const time = plain(text('eventtime'));
  if (timeType === 'text') {
    return sql`${time} >= ${timeText(since)} AND ${time} < ${timeText(until)} AND ${timeCheck(table)}`;
  }
  return sql`${time} >= ${timeLiteral(since)} AND ${time} < ${timeLiteral(until)}`;
}

/** Outside WHERE, where no parameter can stand. */
function before({ records: { text, timeType } }: AthenaTable, at: Instant): Sql {
  const time = plain(text('eventtime'));
  return sql`${time} < ${timeType === 'text' ? plain(quotedText(timeText(at))) : timeLiteral(at)}`;
}

function timeLiteral(at: Instant): Sql {
  return plain(`timestamp '${timeText(at).replace('T', ' ').replace('Z', '')}'`);
}

/** Events have whole seconds: the first that is not before the instant. */
function timeText({ seconds, nanos }: Instant): string {
  const at = new Date((seconds + (nanos > 0 ? 1 : 0)) * 1000);
  return at.toISOString().replace('.000', '');
}

/** Trusted column names. */
export function names(columns: readonly string[]): Sql {
  return plain(columns.join(', '));
}

/** Texts of this program's own; parameters may stand in WHERE alone (Athena User Guide). */
function listed(values: readonly string[]): Sql {
  return plain(values.map((value) => `'${value}'`).join(', '));
}
