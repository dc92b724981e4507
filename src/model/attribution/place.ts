import { type Claim, type RoleClaims, type Way, roleNameOf } from './role-claims.js';

/** Which profiles an untracked call of a role belongs to. */
export interface Placement {
  /** The surest way that names a profile. */
  readonly by: Way;
  /** The profiles that have a sure claim, the surest and most used first; none where some are suspected and nothing else is known. */
  readonly sure: readonly string[];
  /** Profiles that may be meant besides: of the role's name or ARN, where somebody mentions such a profile, and suspected ones. */
  readonly possible: readonly string[];
}

/**
 * The profiles that have a claim on a role. The user's map alone decides where it names the role: it is
 * there to settle doubts. Of all other ways each counts, for what passes as tracked must not move a role
 * away from where another way places it. Where nothing else is known, the role's name stands for a profile.
 */
export function place(roleArn: string, claims: RoleClaims): Placement {
  const claimed = claims.on(roleArn);
  const ofWay = (way: Claim['way']): readonly string[] =>
    claimed
      .filter((claim) => claim.way === way)
      .toSorted((a, b) => b.calls - a.calls || compare(a.profile, b.profile))
      .map(({ profile }) => profile);
  const mapped = claimed.filter(({ way }) => way === 'map');
  if (mapped.length > 0) {
    // The role's ARN in the map stands before its name.
    const [{ profile }] = mapped as [Claim];
    return { by: 'map', sure: [profile], possible: [] };
  }
  const [tracked, configured] = [ofWay('tracked'), inOrder(claimed, 'aws_config')];
  const isProfile = roleArn.startsWith('arn:') && claims.isMentioned(roleArn);
  const sure = [...new Set([...tracked, ...configured, ...(isProfile ? [roleArn] : [])])];
  const name = roleNameOf(roleArn);
  const namesake = claims.isMentioned(name) ? [name] : [];
  const suspected = ofWay('suspected').toSorted(compare);
  if (sure.length === 0) {
    const others = suspected.filter((profile) => profile !== name);
    const hasNamesake = namesake.length > 0 || others.length === 0;
    return { by: 'name', sure: hasNamesake ? [name] : [], possible: others };
  }
  const possible = [...new Set([...namesake, ...suspected])].filter(
    (profile) => !sure.includes(profile),
  );
  const by =
    tracked.length > 0 ? 'tracked' : configured.length > 0 ? 'aws_config' : 'session_profile';
  return { by, sure, possible };
}

/** The profiles that an untracked call of a role is charged to: all that have a claim, the surest first. */
export function chargedTo({ sure, possible }: Placement): readonly string[] {
  return [...sure, ...possible];
}

/** In the order of the file. */
function inOrder(claimed: readonly Claim[], way: Claim['way']): readonly string[] {
  return claimed.filter((claim) => claim.way === way).map(({ profile }) => profile);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
