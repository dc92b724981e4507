import { ROLE_CALLS } from '../../model/role-call/role-call.js';
import type { Instant } from '../../model/time/instant.js';
import type { AthenaTable } from './table-shape.js';
import { type Sql, plain, sql } from './sql.js';

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

/** What judging needs of an event besides its time and region: events that are equal in these are one group. */
export const GROUPED_BY = [
  'event_name',
  'role_arn',
  'source_identity',
  'tags',
  'caller_arn',
  'caller_role_arn',
  'caller_source_identity',
];
/** What makes an event, singly. */
export const DETAILS = [
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
/**
 * The role calls that were recorded in the window, by the names that events have here; what is wrong with one
 * is its `problem`, and one without a time is kept, to be rejected. Empty texts are NULL, as absent members are.
 */
export function recordedCalls(table: AthenaTable, { window }: Chosen): Sql {
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
      WHEN ${plain(present('eventname'))} IS NULL THEN 'eventname: missing'
      WHEN ${plain(present('eventsource'))} IS NULL THEN 'eventsource: missing'
      WHEN eventtime IS NULL OR NOT ${isTime} THEN 'eventtime: not as CloudTrail writes it'
      WHEN ${plain(present('requestparameters'))} IS NOT NULL AND try(json_parse(requestparameters)) IS NULL THEN 'requestparameters: not JSON'
      WHEN ${plain(present('responseelements'))} IS NOT NULL AND try(json_parse(responseelements)) IS NULL THEN 'responseelements: not JSON'
      WHEN try(json_format(json_extract(requestparameters, '$.tags'))) NOT LIKE '[%' AND try(json_format(json_extract(requestparameters, '$.tags'))) <> 'null' THEN 'tags: expected a list'
    END AS problem
  FROM ${table.from}
  WHERE ${table.delivered}
    AND coalesce(eventsource, '') IN ('sts.amazonaws.com', '')
    AND (eventname IN (${listed(ROLE_CALLS)}) OR ${plain(present('eventname'))} IS NULL)
    AND (${inWindow(window)} OR eventtime IS NULL OR NOT ${isTime})
`;
}

/**
 * Each event with its kind, and with its group's key where it is judged. The same event again, and of a
 * cross-account pair the record that says less of the caller, are duplicates.
 */
export function keyedCalls(table: AthenaTable, chosen: Chosen): Sql {
  const apart = [
    ...(chosen.includeServiceCalls ? [] : [`WHEN ${SERVICE_CALL} THEN 'service_calls'`]),
    ...(chosen.includeFailedCalls ? [] : [`WHEN error_code IS NOT NULL THEN 'failed_calls'`]),
  ];
  const judged = ROLE_CALLS.filter((name) => chosen.eventNames.includes(name));
  return sql`WITH recorded AS (${recordedCalls(table, chosen)}), counted AS (
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

/** Keeps the events of the role that is asked for, and those that say none. */
export function ofRole({ role }: Chosen): Sql {
  return role === undefined ? plain('') : sql`\n  WHERE role_arn = ${role} OR role_arn IS NULL`;
}

/** Times are texts of one form, which sort as they are. */
export function inWindow({ since, until }: Chosen['window']): Sql {
  return sql`eventtime >= ${timeText(since)} AND eventtime < ${timeText(until)} AND ${isTime}`;
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

/** Columns of this program's own. */
export function names(columns: readonly string[]): Sql {
  return plain(columns.join(', '));
}

/** Texts of this program's own; parameters may stand in WHERE alone (Athena User Guide). */
function listed(values: readonly string[]): Sql {
  return plain(values.map((value) => `'${value}'`).join(', '));
}
