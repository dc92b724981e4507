import { ROLE_CALLS } from '../model/role-event.js';
import type { Instant } from '../model/timestamp.js';
import type { AthenaTable } from './athena-table.js';
import { type Sql, joined, plain, sql } from './sql.js';

/** Which role events are asked for, and which are judged. */
export interface Chosen {
  readonly window: { readonly since: Instant; readonly until: Instant };
  /** The calls that are judged. */
  readonly eventNames: readonly string[];
  /** Only events of this role, and those that say none. */
  readonly role: string | undefined;
  readonly includeServiceCalls: boolean;
  readonly includeFailedCalls: boolean;
}

/** One statement: what it is for, and the columns that it answers. */
export interface Statement {
  readonly title: string;
  readonly columns: readonly string[];
  readonly sql: Sql;
}

/** What judging needs of an event besides its time and region: events that are equal in these are one group. */
const GROUPED_BY = [
  'event_name',
  'role_arn',
  'source_identity',
  'tags',
  'caller_arn',
  'caller_role_arn',
  'caller_source_identity',
];
const DETAILS = [
  'event_id',
  'event_time',
  'event_source',
  'region',
  ...GROUPED_BY,
  'account_id',
  'role_session_name',
  'principal_id',
  'caller_type',
  'caller_account_id',
  'invoked_by',
  'source_ip',
  'user_agent',
  'error_code',
  'shared_event_id',
  'problem',
];
/** Seconds and `Z`: the only form in which CloudTrail writes times (CloudTrail User Guide). */
const isTime = plain(
  `(regexp_like(eventtime, '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$') AND try(from_iso8601_timestamp(eventtime)) IS NOT NULL)`,
);
/** Keys in one parameter, which takes 1,024 characters; a key has 64. */
const KEYS_AT_ONCE = 15;

/** Every role event, with duplicates. */
export function allEvents(table: AthenaTable, chosen: Chosen): Statement {
  return {
    title: 'the role events of the window',
    columns: DETAILS,
    sql: sql`WITH recorded AS (${recorded(table, chosen)})
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
    sql: sql`${keyedEvents(table, chosen)}
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
    sql: sql`${keyedEvents(table, chosen)}
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
  AND eventtime >= ${timeText(window.since)} AND eventtime < ${timeText(window.until)}
  AND ${isTime}`,
  };
}

/** Empty texts are NULL in what follows, as absent members are. */
function recorded(table: AthenaTable, { window }: Chosen): Sql {
  const ofSession = 'useridentity.sessioncontext.sourceidentity';
  const identities = [inRequest('sourceIdentity'), scalar('responseelements', 'sourceIdentity')];
  if (table.hasCallerIdentity) identities.push(present(ofSession));
  // Without the column: an identity that is answered and was not asked for is inherited.
  const inherited = `CASE WHEN eventname = 'AssumeRole' AND useridentity.type = 'AssumedRole' AND ${inRequest('sourceIdentity')} IS NULL
      THEN ${scalar('responseelements', 'sourceIdentity')} END`;
  return sql`
  SELECT
    ${plain(present('eventid'))} AS event_id,
    eventtime AS event_time,
    eventname AS event_name,
    ${plain(present('eventsource'))} AS event_source,
    ${plain(present('awsregion'))} AS region,
    ${plain(present('recipientaccountid'))} AS account_id,
    coalesce(${plain(inRequest('roleArn'))},
      ${plain(present("element_at(filter(resources, r -> r.type = 'AWS::IAM::Role'), 1).arn"))}) AS role_arn,
    coalesce(${plain(identities.join(',\n      '))}) AS source_identity,
    try(json_format(json_extract(requestparameters, '$.tags'))) AS tags,
    ${plain(inRequest('roleSessionName'))} AS role_session_name,
    ${plain(present('useridentity.principalid'))} AS principal_id,
    ${plain(present('useridentity.arn'))} AS caller_arn,
    ${plain(present('useridentity.sessioncontext.sessionissuer.arn'))} AS caller_role_arn,
    ${plain(present('useridentity.type'))} AS caller_type,
    ${plain(present('useridentity.accountid'))} AS caller_account_id,
    ${plain(table.hasCallerIdentity ? present(ofSession) : inherited)} AS caller_source_identity,
    ${plain(present('useridentity.invokedby'))} AS invoked_by,
    ${plain(present('sourceipaddress'))} AS source_ip,
    ${plain(present('useragent'))} AS user_agent,
    ${plain(present('errorcode'))} AS error_code,
    ${plain(present('sharedeventid'))} AS shared_event_id,
    CASE
      WHEN ${plain(present('eventid'))} IS NULL THEN 'eventid: missing'
      WHEN ${plain(present('eventsource'))} IS NULL THEN 'eventsource: missing'
      WHEN eventtime IS NULL OR NOT ${isTime} THEN 'eventtime: not as CloudTrail writes it'
      WHEN ${plain(present('requestparameters'))} IS NOT NULL AND try(json_parse(requestparameters)) IS NULL THEN 'requestparameters: not JSON'
      WHEN ${plain(present('responseelements'))} IS NOT NULL AND try(json_parse(responseelements)) IS NULL THEN 'responseelements: not JSON'
      WHEN try(json_format(json_extract(requestparameters, '$.tags'))) NOT LIKE '[%' AND try(json_format(json_extract(requestparameters, '$.tags'))) <> 'null' THEN 'tags: expected a list'
    END AS problem
  FROM ${table.from}
  WHERE ${table.delivered}
    AND coalesce(eventsource, '') IN ('sts.amazonaws.com', '')
    AND eventname IN (${listed(ROLE_CALLS)})
    AND ${isWithin(window)}
`;
}

/**
 * Each event with its kind, and with its group's key where it is judged. The same event again, and of a
 * cross-account pair the record that says less of the caller, are duplicates.
 */
function keyedEvents(table: AthenaTable, chosen: Chosen): Sql {
  const apart = [
    ...(chosen.includeServiceCalls ? [] : [`WHEN ${SERVICE_CALL} THEN 'service_calls'`]),
    ...(chosen.includeFailedCalls ? [] : [`WHEN error_code IS NOT NULL THEN 'failed_calls'`]),
  ];
  const judged = ROLE_CALLS.filter((name) => chosen.eventNames.includes(name));
  return sql`WITH recorded AS (${recorded(table, chosen)}), counted AS (
  SELECT *, row_number() OVER (PARTITION BY event_id, problem ORDER BY ${plain(FULLNESS)} DESC, event_time, account_id, region) AS copy
  FROM recorded${ofRole(chosen)}
), paired AS (
  SELECT *, row_number() OVER (
    PARTITION BY copy, problem, shared_event_id, CASE WHEN shared_event_id IS NULL THEN event_id END
    ORDER BY ${plain(FULLNESS)} DESC, event_id
  ) AS half
  FROM counted
), sorted AS (
  SELECT *, CASE
    WHEN problem IS NOT NULL THEN problem
    WHEN copy > 1 OR half > 1 THEN 'duplicates'
    WHEN event_name NOT IN (${listed(judged)}) THEN 'not_judged'
    ${plain(apart.join('\n    '))}
    ELSE 'judged' END AS kind
  FROM paired
), keyed AS (
  SELECT event_id, event_time, event_source, region, account_id, role_session_name, principal_id, caller_type,
    caller_account_id, invoked_by, source_ip, user_agent, error_code, shared_event_id, problem, kind,
    ${plain(GROUPED_BY.map((name) => `CASE WHEN kind = 'judged' THEN ${name} END AS ${name}`).join(',\n    '))},
    CASE WHEN kind = problem THEN event_id WHEN kind = 'judged' THEN to_hex(sha256(to_utf8(json_format(CAST(ARRAY[region, ${names(GROUPED_BY)}] AS JSON))))) END AS group_key
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

function ofRole({ role }: Chosen): Sql {
  return role === undefined ? plain('') : sql`\n  WHERE role_arn = ${role} OR role_arn IS NULL`;
}

/** Times are texts of one form, which sort as they are; one of another form is kept, to be rejected. */
function isWithin({ since, until }: Chosen['window']): Sql {
  return sql`(eventtime >= ${timeText(since)} AND eventtime < ${timeText(until)}
      OR eventtime IS NULL OR NOT ${isTime})`;
}

/** Events have whole seconds: the first that is not before the instant. */
function timeText({ seconds, nanos }: Instant): string {
  const at = new Date((seconds + (nanos > 0 ? 1 : 0)) * 1000);
  return at.toISOString().replace('.000', '');
}

function inRequest(member: string): string {
  return scalar('requestparameters', member);
}

function scalar(column: string, member: string): string {
  return present(`try(json_extract_scalar(${column}, '$.${member}'))`);
}

function present(text: string): string {
  return `nullif(${text}, '')`;
}

function names(columns: readonly string[]): Sql {
  return plain(columns.join(', '));
}

/** Texts of this program's own; parameters may stand in WHERE alone (Athena User Guide). */
function listed(values: readonly string[]): Sql {
  return plain(values.map((value) => `'${value}'`).join(', '));
}
