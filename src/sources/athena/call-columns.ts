import type { Member } from './records/member.js';
import type { RecordColumns } from './records/record-columns.js';
import type { AthenaTable } from './table-shape.js';

/** A column of a role call, as the statements name it. */
export interface CallColumn {
  readonly name: string;
  /** How it is read from a row of the table. Empty texts are NULL, as absent members are. */
  readonly sql: string;
  /** Where a CloudTrail record has it, so that the row can be read as one; empty where no record does. */
  readonly path: readonly string[];
  /** Does a verdict depend on it? Calls that are equal in these columns are one group. */
  readonly isGrouped: boolean;
}

/** The columns of a role call, in the order in which the statements answer them. */
export function callColumns({ records }: AthenaTable): readonly CallColumn[] {
  const { read, text } = records;
  const ifThere = (member: Member): string => {
    const expression = read(member);
    return expression === undefined ? 'CAST(NULL AS varchar)' : present(expression);
  };
  const request = (member: string): string => memberOf(text('requestparameters'), member);
  const answered = memberOf(text('responseelements'), 'sourceIdentity');
  const ofSession = read('useridentity.sessioncontext.sourceidentity');
  const identities = [request('sourceIdentity'), answered];
  if (ofSession !== undefined) identities.push(present(ofSession));
  // Without the column: an identity that is answered and was not asked for is inherited.
  const inherited = `CASE WHEN ${text('eventname')} = 'AssumeRole' AND ${text('useridentity.type')} = 'AssumedRole' AND ${request('sourceIdentity')} IS NULL
      THEN ${answered} END`;
  return [
    column('event_id', present(text('eventid')), 'eventID'),
    column('event_time', timeText(records), 'eventTime'),
    column('event_source', present(text('eventsource')), 'eventSource'),
    column('region', present(text('awsregion')), 'awsRegion'),
    grouped('event_name', text('eventname'), 'eventName'),
    grouped(
      'role_arn',
      `coalesce(${request('roleArn')},
      ${ifThere('resources.role')})`,
      'requestParameters.roleArn',
    ),
    grouped(
      'source_identity',
      `coalesce(${identities.join(',\n      ')})`,
      'requestParameters.sourceIdentity',
    ),
    grouped('tags', tagsIn(text('requestparameters')), 'requestParameters.tags'),
    grouped('caller_arn', present(text('useridentity.arn')), 'userIdentity.arn'),
    grouped(
      'caller_role_arn',
      ifThere('useridentity.sessioncontext.sessionissuer.arn'),
      'userIdentity.sessionContext.sessionIssuer.arn',
    ),
    grouped(
      'caller_source_identity',
      ofSession === undefined ? inherited : present(ofSession),
      'userIdentity.sessionContext.sourceIdentity',
    ),
    grouped('caller_account_id', present(text('useridentity.accountid')), 'userIdentity.accountId'),
    grouped('session_naming', namingOf(request('roleSessionName')), ''),
    grouped('error_code', present(text('errorcode')), 'errorCode'),
    column('account_id', ifThere('recipientaccountid'), 'recipientAccountId'),
    column('role_session_name', request('roleSessionName'), 'requestParameters.roleSessionName'),
    column('principal_id', present(text('useridentity.principalid')), 'userIdentity.principalId'),
    column('caller_type', present(text('useridentity.type')), 'userIdentity.type'),
    column('invoked_by', ifThere('useridentity.invokedby'), 'userIdentity.invokedBy'),
    column('source_ip', present(text('sourceipaddress')), 'sourceIPAddress'),
    column('user_agent', ifThere('useragent'), 'userAgent'),
    column('shared_event_id', ifThere('sharedeventid'), 'sharedEventID'),
  ];
}

/** The time as CloudTrail writes it as a text. */
function timeText({ text, timeType }: RecordColumns): string {
  const time = text('eventtime');
  return timeType === 'text' ? time : `date_format(${time}, '%Y-%m-%dT%H:%i:%sZ')`;
}

/** An example of the role session names that are alike in what made them; NULL for any other name. */
function namingOf(name: string): string {
  return `CASE WHEN ${name} LIKE 'tvm-%' THEN 'tvm-'
      WHEN regexp_like(${name}, '^sentinel-[0-9]{16,}$') THEN 'sentinel-0000000000000000' END`;
}

/** The tags of a request, as JSON. */
export function tagsIn(request: string): string {
  return `try(json_format(json_extract(${request}, '$.tags')))`;
}

/** A text that is not empty, else NULL. */
export function present(text: string): string {
  return `nullif(${text}, '')`;
}

function column(name: string, sql: string, path: string): CallColumn {
  return { name, sql, path: path === '' ? [] : path.split('.'), isGrouped: false };
}

function grouped(name: string, sql: string, path: string): CallColumn {
  return { ...column(name, sql, path), isGrouped: true };
}

/** A member of a JSON text. */
function memberOf(json: string, member: string): string {
  return present(`try(json_extract_scalar(${json}, '$.${member}'))`);
}
