import { type Column, column } from '../columns/column.js';
import type { RoleCall } from '../role-call/role-call.js';
import { REASONS, type Verdict } from './verdict.js';

/** A verdict whose profiles are known: what is listed, and written as a row. */
export interface AttributedVerdict extends Verdict {
  /** Of a tracked call its session's; else all that have a claim on the role, the surest first. */
  readonly profiles: readonly string[];
}

/** Has the call no tracked session behind it? */
export function isFinding({ category }: Verdict): boolean {
  return category !== 'tracked';
}

/** The text that says why; undefined for a tracked event. */
export function reasonOf({ category }: Verdict): string | undefined {
  return category === 'tracked' ? undefined : REASONS[category];
}

/** The columns of a role event, in the order of `export events`. */
export const EVENT_COLUMNS: readonly Column<RoleCall>[] = [
  column('event_id', 'Event ID', 36, (event) => event.eventId),
  column('event_time', 'Time', 20, (event) => event.eventTime, 'time'),
  column('event_name', 'Event', 12, (event) => event.eventName),
  column('region', 'Region', 14, (event) => event.region),
  column('account_id', 'Account', 12, (event) => event.accountId),
  column('role_arn', 'Role', 48, (event) => event.roleArn),
  column('source_identity', 'Source Identity', 32, (event) => event.sourceIdentity),
  column('session_tag', 'Session Tag', 16, (event) => event.sessionTag),
  column('role_session_name', 'Session Name', 24, (event) => event.roleSessionName),
  column('principal_id', 'Principal', 24, (event) => event.principalId),
  column('caller_arn', 'Caller', 48, (event) => event.callerArn),
  column('caller_account_id', 'Caller Account', 14, (event) => event.callerAccountId),
  column('caller_type', 'Caller Type', 12, (event) => event.callerType),
  column('identity_provider', 'Identity Provider', 24, (event) => event.identityProvider),
  column('invoked_by', 'Invoked By', 20, (event) => event.invokedBy),
  column('source_ip', 'Source IP', 15, (event) => event.sourceIp),
  column('user_agent', 'User Agent', 24, (event) => event.userAgent),
  column('error_code', 'Error', 16, (event) => event.errorCode),
];

const JUDGEMENT: readonly Column<AttributedVerdict>[] = [
  column('category', 'Category', 20, (finding) => finding.category),
  column('reason', 'Reason', 48, reasonOf),
  column('profile', 'Profile', 20, ({ profiles }) => profiles.join(';') || undefined),
];

const MATCH: readonly Column<AttributedVerdict>[] = [
  column('matched_by', 'Matched By', 16, ({ match }) => match?.matchedBy),
  column('session_id', 'Session', 16, ({ match }) => match?.session.id),
  column('session_user', 'User', 12, ({ match }) => match?.session.user),
  column('anomaly', 'Anomaly', 24, ({ anomalies }) => anomalies.join(',') || undefined),
];

const UNVERIFIABLE: Column<AttributedVerdict> = column(
  'unverifiable',
  'Unverifiable',
  12,
  (finding) => (finding.unverifiable ? true : undefined),
  'flag',
);

/** The columns of `untracked-sessions`: one finding a row. */
export const FINDING_COLUMNS: readonly Column<AttributedVerdict>[] = [
  ...ofEvent([
    'event_id',
    'event_time',
    'event_name',
    'role_arn',
    'principal_id',
    'caller_arn',
    'caller_account_id',
    'account_id',
    'region',
    'source_ip',
    'user_agent',
    'source_identity',
  ]),
  ...JUDGEMENT,
  UNVERIFIABLE,
];

/** The columns of the anomalies of `untracked-sessions`: tracked events that cannot be right. */
export const ANOMALY_COLUMNS: readonly Column<AttributedVerdict>[] = [
  ...ofEvent(['event_id', 'event_time', 'event_name', 'role_arn', 'caller_arn', 'account_id']),
  ...ofEvent(['region', 'source_ip', 'source_identity']),
  ...MATCH,
  JUDGEMENT[2]!,
];

/** The columns of `export verdicts`: every judged event. */
export const VERDICT_COLUMNS: readonly Column<AttributedVerdict>[] = [
  ...ofEvent(EVENT_COLUMNS.map(({ name }) => name)),
  ...JUDGEMENT,
  ...MATCH,
  UNVERIFIABLE,
];

function ofEvent(names: readonly string[]): Column<AttributedVerdict>[] {
  return names.map((name) => {
    const { of, ...rest } = EVENT_COLUMNS.find((known) => known.name === name)!;
    return { ...rest, of: ({ call }) => of(call) };
  });
}
