import type { RoleCall } from '../role-call/role-call.js';
import type { SessionSummary, SessionMatch, LookupKey } from '../session/session-lookup.js';
import type { ReadIdentity } from '../role-call/source-identity.js';
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

/** One judged event. */
export interface Verdict {
  readonly event: RoleCall;
  readonly category: Category;
  /** The session behind a tracked event, and how it was found. */
  readonly match: SessionMatch | undefined;
  readonly anomalies: readonly Anomaly[];
  /** It names a session, and is from before the oldest one that was read: nobody can tell. */
  readonly unverifiable: boolean;
}

/** What an event is judged by. */
export interface JudgeRules {
  readonly readIdentity: ReadIdentity;
  /** Is this one of the brokers? Undefined when nobody said who they are. */
  readonly isBroker: ((event: RoleCall) => boolean) | undefined;
  /** Do the explicit map or the AWS config give the profile other roles than this one? */
  readonly isOtherRole: (profile: string, roleArn: string) => boolean;
}

/** Clocks differ, and CloudTrail has whole seconds: five minutes of grace. */
const GRACE = 300;

/** What an event offers to find its session by. */
export function lookupKeyOf(event: RoleCall, readIdentity: ReadIdentity): LookupKey {
  const { sourceIdentity, sessionTag } = event;
  const form = sourceIdentity === undefined ? undefined : readIdentity(sourceIdentity);
  return { tag: sessionTag, sourceIdentity, sessionId: form?.session, at: secondsOf(event) };
}

/** Judges one event by the session that was found for it, or was not, in a complete read. */
export function judge(
  event: RoleCall,
  match: SessionMatch | undefined,
  oldestSession: number | undefined,
  judging: JudgeRules,
): Verdict {
  if (match !== undefined) {
    const anomalies = anomaliesOf(event, match.session, judging);
    return { event, category: 'tracked', match, anomalies, unverifiable: false };
  }
  const category = findingOf(event, judging.readIdentity);
  const hadSession = category === 'orphaned' || event.sessionTag !== undefined;
  const unverifiable =
    hadSession && (oldestSession === undefined || secondsOf(event) < oldestSession);
  return { event, category, match, anomalies: [], unverifiable };
}

function findingOf({ sourceIdentity }: RoleCall, readIdentity: ReadIdentity): FindingCategory {
  if (sourceIdentity === undefined) return 'no_source_identity';
  return readIdentity(sourceIdentity) === undefined ? 'non_sentinel_format' : 'orphaned';
}

function anomaliesOf(event: RoleCall, session: SessionSummary, judging: JudgeRules): Anomaly[] {
  const at = secondsOf(event);
  const { startedAt = -Infinity, expiresAt = Infinity, updatedAt = Infinity } = session;
  const anomalies: Anomaly[] = [];
  if (session.status === 'revoked' && at > updatedAt + GRACE) anomalies.push('after_revocation');
  if (at < startedAt - GRACE || at > expiresAt + GRACE) anomalies.push('outside_session');
  const named = event.sourceIdentity && judging.readIdentity(event.sourceIdentity)?.user;
  if (named && session.user !== undefined && named !== session.user)
    anomalies.push('user_mismatch');
  if (judging.isBroker?.(event) === false) anomalies.push('unexpected_caller');
  if (session.profile !== undefined && event.roleArn !== undefined) {
    if (judging.isOtherRole(session.profile, event.roleArn)) anomalies.push('role_mismatch');
  }
  return anomalies;
}

function secondsOf(event: RoleCall): number {
  return parseInstant(event.eventTime)!.seconds;
}
