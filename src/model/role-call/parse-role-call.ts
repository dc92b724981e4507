import { RecordError } from '../../errors.js';
import { printable } from '../../text/terminal-text.js';
import { parseInstant } from '../time/instant.js';
import { ROLE_CALLS, type RoleCall } from './role-call.js';

/** The calls by which other services hand out role credentials: service, and name as CloudTrail has it. */
const OTHER_ROLE_CALLS: ReadonlySet<string> = new Set([
  'rolesanywhere:CreateSession',
  'sso:GetRoleCredentials',
  'eks-auth:AssumeRoleForPodIdentity',
  'cognito-identity:GetCredentialsForIdentity',
  'iot:AssumeRoleWithCertificate',
  'signin:SwitchRole',
]);

type Json = Readonly<Record<string, unknown>>;

/**
 * The role event that a CloudTrail record describes; undefined for a record of anything else.
 *
 * @throws RecordError when it is no record, when nobody can tell whether it is one of a role call, and when
 *   it is one and lacks what tells it apart or places it in time, or has a member of another type.
 */
export function parseRoleCall(value: unknown): RoleCall | undefined {
  const record = membersOf(value, 'the record');
  if (record['eventType'] === 'AwsCloudTrailInsight') return undefined;
  const eventName = textIn(record, 'eventName');
  if (eventName === undefined) throw new RecordError('eventName: missing');
  const isNamed = isRoleCall(eventName);
  if (!isNamed && !isOtherName(eventName)) return undefined;
  const eventSource = textIn(record, 'eventSource');
  if (eventSource === undefined) throw new RecordError('eventSource: missing');
  const service = serviceOf(eventSource);
  const name = isNamed ? eventName : `${service}:${eventName}`;
  if (isNamed ? service !== 'sts' : !OTHER_ROLE_CALLS.has(name)) return undefined;
  const eventId = textIn(record, 'eventID');
  if (eventId === undefined) throw new RecordError('eventID: missing');
  const request = objectIn(record, 'requestParameters');
  const response = objectIn(record, 'responseElements');
  const caller = objectIn(record, 'userIdentity');
  const session = objectIn(caller, 'sessionContext');
  return {
    eventId,
    eventTime: timeIn(record),
    eventName: name,
    region: textIn(record, 'awsRegion'),
    accountId: textIn(record, 'recipientAccountId'),
    roleArn: textIn(request, 'roleArn') ?? roleAmong(listIn(record, 'resources')),
    sourceIdentity:
      textIn(request, 'sourceIdentity') ??
      textIn(response, 'sourceIdentity') ??
      textIn(session, 'sourceIdentity') ??
      textIn(caller, 'sourceIdentity'),
    sessionTag: sessionTagIn(request),
    roleSessionName: textIn(request, 'roleSessionName'),
    principalId: textIn(caller, 'principalId'),
    callerArn: textIn(caller, 'arn'),
    callerRoleArn: textIn(objectIn(session, 'sessionIssuer'), 'arn'),
    callerType: textIn(caller, 'type'),
    callerAccountId: textIn(caller, 'accountId'),
    identityProvider: providerIn(caller, request, response),
    hop: textIn(session, 'sourceIdentity') === undefined ? 'first' : 'later',
    invokedBy: textIn(caller, 'invokedBy'),
    sourceIp: textIn(record, 'sourceIPAddress'),
    userAgent: textIn(record, 'userAgent'),
    errorCode: textIn(record, 'errorCode'),
    sharedEventId: textIn(record, 'sharedEventID'),
    weight: 1,
  };
}

function isRoleCall(name: string): boolean {
  return ROLE_CALLS.some((call) => call === name);
}

/**
 * Of SAML, the issuer is in the answer and the provider's ARN in the request; of web identity, the provider
 * is in the answer, and of OAuth in the request (CloudTrail User Guide, "userIdentity element"; STS API
 * reference, AssumeRoleWithSAML and AssumeRoleWithWebIdentity).
 */
function providerIn(caller: Json, request: Json, response: Json): string | undefined {
  return (
    textIn(caller, 'identityProvider') ??
    textIn(response, 'issuer') ??
    textIn(response, 'provider') ??
    textIn(request, 'providerId') ??
    textIn(request, 'principalArn')
  );
}

function roleAmong(resources: readonly Json[]): string | undefined {
  const role = resources.find(({ type }) => type === 'AWS::IAM::Role') ?? {};
  return textIn(role, 'ARN') ?? textIn(role, 'arn');
}

function isOtherName(name: string): boolean {
  return [...OTHER_ROLE_CALLS].some((call) => call.endsWith(`:${name}`));
}

/** `sts`, of `sts.amazonaws.com`, and of its name in a region or in China, which are not usual. */
function serviceOf(eventSource: string): string {
  return eventSource.replace(/(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$/, '');
}

/** A chained call may carry the tag that the session of its caller was given: it is passed on. */
function sessionTagIn(request: Json): string | undefined {
  const tag = listIn(request, 'tags').find(({ key }) => key === TAG) ?? {};
  const incoming = request['incomingTransitiveTags'] ?? {};
  if (!Array.isArray(incoming)) {
    return textIn(tag, 'value') ?? textIn(membersOf(incoming, 'incomingTransitiveTags'), TAG);
  }
  const passedOn = listIn(request, 'incomingTransitiveTags').find(({ key }) => key === TAG) ?? {};
  return textIn(tag, 'value') ?? textIn(passedOn, 'value');
}

const TAG = 'SentinelSessionID';

function timeIn(record: Json): string {
  const time = textIn(record, 'eventTime');
  if (time !== undefined && parseInstant(time) !== undefined) return time;
  const found = time === undefined ? 'nothing' : `"${printable(time, 60)}"`;
  throw new RecordError(`eventTime: expected an RFC 3339 time, found ${found}`);
}

/** A member that is a text; undefined when it is absent or empty. */
function textIn(object: Json, name: string): string | undefined {
  const value = object[name] ?? '';
  if (typeof value !== 'string')
    throw new RecordError(`${name}: expected text, found ${kindOf(value)}`);
  return value === '' ? undefined : value;
}

function objectIn(object: Json, name: string): Json {
  return membersOf(object[name] ?? {}, name);
}

function listIn(object: Json, name: string): Json[] {
  const value = object[name] ?? [];
  if (!Array.isArray(value))
    throw new RecordError(`${name}: expected a list, found ${kindOf(value)}`);
  return value.map((member) => membersOf(member, `${name}, a member`));
}

function membersOf(value: unknown, name: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new RecordError(`${name}: expected an object, found ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
