import type { ReadIdentity } from '../role-call/source-identity.js';
import type { RoleCall } from '../role-call/role-call.js';
import type { LookupKey, SessionMatch, SessionSummary } from '../session/session-lookup.js';
import { isSessionId } from '../session/session.js';
import { parseInstant } from '../time/instant.js';

/** What an event can be without a session behind it. */
export const FINDING_CATEGORIES = [
  'no_source_identity',
  'non_sentinel_format',
  'orphaned',
] as const;
export type FindingCategory = (typeof FINDING_CATEGORIES)[number];
type Category = FindingCategory | 'tracked';

/** What cannot be right about an event that has a session: a copied id can dress up a bypass. */
export const ANOMALIES = [
  'after_revocation',
  'outside_session',
  'user_mismatch',
  'unexpected_caller',
  'role_mismatch',
] as const;
export type Anomaly = (typeof ANOMALIES)[number];

export const REASONS: Readonly<Record<FindingCategory, string>> = {
  no_source_identity: 'No SourceIdentity set on AssumeRole call',
  non_sentinel_format: 'SourceIdentity not in Sentinel format',
  orphaned: 'Sentinel SourceIdentity but session not found (expired/deleted)',
};

/** One judged call, or a group of calls that have one verdict. */
export interface Verdict {
  readonly call: RoleCall;
  readonly category: Category;
  /** The session behind a tracked call, and how it was found. */
  readonly match: SessionMatch | undefined;
  readonly anomalies: readonly Anomaly[];
  /** It names a session, and the sessions that were read do not cover its time: it cannot be judged. */
  readonly unverifiable: boolean;
  /** The name of the rule of the allow list that permits it; only a would-be finding has one. */
  readonly allowedBy?: string | undefined;
}

/** What calls are judged by. */
export interface JudgeRules {
  readonly readIdentity: ReadIdentity;
  /** Is this one of the brokers? Undefined when nobody said who they are. */
  readonly isBroker: ((call: RoleCall) => boolean) | undefined;
  /** Do the explicit map or the AWS config give the profile other roles than this one? */
  readonly isOtherRole: (profile: string, roleArn: string) => boolean;
}

/** Clocks differ, and CloudTrail has whole seconds: five minutes of grace. */
const GRACE = 300;

/** What a call offers to find its session by. */
export function lookupKeyOf(call: RoleCall, readIdentity: ReadIdentity): LookupKey {
  const { sourceIdentity, sessionTag } = call;
  const form = sourceIdentity === undefined ? undefined : readIdentity(sourceIdentity);
  return { tag: sessionTag, sourceIdentity, sessionId: form?.session, at: secondsOf(call) };
}

/**
 * Judges one call by the session that was found for it, or was not found in a complete read. `isCovered`
 * says whether the sessions that were read hold all that can stand behind a call of a second.
 */
export function judge(
  call: RoleCall,
  match: SessionMatch | undefined,
  isCovered: (second: number) => boolean,
  rules: JudgeRules,
): Verdict {
  if (match !== undefined) {
    const anomalies = anomaliesOf(call, match.session, rules);
    return { call, category: 'tracked', match, anomalies, unverifiable: false };
  }
  const category = findingOf(call, rules.readIdentity);
  const namesSession = category === 'orphaned' || isSessionId(call.sessionTag);
  const unverifiable = namesSession && !isCovered(secondsOf(call));
  return { call, category, match, anomalies: [], unverifiable };
}

function findingOf({ sourceIdentity }: RoleCall, readIdentity: ReadIdentity): FindingCategory {
  if (sourceIdentity === undefined) return 'no_source_identity';
  return readIdentity(sourceIdentity) === undefined ? 'non_sentinel_format' : 'orphaned';
}

function anomaliesOf(call: RoleCall, session: SessionSummary, rules: JudgeRules): Anomaly[] {
  const at = secondsOf(call);
  const { startedAt = -Infinity, expiresAt = Infinity, updatedAt = Infinity } = session;
  const anomalies: Anomaly[] = [];
  if (session.status === 'revoked' && at > updatedAt + GRACE) anomalies.push('after_revocation');
  if (at < startedAt - GRACE || at > expiresAt + GRACE) anomalies.push('outside_session');
  const named = call.sourceIdentity && rules.readIdentity(call.sourceIdentity)?.user;
  if (named && session.user !== undefined && named !== session.user)
    anomalies.push('user_mismatch');
  if (rules.isBroker?.(call) === false) anomalies.push('unexpected_caller');
  if (session.profile !== undefined && call.roleArn !== undefined) {
    if (rules.isOtherRole(session.profile, call.roleArn)) anomalies.push('role_mismatch');
  }
  return anomalies;
}

function secondsOf(call: RoleCall): number {
  return parseInstant(call.eventTime)!.seconds;
}
