import { roleNameOf } from '../model/attribution/role-claims.js';
import { profilesNamed } from '../model/policy/policy.js';
import type { AthenaCost } from '../model/report/athena-cost.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import type { Counters } from '../pipeline/read-context.js';
import type { Run } from '../run/run.js';
import type { ChosenCalls } from './choose-calls.js';
import { claimsOf, explicitClaims } from './claims-of.js';
import type { Evidence } from './evidence.js';
import type { SessionEvidence } from './session-evidence.js';

/** What is known when all calls have been judged, but for who asked. */
export function gatherEvidence(
  chosen: ChosenCalls,
  sessions: SessionEvidence,
  counts: Evidence['counts'],
  { from, freshUntil, knownRoles, policy, profile }: AuditOptions,
  { context: { meter } }: Run,
): Omit<Evidence, 'identity'> {
  const namedProfiles = new Set([
    ...(policy === undefined ? [] : profilesNamed(policy.policy)),
    ...sessions.profiles(),
    ...counts.flatMap(({ sessionProfile }) => sessionProfile ?? []),
    ...explicitClaims(knownRoles).map((claim) => claim.profile),
  ]);
  const mentioned = [...namedProfiles, ...(profile === undefined ? [] : [profile])];
  return {
    window: from.window,
    freshUntil,
    counts,
    claims: claimsOf(counts, knownRoles, mentioned, sessions.profiles()),
    namedProfiles,
    setAside: chosen.setAside(),
    notJudged: chosen.notJudged(),
    contradictions: chosen.contradictions(),
    sessions: sessions.coverage(),
    events: chosen.coverage(),
    rejected: meter.rejected,
    complete: meter.complete,
    athena: costOf(meter),
  };
}

function costOf({ queries, scannedBytes, dollars }: Counters): AthenaCost | undefined {
  if (queries === 0) return undefined;
  const cost = Number(dollars.toFixed(6));
  return { queries, bytes_scanned: scannedBytes, estimated_cost_usd: cost };
}

/**
 * Must all sessions be read, also where calls need no more of them? Files are read in any case: what is named
 * and cannot be read is no evidence. Otherwise they are needed for their profiles: the name of a role is a claim
 * where any session has such a profile, and a session may be the only one to know the profile that is asked for.
 */
export function needsAllSessions(
  counts: Evidence['counts'],
  { profile, policy, knownRoles, sessions }: AuditOptions,
): boolean {
  if (sessions.sessions.length > 0) return true;
  const hasUntracked = counts.some(
    ({ category, allowedBy, roleArn }) =>
      category !== 'tracked' && allowedBy === undefined && roleArn !== undefined,
  );
  if (hasUntracked || profile === undefined) return hasUntracked;
  return !(
    counts.some(
      ({ sessionProfile, roleArn = '' }) =>
        sessionProfile === profile || roleArn === profile || roleNameOf(roleArn) === profile,
    ) ||
    explicitClaims(knownRoles).some((claim) => claim.profile === profile) ||
    (policy !== undefined && profilesNamed(policy.policy).includes(profile))
  );
}
