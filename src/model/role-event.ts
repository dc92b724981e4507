import { RecordError } from '../errors.js';
import { printable } from './printable.js';
import { parseInstant } from './timestamp.js';

/** The calls that hand out role credentials. */
export const ROLE_CALLS = [
  'AssumeRole',
  'AssumeRoleWithSAML',
  'AssumeRoleWithWebIdentity',
  'AssumeRoot',
] as const;

/**
 * One call that asked for role credentials, out of a CloudTrail record, whatever carried the record. The
 * credentials of the record are not in it. A field that the record does not have is undefined.
 */
export interface RoleEvent {
  readonly eventId: string;
  /** RFC 3339 text as recorded: UTC, whole seconds, when the call completed. */
  readonly eventTime: string;
  readonly eventName: string;
  readonly region: string | undefined;
  /** The account whose trail recorded the event. */
  readonly accountId: string | undefined;
  /** The role that was assumed; never the caller's own. */
  readonly roleArn: string | undefined;
  readonly sourceIdentity: string | undefined;
  /** Value of the session tag `SentinelSessionID`. */
  readonly sessionTag: string | undefined;
  readonly roleSessionName: string | undefined;
  readonly principalId: string | undefined;
  readonly callerArn: string | undefined;
  /** The role behind an assumed-role caller. */
  readonly callerRoleArn: string | undefined;
  readonly callerType: string | undefined;
  readonly callerAccountId: string | undefined;
  /** The source identity that the caller's own session carries: the call is a second hop. */
  readonly callerSourceIdentity: string | undefined;
  readonly invokedBy: string | undefined;
  readonly sourceIp: string | undefined;
  readonly userAgent: string | undefined;
  /** Present when no credentials were issued. */
  readonly errorCode: string | undefined;
  /** Shared by the records that the two accounts of a cross-account call have of it. */
  readonly sharedEventId: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The role event that a CloudTrail record describes; undefined for a record of anything else.
 *
 * @throws RecordError when it is one, and lacks what tells it apart or places it in time.
 */
export function parseRoleEvent(record: unknown): RoleEvent | undefined {
  const { eventName, eventSource, eventID, eventTime, ...rest } = objectOf(record);
  if (eventSource !== 'sts.amazonaws.com') return undefined;
  if (typeof eventName !== 'string' || !isRoleCall(eventName)) return undefined;
  if (typeof eventID !== 'string' || eventID === '') throw new RecordError('eventID: missing');
  if (typeof eventTime !== 'string' || parseInstant(eventTime) === undefined) {
    const found =
      typeof eventTime === 'string' ? `"${printable(eventTime, 60)}"` : typeof eventTime;
    throw new RecordError(`eventTime: expected an RFC 3339 time, found ${found}`);
  }
  const request = objectOf(rest['requestParameters']);
  const response = objectOf(rest['responseElements']);
  const caller = objectOf(rest['userIdentity']);
  const session = objectOf(caller['sessionContext']);
  return {
    eventId: eventID,
    eventTime,
    eventName,
    region: textOf(rest['awsRegion']),
    accountId: textOf(rest['recipientAccountId']),
    roleArn: textOf(request['roleArn']) ?? roleAmong(rest['resources']),
    sourceIdentity:
      textOf(request['sourceIdentity']) ??
      textOf(response['sourceIdentity']) ??
      textOf(session['sourceIdentity']) ??
      textOf(caller['sourceIdentity']),
    sessionTag: sessionTagAmong(request['tags']),
    roleSessionName: textOf(request['roleSessionName']),
    principalId: textOf(caller['principalId']),
    callerArn: textOf(caller['arn']),
    callerRoleArn: textOf(objectOf(session['sessionIssuer'])['arn']),
    callerType: textOf(caller['type']),
    callerAccountId: textOf(caller['accountId']),
    callerSourceIdentity: textOf(session['sourceIdentity']),
    invokedBy: textOf(caller['invokedBy']),
    sourceIp: textOf(rest['sourceIPAddress']),
    userAgent: textOf(rest['userAgent']),
    errorCode: textOf(rest['errorCode']),
    sharedEventId: textOf(rest['sharedEventID']),
  };
}

/** Did an AWS service call for itself? No broker can stand in front of that. */
export function isServiceCall(event: RoleEvent): boolean {
  if (event.callerType === 'AWSService') return true;
  const isNobody = event.callerArn === undefined && event.principalId === undefined;
  return isNobody && event.callerAccountId === undefined && event.invokedBy !== undefined;
}

/** Were no credentials issued? */
export function isFailedCall(event: RoleEvent): boolean {
  return event.errorCode !== undefined;
}

/**
 * How much an event says of its caller. Of the two records of a cross-account call, the caller's account
 * has the full identity, the other only principal and account.
 */
export function callerFullness(event: RoleEvent): number {
  const isNamed = event.callerType !== undefined && event.callerType !== 'AWSAccount';
  return (event.callerArn ? 4 : 0) + (isNamed ? 2 : 0) + (event.principalId ? 1 : 0);
}

function isRoleCall(name: string): boolean {
  return ROLE_CALLS.some((call) => call === name);
}

function roleAmong(resources: unknown): string | undefined {
  if (!Array.isArray(resources)) return undefined;
  const role = resources.map(objectOf).find(({ type }) => type === 'AWS::IAM::Role');
  return textOf(role?.['ARN']) ?? textOf(role?.['arn']);
}

function sessionTagAmong(tags: unknown): string | undefined {
  if (!Array.isArray(tags)) return undefined;
  return textOf(tags.map(objectOf).find(({ key }) => key === 'SentinelSessionID')?.['value']);
}

/** A text with something in it. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : {};
}
