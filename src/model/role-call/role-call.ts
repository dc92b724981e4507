/** The calls of STS that hand out role credentials. */
export const ROLE_CALLS = [
  'AssumeRole',
  'AssumeRoleWithSAML',
  'AssumeRoleWithWebIdentity',
  'AssumeRoot',
] as const;

/**
 * Does the caller's own session carry a source identity, so that the call is a later link of a chain?
 * `unknown` where the carrier does not show it and the caller's role was assumed with an identity.
 */
export type Hop = 'first' | 'later' | 'unknown';

/**
 * One call that asked for role credentials, out of a CloudTrail record, whatever carried the record; or a
 * group of calls that are equal in everything a verdict depends on, except time. The credentials of the
 * record are not in it. A field that the record does not have is undefined.
 */
export interface RoleCall {
  readonly eventId: string;
  /** RFC 3339 text as recorded: UTC, whole seconds, when the call completed. */
  readonly eventTime: string;
  /** Of another service than STS with its name before it: `sso:GetRoleCredentials`. */
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
  /** Who vouched for a federated caller: an issuer, or the ARN or the host of a provider. */
  readonly identityProvider?: string | undefined;
  readonly hop: Hop;
  readonly invokedBy: string | undefined;
  readonly sourceIp: string | undefined;
  readonly userAgent: string | undefined;
  /** Present when no credentials were issued. */
  readonly errorCode: string | undefined;
  /** Shared by the records that the two accounts of a cross-account call have of it. */
  readonly sharedEventId: string | undefined;
  /** How many calls this row stands for: 1, unless it is a group. */
  readonly weight: number;
  /** Of a group, the time of its last call, as {@link eventTime}, which is that of its first. */
  readonly until?: string;
  /** Of a group, the key by which its carrier gives its calls one by one. */
  readonly group?: string;
}

/** Did an AWS service call for itself? No broker can stand in front of that. */
export function isServiceCall(event: RoleCall): boolean {
  const { callerType = 'Unknown', callerArn, principalId, callerAccountId, invokedBy = '' } = event;
  if (callerType === 'AWSService') return true;
  const isNobody = (callerArn ?? principalId ?? callerAccountId) === undefined;
  return callerType === 'Unknown' && isNobody && /\.amazonaws\.com(\.cn)?$/.test(invokedBy);
}

/** Were no credentials issued? */
export function isFailedCall(event: RoleCall): boolean {
  return event.errorCode !== undefined;
}

/**
 * How much an event says of its caller. Of the two records of a cross-account call, the caller's account
 * has the full identity, the other only principal and account.
 */
export function callerFullness(event: RoleCall): number {
  const isNamed = event.callerType !== undefined && event.callerType !== 'AWSAccount';
  return (event.callerArn ? 4 : 0) + (isNamed ? 2 : 0) + (event.principalId ? 1 : 0);
}
