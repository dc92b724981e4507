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

/** A call's own session, where the table shows its source identity. */
const OF_SESSION = 'useridentity.sessioncontext.sourceidentity';

const ISSUER = 'useridentity.sessioncontext.sessionissuer.arn';

/** A time as CloudTrail writes it as a text. */
const TIME_TEXT = `date_format(eventtime, '%Y-%m-%dT%H:%i:%sZ')`;

/** An example of the role session names that are alike in what made them; NULL for any other name. */
const SESSION_NAMING = `CASE WHEN ${inRequest('roleSessionName')} LIKE 'tvm-%' THEN 'tvm-'
      WHEN regexp_like(${inRequest('roleSessionName')}, '^sentinel-[0-9]{16,}$') THEN 'sentinel-0000000000000000' END`;

/** The columns of a role call, in the order in which the statements answer them. */
export function callColumns({
  hasCallerIdentity,
  has,
  timeType,
}: AthenaTable): readonly CallColumn[] {
  const ifThere = (path: string, text: string): string =>
    has(path) ? present(text) : 'CAST(NULL AS varchar)';
  const identities = [
    inRequest('sourceIdentity'),
    scalar('responseelements', 'sourceIdentity'),
    ...(hasCallerIdentity ? [present(OF_SESSION)] : []),
  ];
  // Without the column: an identity that is answered and was not asked for is inherited.
  const inherited = `CASE WHEN eventname = 'AssumeRole' AND useridentity.type = 'AssumedRole' AND ${inRequest('sourceIdentity')} IS NULL
      THEN ${scalar('responseelements', 'sourceIdentity')} END`;
  return [
    column('event_id', present('eventid'), 'eventID'),
    column('event_time', timeType === 'text' ? 'eventtime' : TIME_TEXT, 'eventTime'),
    column('event_source', present('eventsource'), 'eventSource'),
    column('region', present('awsregion'), 'awsRegion'),
    grouped('event_name', 'eventname', 'eventName'),
    grouped(
      'role_arn',
      `coalesce(${inRequest('roleArn')},
      ${ifThere('resources.arn', "element_at(filter(resources, r -> r.type = 'AWS::IAM::Role'), 1).arn")})`,
      'requestParameters.roleArn',
    ),
    grouped(
      'source_identity',
      `coalesce(${identities.join(',\n      ')})`,
      'requestParameters.sourceIdentity',
    ),
    grouped(
      'tags',
      `try(json_format(json_extract(requestparameters, '$.tags')))`,
      'requestParameters.tags',
    ),
    grouped('caller_arn', present('useridentity.arn'), 'userIdentity.arn'),
    grouped(
      'caller_role_arn',
      ifThere(ISSUER, ISSUER),
      'userIdentity.sessionContext.sessionIssuer.arn',
    ),
    grouped(
      'caller_source_identity',
      hasCallerIdentity ? present(OF_SESSION) : inherited,
      'userIdentity.sessionContext.sourceIdentity',
    ),
    grouped('caller_account_id', present('useridentity.accountid'), 'userIdentity.accountId'),
    grouped('session_naming', SESSION_NAMING, ''),
    grouped('error_code', present('errorcode'), 'errorCode'),
    column('account_id', ifThere('recipientaccountid', 'recipientaccountid'), 'recipientAccountId'),
    column('role_session_name', inRequest('roleSessionName'), 'requestParameters.roleSessionName'),
    column('principal_id', present('useridentity.principalid'), 'userIdentity.principalId'),
    column('caller_type', present('useridentity.type'), 'userIdentity.type'),
    column(
      'invoked_by',
      ifThere('useridentity.invokedby', 'useridentity.invokedby'),
      'userIdentity.invokedBy',
    ),
    column('source_ip', present('sourceipaddress'), 'sourceIPAddress'),
    column('user_agent', ifThere('useragent', 'useragent'), 'userAgent'),
    column('shared_event_id', ifThere('sharedeventid', 'sharedeventid'), 'sharedEventID'),
  ];
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

function inRequest(member: string): string {
  return scalar('requestparameters', member);
}

function scalar(name: string, member: string): string {
  return present(`try(json_extract_scalar(${name}, '$.${member}'))`);
}
