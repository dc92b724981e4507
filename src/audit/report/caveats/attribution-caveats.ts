import { disagreements } from '../../../model/attribution/disagreement.js';
import { place } from '../../../model/attribution/place.js';
import { roleNameOf } from '../../../model/attribution/role-claims.js';
import { type Caveat, caveat } from '../../../model/report/caveat.js';
import { callsIn } from '../../../model/verdict/call-count.js';
import { suggestion } from '../../../suggestion.js';
import { count } from '../../../text/quantity.js';
import type { Evidence } from '../../evidence.js';
import { hiddenCalls } from './hidden-calls.js';
import type { CaveatOptions } from '../report-options.js';
import type { Selection } from '../selection.js';

/** Is the role, or the profile, that is asked for known, and may calls that are not listed be of it? */
export function unknownNames(
  evidence: Evidence,
  { isRoleSeen }: Selection,
  { role, profile }: CaveatOptions,
): Caveat[] {
  const { claims, namedProfiles, counts } = evidence;
  const roles = new Set(counts.flatMap(({ roleArn }) => roleArn ?? []));
  const known = new Set([...namedProfiles, ...[...roles].flatMap((arn) => [arn, roleNameOf(arn)])]);
  const isKnown = profile === undefined || known.has(profile) || claims.knowsRoleOf(profile);
  const near = isKnown ? undefined : suggestion(profile, [...known]);
  const hidden = profile === undefined ? undefined : hiddenCalls(evidence)(profile);
  // Calls that do not say their role are listed.
  const unattributed = callsIn((hidden?.counts ?? []).filter((one) => one.roleArn !== undefined));
  const why = hidden?.isWithoutRole
    ? 'no role of it is known'
    : 'sessions of the same role are gone';
  return [
    ...caveat(
      'unknown_role',
      isRoleSeen ? 0 : 1,
      'note',
      `no call of the window assumed the role ${role}`,
    ),
    ...caveat(
      'unknown_profile',
      isKnown ? 0 : 1,
      'undecided',
      `no session, policy, profile map, AWS config or role of the window knows the profile ${profile}${near === undefined ? '' : `: ${near}`}`,
    ),
    ...caveat(
      'unattributed_calls',
      unattributed,
      'undecided',
      `${count(unattributed, 'untracked call')} may belong to ${profile}: ${why}`,
    ),
  ];
}

/** What sources say differently of roles, or only suspect. */
export function roleCaveats(
  { claims, counts }: Evidence,
  { role, knownRoles }: CaveatOptions,
): Caveat[] {
  const differing = disagreements(claims).length;
  const untracked = counts.filter(
    (one) => one.category !== 'tracked' && one.allowedBy === undefined,
  );
  const suspected = callsIn(
    untracked.filter(
      ({ roleArn }) =>
        roleArn !== undefined &&
        place(roleArn, claims).possible.some((profile) =>
          claims
            .on(roleArn)
            .some((claim) => claim.way === 'suspected' && claim.profile === profile),
        ),
    ),
  );
  const seen = new Set(
    counts.flatMap(({ roleArn }) => (roleArn === undefined ? [] : [roleArn, roleNameOf(roleArn)])),
  );
  const unused =
    role === undefined ? [...knownRoles.explicit.keys()].filter((one) => !seen.has(one)) : [];
  return [
    ...caveat(
      'suspected_profile',
      suspected,
      'note',
      `${count(suspected, 'untracked call is', 'untracked calls are')} also counted against profiles seen with this role only in anomalous or possibly chained calls`,
    ),
    ...caveat(
      'disagreeing_sources',
      differing,
      'note',
      `${count(differing, 'role maps', 'roles map')} to different profiles in two sources (profile map, tracked calls, AWS config)`,
    ),
    ...caveat(
      'unused_map_roles',
      unused.length,
      'note',
      `no call assumed these roles of the profile map: ${unused.join(', ')}`,
    ),
  ];
}
