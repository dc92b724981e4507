import { chargedTo, place } from '../../../model/attribution/place.js';
import type { CallCount } from '../../../model/verdict/call-count.js';
import type { Evidence } from '../../evidence.js';

/** Untracked calls that may be of a profile though they do not count for it. */
export interface HiddenCalls {
  readonly counts: readonly CallCount[];
  /** Is there no role that is known to be the profile's? Else the sessions that could tell are gone. */
  readonly isWithoutRole: boolean;
}

/**
 * Finds what may be hidden from a profile. While no role of it is known, every call that nothing but the name
 * of its role places may be its own. What is untracked of a role whose sessions are gone may be of each
 * profile. The profile map settles both.
 */
export function hiddenCalls(evidence: Evidence): (profile: string) => HiddenCalls {
  const { claims, counts } = evidence;
  const profilesOf = ({ roleArn }: CallCount): ReadonlySet<string> =>
    new Set(roleArn === undefined ? [] : chargedTo(place(roleArn, claims)));
  // Asked for many profiles: the calls are placed once.
  const beside = new Map(besideLostSessions(evidence).map((one) => [one, profilesOf(one)]));
  const byName = counts.filter((one) => isPlacedByName(one, claims));
  const both = new Map([...beside, ...byName.map((one) => [one, profilesOf(one)] as const)]);
  return (profile) => {
    const isWithoutRole = !claims.knowsRoleOf(profile);
    const hidden = [...(isWithoutRole ? both : beside)].flatMap(([one, profiles]) =>
      profiles.has(profile) ? [] : [one],
    );
    return { counts: hidden, isWithoutRole };
  };
}

/**
 * The untracked calls of roles that were also assumed with sessions that are gone, which may have been of any
 * profile; those apart that cannot be verified themselves, and whose role the profile map places.
 */
function besideLostSessions({ claims, counts }: Evidence): readonly CallCount[] {
  const withLostSessions = new Set(
    counts.flatMap(({ unverifiable, hop, roleArn }) =>
      unverifiable && hop !== 'later' && roleArn !== undefined ? [roleArn] : [],
    ),
  );
  return counts.filter(
    ({ category, allowedBy, unverifiable, roleArn }) =>
      category !== 'tracked' &&
      allowedBy === undefined &&
      !unverifiable &&
      roleArn !== undefined &&
      withLostSessions.has(roleArn) &&
      place(roleArn, claims).by !== 'map',
  );
}

/** Is it an untracked call that nothing but the name of its role could place, or not even that? */
export function isPlacedByName(
  { category, roleArn, allowedBy }: CallCount,
  claims: Evidence['claims'],
): boolean {
  if (category === 'tracked' || allowedBy !== undefined) return false;
  return roleArn === undefined || place(roleArn, claims).by === 'name';
}
