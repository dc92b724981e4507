import { knownRole } from '../aws/sso-role.js';

/** Who says that a role is a profile's, the surest first. */
export type Way = 'map' | 'tracked' | 'aws_config' | 'session_profile' | 'name' | 'suspected';

/** Somebody says that a role is a profile's. */
export interface Claim {
  /** An ARN; in the profile map also a name without path. */
  readonly role: string;
  readonly profile: string;
  /**
   * `map`: the user's profile map; `tracked`: a tracked call of a first hop; `aws_config`: a profile of an
   * AWS config file; `suspected`: tracked calls that are anomalous or may be of a later hop.
   */
  readonly way: 'map' | 'tracked' | 'aws_config' | 'suspected';
  /** How many calls say so; 0 where no call does. */
  readonly calls: number;
}

/** All claims on roles, and the profiles that anybody mentioned. A value: it is made once, and asked. */
export interface RoleClaims {
  /** The claims on the role with this ARN, also those of the map by its name. */
  readonly on: (roleArn: string) => readonly Claim[];
  /** The claims of the map and the AWS config for a profile. */
  readonly explicitFor: (profile: string) => readonly Claim[];
  /** Is any role known to be the profile's, by more than its name? */
  readonly knowsRoleOf: (profile: string) => boolean;
  /** Did a session, the map, the AWS config, a policy or an option name the profile? */
  readonly isMentioned: (profile: string) => boolean;
  /** Every profile that is mentioned or that has a claim. */
  readonly profiles: () => readonly string[];
  /** Every role on which there is a claim of the map, of tracked calls or of the AWS config, by ARN. */
  readonly roles: () => readonly string[];
}

/**
 * Indexes claims. `mentioned` are profiles that are known by their name alone: of the policy, of the
 * option that asks for one; `sessionProfiles` those of sessions, which may be roles themselves. Holds an
 * entry for each pair of role and profile.
 */
export function roleClaims(
  claims: readonly Claim[],
  mentioned: Iterable<string>,
  sessionProfiles: Iterable<string> = [],
): RoleClaims {
  const byRole = groupBy(claims, ({ role }) => role);
  const byProfile = groupBy(claims, ({ profile }) => profile);
  const inSessions = new Set(sessionProfiles);
  const named = new Set([...mentioned, ...inSessions, ...claims.map(({ profile }) => profile)]);
  const isExplicit = ({ way }: Claim): boolean => way === 'map' || way === 'aws_config';
  return {
    on: (roleArn) => namesOf(roleArn).flatMap((name) => byRole.get(name) ?? []),
    explicitFor: (profile) => (byProfile.get(profile) ?? []).filter(isExplicit),
    knowsRoleOf: (profile) =>
      (profile.startsWith('arn:') && inSessions.has(profile)) ||
      (byProfile.get(profile) ?? []).some(({ way }) => way !== 'suspected'),
    isMentioned: (profile) => named.has(profile),
    profiles: () => [...named],
    roles: () =>
      [...byRole.keys()].filter(
        (role) =>
          role.startsWith('arn:') && byRole.get(role)!.some(({ way }) => way !== 'suspected'),
      ),
  };
}

/** The names under which somebody may know a role: its ARN, its name, and that of a role of Identity Center. */
export function namesOf(roleArn: string): readonly string[] {
  return [...new Set([roleArn, roleNameOf(roleArn), knownRole(roleArn)])];
}

/** The last part of an ARN: a role's name without its path. */
export function roleNameOf(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf('/') + 1);
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}
