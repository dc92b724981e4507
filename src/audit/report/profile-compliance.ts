import { place } from '../../model/attribution/place.js';
import type { RoleClaims, Way } from '../../model/attribution/role-claims.js';
import type { ProfileCompliance } from '../../model/report/profile-compliance.js';
import { type CallCount, callsIn } from '../../model/verdict/call-count.js';
import { type Evidence, profilesOf } from '../evidence.js';
import { hiddenCalls } from './caveats/hidden-calls.js';

/** Does a policy require tracked sessions for a profile, and by which rule? */
export type RequirementOf = (profile: string) => {
  readonly required: boolean;
  readonly rule: string | undefined;
};

/** Which profiles are listed, and what makes a gap count. */
export interface ProfileChoice {
  /** Listed if they are required, though nothing was seen of them. */
  readonly named: readonly string[];
  /** The one that is asked for: listed in any case, and then nothing else. */
  readonly asked: string | undefined;
  readonly failOn: ReadonlySet<string>;
  /** Is the one that is asked for known to anything? */
  readonly isKnown: boolean;
}

/** Under what calls without a role, or of a session without a profile, are listed. */
const UNKNOWN = 'unknown';

/**
 * What each profile's policy demands and what was seen, sorted by profile. A call counts for every profile
 * that has a claim on its role.
 */
export function profileCompliance(
  evidence: Evidence,
  listed: readonly CallCount[],
  requirementOf: RequirementOf,
  { named, asked, failOn, isKnown }: ProfileChoice,
): readonly ProfileCompliance[] {
  const hiddenFrom = hiddenCalls(evidence);
  const byProfile = new Map<string, CallCount[]>();
  for (const profile of named) if (requirementOf(profile).required) byProfile.set(profile, []);
  if (asked !== undefined) byProfile.set(asked, []);
  for (const one of listed) {
    const profiles = profilesOf(one, evidence.claims);
    for (const profile of profiles.length === 0 ? [UNKNOWN] : profiles) {
      const calls = byProfile.get(profile);
      if (calls === undefined) byProfile.set(profile, [one]);
      else calls.push(one);
    }
  }
  return [...byProfile]
    .filter(([profile]) => asked === undefined || profile === asked)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([profile, calls]) => {
      const { required, rule } = requirementOf(profile);
      const of = (passes: (one: CallCount) => boolean): number => callsIn(calls.filter(passes));
      const untracked = of((one) => one.category !== 'tracked' && !one.unverifiable);
      const unverifiable = of((one) => one.unverifiable);
      const hasGap = required && untracked > 0;
      // A gap is a gap, and nothing else is in doubt.
      const hidden = required && !hasGap ? hiddenFrom(profile) : undefined;
      const mayHideCalls = hidden !== undefined && hidden.counts.length > 0;
      return {
        profile,
        required,
        rule,
        tracked: of(({ category }) => category === 'tracked'),
        untracked,
        unverifiable,
        isKnown,
        hasGap,
        mayHideCalls,
        isWithoutRole: hidden?.isWithoutRole === true,
        undetermined: required && !hasGap && (unverifiable > 0 || mayHideCalls),
        fails: required && of((one) => failOn.has(one.category) && !one.unverifiable) > 0,
      };
    });
}

/** Untracked calls by the surest way that placed their role; those without a role are of no way. */
export function placedBy(
  claims: RoleClaims,
  counts: readonly CallCount[],
): Readonly<Partial<Record<Way, number>>> {
  const ways: Partial<Record<Way, number>> = {};
  for (const { category, roleArn, allowedBy, calls } of counts) {
    if (category === 'tracked' || allowedBy !== undefined || roleArn === undefined) continue;
    const { by } = place(roleArn, claims);
    ways[by] = (ways[by] ?? 0) + calls;
  }
  return ways;
}
