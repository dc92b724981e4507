import type { Finding } from '../model/finding.js';
import { type RoleEvent, isFailedCall, isServiceCall } from '../model/role-event.js';
import type { AthenaCost, AuditSummary } from '../model/audit-summary.js';
import type { EventGroup } from '../model/event-group.js';
import type { Excluded } from '../model/excluded.js';
import type { Meter } from '../model/reading.js';
import type { RoleUse } from '../model/profile-report.js';
import type { RoleProfiles } from '../model/role-profiles.js';
import type { SessionCoverage } from '../model/session-match.js';
import { compareInstants, formatInstant } from '../model/timestamp.js';
import type { Anomaly, Judging, Verdict } from '../model/verdict.js';
import { wildcard } from '../model/wildcard.js';
import type { AuditOptions } from '../options/audit-options.js';
import { type Source, pipe } from '../pipeline.js';
import { type Run, count } from '../run.js';
import { openFinder } from '../sources/open-finder.js';
import { openSpool } from '../spool.js';
import { classify } from '../transforms/classify.js';
import { filter } from '../transforms/filter.js';
import { rebatch } from '../transforms/rebatch.js';
import { chooseEvents } from './chosen-events.js';
import { judgeGroups } from './judged-groups.js';
import { Tally } from './tally.js';

/** Events that are asked about together: few large questions instead of many small ones. */
const AT_ONCE = 2000;

/** Everything judged, and kept as long as the profiles of roles are still being learned. */
export interface Audit {
  readonly tally: Tally;
  readonly regions: readonly string[];
  /** What is known of all sessions, where they had to be read. */
  readonly coverage: SessionCoverage | undefined;
  /** What {@link judgeEvents} was asked to keep. May be read again. */
  readonly findings: () => Source<Finding>;
  readonly dispose: () => Promise<void>;
}

/**
 * Judges the chosen events in one pass; where the carrier can group them, by groups, and singly only those
 * that are wanted afterwards or that a group's times do not decide. `keeps` says which verdicts are wanted:
 * all, when it is left out.
 */
export async function judgeEvents(
  options: AuditOptions,
  run: Run,
  keeps?: (verdict: Verdict) => boolean,
): Promise<Audit> {
  const { world, reading } = run;
  const chosen = await chooseEvents(options, run);
  const { finder, dispose: closeFinder } = await openFinder(
    options.sessions,
    options.lookupConcurrency,
    world.stdin,
    reading,
  ).catch(async (error: unknown) => {
    await chosen.dispose();
    throw error;
  });
  const spool = openSpool<Verdict>();
  const { allow, knownRoles } = options;
  const newTally = (): Tally =>
    new Tally(allow, knownRoles, chosen.excluded, chosen.grouped?.showsHops);
  let tally = newTally();
  const judging = judgingBy(options, tally.profiles);
  const judgeSingly = (events: Source<RoleEvent>): Promise<void> =>
    pipe(
      events,
      filter((event: RoleEvent) => isJudged(event, options, chosen.excluded)),
      rebatch(AT_ONCE),
      classify(finder, judging),
      async (source) => {
        for await (const batch of source) {
          const counted = batch.filter((verdict) => tally.add(verdict));
          await spool.add(keeps === undefined ? counted : counted.filter(keeps));
        }
      },
    );
  try {
    if (keeps === undefined || chosen.grouped === undefined) {
      await judgeSingly(chosen.events());
    } else {
      const groups = rebatch<EventGroup>(AT_ONCE)(chosen.grouped.groups());
      // What is delivered between two queries would be in neither: then one must tell it all.
      const isGrowing = options.freshUntil !== undefined;
      const left = await judgeGroups(groups, { finder, judging, tally, keeps, isGrowing });
      if (left.keys === undefined) {
        chosen.excluded.allowed = 0;
        tally = newTally();
      }
      reading.detail(left.how);
      if (left.events > 0) await judgeSingly(chosen.grouped.judged(left));
    }
  } catch (error) {
    await spool.dispose();
    throw error;
  } finally {
    await Promise.all([chosen.dispose(), closeFinder()]);
  }
  tally.finish();
  const coverage = finder.coverage();
  for (const profile of coverage?.roleProfiles ?? []) tally.profiles.noteSessionProfile(profile);
  return {
    tally,
    regions: chosen.regions(),
    coverage,
    findings: async function* () {
      for await (const batch of spool.rows()) {
        yield batch.map((verdict) => ({
          ...verdict,
          profiles: profilesOf(verdict, tally.profiles),
        }));
      }
    },
    dispose: spool.dispose,
  };
}

function judgingBy(options: AuditOptions, profiles: RoleProfiles): Judging {
  const brokers = options.brokers.map(wildcard);
  const isBroker = ({ callerArn = '', callerRoleArn = '' }: RoleEvent): boolean =>
    brokers.some((isIt) => isIt(callerArn) || isIt(callerRoleArn));
  return {
    readIdentity: options.readIdentity,
    isBroker: brokers.length === 0 ? undefined : isBroker,
    isOtherRole: (profile, roleArn) => profiles.mismatches(profile, roleArn),
  };
}

function isJudged(event: RoleEvent, options: AuditOptions, excluded: Excluded): boolean {
  if (isServiceCall(event) && !options.from.includeServiceCalls) {
    excluded.service_calls++;
    return false;
  }
  if (isFailedCall(event) && !options.from.includeFailedCalls) {
    excluded.failed_calls++;
    return false;
  }
  return true;
}

function profilesOf({ event, match }: Verdict, profiles: RoleProfiles): readonly string[] {
  if (match?.session.profile !== undefined) return [match.session.profile];
  return event.roleArn === undefined ? [] : profiles.profilesOf(event.roleArn).profiles;
}

/**
 * Is the finding of the profile that is asked for? Of several that share a role, each is meant; and an
 * event that says no role may be of any.
 */
export function isOfProfile(profile: string | undefined): (finding: Finding) => boolean {
  return ({ profiles, event, match }) =>
    profile === undefined ||
    profiles.includes(profile) ||
    (match === undefined && event.roleArn === undefined);
}

/**
 * Untracked events that may be of the profile, and are not listed under it: no role of it is known, and
 * only the names of theirs could place them.
 */
function countUnattributed({ untrackedByRole, profiles }: Tally, profile: string): number {
  if (profiles.knows(profile)) return 0;
  let number = 0;
  for (const [roleArn, use] of untrackedByRole) {
    if (roleArn === undefined) continue;
    const placed = profiles.profilesOf(roleArn);
    if (placed.by === 'role_name' && !placed.profiles.includes(profile)) number += sumOf(use);
  }
  return number;
}

function sumOf(use: RoleUse | undefined): number {
  const counts = [use?.found ?? {}, use?.unverifiable ?? {}].flatMap(Object.values<number>);
  return counts.reduce((sum, more) => sum + more, 0);
}

/** Says what nobody can tell of the role or the profile that is asked for. */
export function pointOutUnknown(
  { tally }: Audit,
  { unattributed }: AuditSummary,
  { role, profile, knownRoles }: AuditOptions,
  { reading }: Run,
): void {
  const roleless = sumOf(tally.untrackedByRole.get(undefined));
  const asked = role ?? profile;
  if (asked !== undefined && roleless > 0) {
    const events = count(roleless, 'finding says no role', 'findings say no role');
    reading.note(`${events}: kept, for they may be of ${asked}`);
  }
  const unused = [...knownRoles.explicit.keys()].filter((known) => !tally.hasRole(known));
  if (unused.length > 0) {
    reading.note(`no event assumed these roles of the profile map: ${unused.join(', ')}`);
  }
  if (tally.unchecked > 0) {
    const events = count(tally.unchecked, 'tracked event');
    reading.note(
      `${events} could not be checked for after_revocation and outside_session: the sessions lack status, started_at, expires_at or updated_at; archive them with --columns all`,
    );
  }
  if (unattributed > 0) {
    const events = count(unattributed, 'untracked event');
    reading.note(`${events} may be of ${profile}, of which no role is known: give --profile-map`);
  }
}

/** The numbers of an audit, of one profile when one is asked for. Reads the findings once. */
export async function summarize(
  { tally, regions, findings }: Audit,
  { from, profile, freshUntil }: AuditOptions,
  { reading }: Run,
): Promise<AuditSummary> {
  let untracked = 0;
  let orphaned = 0;
  let unverifiable = 0;
  const anomalies: Partial<Record<Anomaly, number>> = {};
  const isWanted = isOfProfile(profile);
  for await (const batch of findings()) {
    for (const finding of batch.filter(isWanted)) {
      if (finding.category === 'orphaned') orphaned++;
      else if (finding.category !== 'tracked') untracked++;
      if (finding.unverifiable) unverifiable++;
      for (const anomaly of finding.anomalies) anomalies[anomaly] = (anomalies[anomaly] ?? 0) + 1;
    }
  }
  const tracked =
    profile === undefined
      ? [...tally.trackedByProfile.values()].reduce((sum, number) => sum + number, 0)
      : (tally.trackedByProfile.get(profile) ?? 0);
  return {
    ...from.window,
    total: tracked + untracked + orphaned,
    tracked,
    untracked,
    orphaned,
    unverifiable,
    unattributed: profile === undefined ? 0 : countUnattributed(tally, profile),
    anomalies,
    excluded: tally.excluded,
    rejected: reading.meter.rejected,
    complete: reading.meter.complete,
    regions,
    freshUntil,
    athena: costOf(reading.meter),
  };
}

function costOf({ queries, scannedBytes, dollars }: Meter): AthenaCost | undefined {
  if (queries === 0) return undefined;
  const cost = Number(dollars.toFixed(6));
  return { queries, bytes_scanned: scannedBytes, estimated_cost_usd: cost };
}

/** Are anomalies to make the run fail that could not be told? */
export function isUnchecked({ unchecked }: Tally, { failOn }: AuditOptions): boolean {
  return unchecked > 0 && (failOn.has('after_revocation') || failOn.has('outside_session'));
}

/** A rule that no longer holds, or that nothing needs, is pointed out. */
export function pointOutRules({ allowed }: Tally, { allow }: AuditOptions, run: Run): void {
  for (const { name, until } of allow) {
    const used = allowed.get(name) ?? 0;
    if (until !== undefined && compareInstants(until, run.world.now) <= 0) {
      run.reading.note(`the rule "${name}" of the allow list expired ${formatInstant(until)}`);
    } else if (used === 0) {
      run.reading.note(`the rule "${name}" of the allow list matched nothing`);
    } else {
      run.reading.detail(`the rule "${name}" of the allow list permitted ${count(used, 'event')}`);
    }
  }
}
