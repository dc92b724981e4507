import { place } from '../../model/attribution/place.js';
import { disagreements } from '../../model/attribution/disagreement.js';
import { roleNameOf } from '../../model/attribution/role-claims.js';
import type { Caveat } from '../../model/report/caveat.js';
import { type Instant, compareInstants, formatInstant } from '../../model/time/instant.js';
import type { AllowRule } from '../../model/verdict/allow-rule.js';
import { type CallCount, callsIn } from '../../model/verdict/call-count.js';
import { suggestion } from '../../suggestion.js';
import { count, grouped } from '../../text/quantity.js';
import type { KnownRoles } from '../../model/attribution/known-roles.js';
import type { Evidence } from '../evidence.js';
import { spansText } from './evidence-fields.js';
import { hiddenCalls } from './hidden-calls.js';
import type { Selected, Selection } from './selection.js';

/** What a report is asked for, as far as its caveats depend on it. */
export interface CaveatOptions extends Selected {
  readonly failOn: ReadonlySet<string>;
  readonly allow: readonly AllowRule[];
  readonly knownRoles: KnownRoles;
  /** Did anybody say which callers may hand out credentials? */
  readonly hasBrokers: boolean;
  readonly now: Instant;
}

/** What needs the session's status and times. */
const TIMED = ['after_revocation', 'outside_session'];

/** What both audits could not decide of the calls that are listed, and what their reader must know. */
export function caveatsOf(
  evidence: Evidence,
  selection: Selection,
  options: CaveatOptions,
): readonly Caveat[] {
  return [
    ...unverifiable(evidence, selection, options),
    ...unknownNames(evidence, selection, options),
    ...unchecked(selection, options),
    ...ofTheJoin(evidence, selection),
    ...ofTheRoles(evidence, options),
    ...ofTheAllowList(evidence, options),
    ...trailCaveats(evidence),
  ];
}

function unverifiable(
  { sessions }: Evidence,
  { counts }: Selection,
  { failOn }: CaveatOptions,
): Caveat[] {
  const calls = callsIn(counts.filter((one) => one.unverifiable));
  const since =
    sessions.spans.length === 0
      ? 'the sessions are not known to be complete for any time'
      : `the sessions are complete only from ${spansText(sessions.spans)}`;
  const text = `${count(calls, 'call')} could not be verified: no session was found, and ${since}`;
  return caveat('unverifiable_calls', calls, failOn.has('orphaned') ? 'undecided' : 'note', text);
}

function unknownNames(
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
    : 'their role was also assumed with sessions that are gone';
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

function unchecked(
  { counts }: Selection,
  { failOn, hasBrokers, knownRoles }: CaveatOptions,
): Caveat[] {
  const tracked = counts.filter(({ category }) => category === 'tracked');
  const untimed = callsIn(tracked.filter(({ isChecked }) => !isChecked));
  const hasMap = knownRoles.explicit.size + knownRoles.awsConfig.size > 0;
  const copied = hasBrokers || hasMap ? 0 : callsIn(tracked);
  return [
    ...caveat(
      'unchecked_calls',
      untimed,
      TIMED.some((anomaly) => failOn.has(anomaly)) ? 'undecided' : 'note',
      `${count(untimed, 'tracked call')} could not be checked for after_revocation and outside_session: the sessions lack status, started_at, expires_at or updated_at`,
    ),
    ...caveat(
      'unchecked_callers',
      copied,
      'note',
      `the callers of ${count(copied, 'tracked call')} were not checked: a copied identity would pass`,
    ),
  ];
}

/** What the calls and the sessions can be joined by at all. */
function ofTheJoin({ counts, sessions }: Evidence, selection: Selection): Caveat[] {
  const all = callsIn(counts);
  const withIdentity = callsIn(counts.filter(({ hasIdentity }) => hasIdentity));
  const withTag = callsIn(counts.filter(({ hasTag }) => hasTag));
  const rows = sessions.sources.reduce((sum, source) => sum + (source.sessions ?? 0), 0);
  const bare = sessions.sources.reduce((sum, source) => sum + source.withoutIdentity, 0);
  const orphans = selection.counts.filter(
    ({ category, hasTag }) => category === 'orphaned' && !hasTag,
  );
  const of = (naming: CallCount['naming']): number =>
    callsIn(orphans.filter((one) => one.naming === naming));
  return [
    ...caveat(
      'no_source_identity',
      withIdentity + withTag === 0 ? all : 0,
      'note',
      'no call carries a SourceIdentity: this is one problem of configuration, not one bypass for each call',
    ),
    ...caveat(
      'sessions_without_identity',
      withIdentity + withTag > 0 && all > withTag ? bare : 0,
      'note',
      `no source identity on ${grouped(bare)} of ${count(rows, 'session row')}, no session tag on ${grouped(all - withTag)} of ${count(all, 'call')}: these can only be joined by a session id in the identity`,
    ),
    ...caveat(
      'orphans_of_tvm',
      of('tvm'),
      'note',
      `${count(of('tvm'), 'orphaned call was', 'orphaned calls were')} made by Sentinel's TVM without a session tag: its session tracking is off`,
    ),
    ...caveat(
      'orphans_of_cli',
      of('cli'),
      'note',
      `${count(of('cli'), 'orphaned call was', 'orphaned calls were')} made by Sentinel's CLI, which keeps no session that could be joined`,
    ),
  ];
}

function ofTheRoles({ claims, counts }: Evidence, { role, knownRoles }: CaveatOptions): Caveat[] {
  const differing = disagreements(claims).length;
  const untracked = counts.filter(
    (one) => one.category !== 'tracked' && one.allowedBy === undefined,
  );
  const suspected = callsIn(
    untracked.filter(
      ({ roleArn }) =>
        roleArn !== undefined &&
        claims.on(roleArn).some(({ way }) => way === 'suspected') &&
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

function ofTheAllowList({ counts }: Evidence, { allow, now }: CaveatOptions): Caveat[] {
  return allow.flatMap(({ name, until }) => {
    if (until !== undefined && compareInstants(until, now) <= 0) {
      const text = `the rule "${name}" of the allow list expired ${formatInstant(until)}`;
      return caveat('expired_allow_rule', 1, 'note', text);
    }
    const isUsed = counts.some(({ allowedBy }) => allowedBy === name);
    const text = `the rule "${name}" of the allow list matched nothing`;
    return caveat('unused_allow_rule', isUsed ? 0 : 1, 'note', text);
  });
}

/** What the reader of a trail must know, whether its calls are judged or not. */
export function trailCaveats({
  contradictions,
  freshUntil,
}: Pick<Evidence, 'contradictions' | 'freshUntil'>): Caveat[] {
  return [
    ...caveat(
      'contradicting_records',
      contradictions,
      'note',
      `${count(contradictions, 'record shares', 'records share')} an event id with a call from which they differ: AWS writes no such records, and each was judged as a call of its own`,
    ),
    ...caveat(
      'still_delivering',
      freshUntil === undefined ? 0 : 1,
      'note',
      'the window ends within the last 15 minutes: CloudTrail may still be delivering',
    ),
  ];
}

/** One caveat, or none where nothing is affected. */
export function caveat(
  code: Caveat['code'],
  number: number,
  weight: Caveat['weight'],
  text: string,
): Caveat[] {
  return number === 0 ? [] : [{ code, count: number, weight, text }];
}
