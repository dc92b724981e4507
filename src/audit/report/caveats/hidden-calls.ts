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
 * of its role places may be its own. Where a call of a role names a session that is gone, that session may
 * have been of any profile: what is untracked of the role may be of each. The profile map settles both.
 */
export function hiddenCalls({ claims, counts }: Evidence): (profile: string) => HiddenCalls {
  const untracked = counts.filter(
    ({ category, allowedBy }) => category !== 'tracked' && allowedBy === undefined,
  );
  const withLostSessions = new Set(
    counts.flatMap(({ unverifiable, hop, roleArn }) =>
      unverifiable && hop !== 'later' && roleArn !== undefined ? [roleArn] : [],
    ),
  );
  const hasLostSessions = (roleArn: string | undefined): boolean =>
    roleArn !== undefined && withLostSessions.has(roleArn) && place(roleArn, claims).by !== 'map';
  return (profile) => {
    const isWithoutRole = !claims.knowsRoleOf(profile);
    const isHidden = (one: CallCount): boolean =>
      (isWithoutRole && isPlacedByName(one, claims)) ||
      (!one.unverifiable && hasLostSessions(one.roleArn));
    const countsFor = ({ roleArn }: CallCount): boolean =>
      roleArn !== undefined && chargedTo(place(roleArn, claims)).includes(profile);
    return { counts: untracked.filter((one) => isHidden(one) && !countsFor(one)), isWithoutRole };
  };
}

/** Is it an untracked call that nothing but the name of its role could place, or not even that? */
export function isPlacedByName(
  { category, roleArn, allowedBy }: CallCount,
  claims: Evidence['claims'],
): boolean {
  if (category === 'tracked' || allowedBy !== undefined) return false;
  return roleArn === undefined || place(roleArn, claims).by === 'name';
}
