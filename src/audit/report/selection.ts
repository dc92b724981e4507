import type { SetAside } from '../../model/report/set-aside.js';
import { type CallCount, callsIn } from '../../model/verdict/call-count.js';
import type { AttributedVerdict } from '../../model/verdict/attributed-verdict.js';
import { wildcard } from '../../text/wildcard.js';
import { type Evidence, profilesOf } from '../evidence.js';

/** Which calls a report is about; undefined is all. */
export interface Selected {
  /** The ARN of a role, or a pattern with `*`. */
  readonly role: string | undefined;
  readonly profile: string | undefined;
}

/** The part of the evidence that a report is about. */
export interface Selection {
  /** Of the calls that are listed, those that are permitted left out. */
  readonly counts: readonly CallCount[];
  readonly isListed: (verdict: AttributedVerdict) => boolean;
  /** What was counted apart, with what is permitted and what is left out here. */
  readonly setAside: SetAside;
  /** Did any judged call assume the role that is asked for? True where none is. */
  readonly isRoleSeen: boolean;
}

/**
 * Selects the calls of a role and of a profile. A call of a role that several profiles use is of each of
 * them; a call that does not say its role may be of any role, and untracked also of any profile.
 */
export function select(
  { counts, claims, setAside }: Evidence,
  { role, profile }: Selected,
): Selection {
  const matchesRole = role === undefined ? () => true : wildcard(role);
  const isOf = (
    category: CallCount['category'],
    roleArn: string | undefined,
    profiles: readonly string[],
  ): boolean =>
    (roleArn === undefined || matchesRole(roleArn)) &&
    (profile === undefined ||
      profiles.includes(profile) ||
      (category !== 'tracked' && roleArn === undefined));
  const judged = counts.filter(({ allowedBy }) => allowedBy === undefined);
  const listed = judged.filter((count) =>
    isOf(count.category, count.roleArn, profilesOf(count, claims)),
  );
  return {
    counts: listed,
    isListed: ({ category, call, profiles }) => isOf(category, call.roleArn, profiles),
    setAside: {
      ...setAside,
      allowed: callsIn(counts) - callsIn(judged),
      filtered_out: callsIn(judged) - callsIn(listed),
    },
    isRoleSeen:
      role === undefined ||
      counts.some(({ roleArn }) => roleArn !== undefined && matchesRole(roleArn)),
  };
}
