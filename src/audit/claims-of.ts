import { type Claim, type RoleClaims, roleClaims } from '../model/attribution/role-claims.js';
import type { KnownRoles } from '../model/attribution/known-roles.js';
import type { CallCount } from '../model/verdict/call-count.js';

/** The claims of the profile map and the AWS config. */
export function explicitClaims({ explicit, awsConfig }: KnownRoles): readonly Claim[] {
  return [
    ...[...explicit].map(([role, profile]): Claim => ({ role, profile, way: 'map', calls: 0 })),
    ...[...awsConfig].flatMap(([role, profiles]) =>
      profiles.map((profile): Claim => ({ role, profile, way: 'aws_config', calls: 0 })),
    ),
  ];
}

/**
 * All claims: of the map, of the AWS config, and of tracked calls. A call of a first hop says that the role
 * is its session's profile's. One that is anomalous, or whose caller's role was itself assumed with a source
 * identity where hops are not shown, is only a suspicion: a copied id must not move a role. Later hops say
 * nothing. `mentioned` are profiles that are known by name alone.
 */
export function claimsOf(
  counts: readonly CallCount[],
  known: KnownRoles,
  mentioned: Iterable<string>,
  sessionProfiles: Iterable<string> = [],
): RoleClaims {
  const withIdentity = new Set(
    counts.filter(({ hasIdentity }) => hasIdentity).map(({ roleArn }) => roleArn),
  );
  const ofCalls = new Map<string, Claim>();
  const profiles = new Set(sessionProfiles);
  for (const tracked of counts.filter(({ category }) => category === 'tracked')) {
    const {
      roleArn: role,
      sessionProfile: profile,
      hop,
      anomalies,
      callerRoleArn,
      calls,
    } = tracked;
    if (profile === undefined) continue;
    profiles.add(profile);
    if (role === undefined || hop === 'later') continue;
    const isDoubtful =
      anomalies.length > 0 || (hop === 'unknown' && withIdentity.has(callerRoleArn));
    const way = isDoubtful ? 'suspected' : 'tracked';
    const key = JSON.stringify([role, profile, way]);
    ofCalls.set(key, { role, profile, way, calls: (ofCalls.get(key)?.calls ?? 0) + calls });
  }
  return roleClaims([...explicitClaims(known), ...ofCalls.values()], mentioned, profiles);
}
