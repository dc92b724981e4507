import { type RoleClaims, namesOf } from './role-claims.js';

const COMPARED = ['map', 'tracked', 'aws_config'] as const;

/** A role for which two sources name different profiles: all that each names. */
export interface Disagreement {
  readonly roleArn: string;
  readonly profiles: Readonly<Partial<Record<(typeof COMPARED)[number], readonly string[]>>>;
}

/** The roles that the profile map, the tracked calls and the AWS config place differently, by their ARN. */
export function disagreements(claims: RoleClaims): readonly Disagreement[] {
  return claims
    .roles()
    .toSorted()
    .map((roleArn) => {
      const claimed = claims.on(roleArn);
      const profiles = COMPARED.flatMap((way) => {
        const named = claimed.filter((claim) => claim.way === way).map(({ profile }) => profile);
        const first = way === 'map' ? named.slice(0, 1) : named;
        return first.length === 0 ? [] : [[way, first] as const];
      });
      return { roleArn, profiles };
    })
    .filter(({ profiles }) => new Set(profiles.map(([, named]) => keyOf(named))).size > 1)
    .map(({ roleArn, profiles }) => ({ roleArn, profiles: Object.fromEntries(profiles) }));
}

/** Do the map and the AWS config give the profile other roles than this one? False where they give it none. */
export function isOtherRole(claims: RoleClaims, profile: string, roleArn: string): boolean {
  const given = claims.explicitFor(profile);
  const names = namesOf(roleArn);
  return given.length > 0 && !given.some(({ role }) => names.includes(role));
}

/** The same for the same profiles, in whatever order. */
function keyOf(profiles: readonly string[]): string {
  return JSON.stringify(profiles.toSorted());
}
