import { allowing } from '../model/allow-rule.js';
import type { AuditSummary } from '../model/audit-summary.js';
import type { Excluded } from '../model/excluded.js';
import { type Finding, isUntracked } from '../model/finding.js';
import { type RoleEvent, isFailedCall, isServiceCall } from '../model/role-event.js';
import type { RoleUse } from '../model/profile-report.js';
import { RoleProfiles } from '../model/role-profiles.js';
import { compareInstants, formatInstant } from '../model/timestamp.js';
import type { Anomaly, Verdict } from '../model/verdict.js';
import { wildcard } from '../model/wildcard.js';
import type { AuditOptions } from '../options/audit-options.js';
import { type Source, pipe } from '../pipeline.js';
import { type Run, count } from '../run.js';
import { openFinder } from '../sources/open-finder.js';
import { type Spool, openSpool } from '../spool.js';
import { classify } from '../transforms/classify.js';
import { filter } from '../transforms/filter.js';
import { rebatch } from '../transforms/rebatch.js';
import { tap } from '../transforms/tap.js';
import { chooseEvents } from './chosen-events.js';

/** Events that are asked about together: few large questions instead of many small ones. */
const AT_ONCE = 2000;

/** Everything judged, and kept as long as the profiles of roles are still being learned. */
export interface Audit {
  readonly tally: AuditTally;
  /** What {@link judgeEvents} was asked to keep, in the order of the events. May be read again. */
  readonly findings: () => Source<Finding>;
  readonly dispose: () => Promise<void>;
}

/** What is counted while events are judged. */
export interface AuditTally {
  readonly excluded: Excluded;
  readonly regions: readonly string[];
  /** Tracked events by the profile of their session. */
  readonly trackedByProfile: ReadonlyMap<string | undefined, number>;
  /** Untracked events by the role that was assumed. */
  readonly untrackedByRole: ReadonlyMap<string | undefined, RoleUse>;
  readonly anomalies: Readonly<Partial<Record<Anomaly, number>>>;
  /** Which profiles a role belongs to, now that all has been learned. */
  readonly profiles: RoleProfiles;
  /** How often each rule of the allow list was used, by its name. */
  readonly allowed: ReadonlyMap<string, number>;
  readonly hasIdentities: boolean;
  readonly hasTags: boolean;
  readonly sessionsHaveIdentities: boolean | undefined;
  readonly oldestSession: number | undefined;
}

/** Judges the chosen events in one pass. `keeps` says which verdicts are wanted afterwards. */
export async function judgeEvents(
  options: AuditOptions,
  run: Run,
  keeps: (verdict: Verdict) => boolean,
): Promise<Audit> {
  const { world, reading } = run;
  const profiles = new RoleProfiles(options.knownRoles);
  const brokers = options.brokers.map(wildcard);
  const ruleFor = allowing(options.allow);
  const trackedByProfile = new Map<string | undefined, number>();
  const byRole = new Map<string | undefined, RoleUse>();
  const anomalies: Partial<Record<Anomaly, number>> = {};
  const allowed = new Map<string, number>(options.allow.map(({ name }) => [name, 0]));
  let hasIdentities = false;
  let hasTags = false;

  const { events, excluded, regions, dispose } = await chooseEvents(options, run);
  const { finder, dispose: closeFinder } = await openFinder(
    options.sessions,
    options.lookupConcurrency,
    world.stdin,
    reading,
  ).catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  const spool: Spool<Verdict> = openSpool();
  const judging = {
    readIdentity: options.readIdentity,
    isBroker:
      brokers.length === 0
        ? undefined
        : ({ callerArn, callerRoleArn }: RoleEvent) =>
            brokers.some((isIt) => isIt(callerArn ?? '') || isIt(callerRoleArn ?? '')),
    isOtherRole: (profile: string, roleArn: string) => profiles.mismatches(profile, roleArn),
  };
  try {
    await pipe(
      events,
      filter((event) => isJudged(event, options, excluded)),
      tap<RoleEvent>((batch) => {
        hasIdentities ||= batch.some((event) => event.sourceIdentity !== undefined);
        hasTags ||= batch.some((event) => event.sessionTag !== undefined);
      }),
      rebatch(AT_ONCE),
      classify(finder, judging),
      filter((verdict) => {
        const rule = isUntracked(verdict) ? ruleFor(verdict.event) : undefined;
        if (rule === undefined) return true;
        excluded.allowed++;
        allowed.set(rule.name, (allowed.get(rule.name) ?? 0) + 1);
        return false;
      }),
      async (source) => {
        for await (const batch of source) {
          for (const verdict of batch) {
            const { event, match } = verdict;
            countOf(byRole, verdict);
            for (const anomaly of verdict.anomalies) {
              anomalies[anomaly] = (anomalies[anomaly] ?? 0) + 1;
            }
            if (match === undefined) continue;
            const { profile } = match.session;
            if (profile !== undefined) profiles.noteSessionProfile(profile);
            trackedByProfile.set(profile, (trackedByProfile.get(profile) ?? 0) + 1);
            const isFirstHop = event.callerSourceIdentity === undefined;
            if (isFirstHop && profile !== undefined && event.roleArn !== undefined) {
              profiles.learn(event.roleArn, profile);
            }
          }
          await spool.add(batch.filter(keeps));
        }
      },
    );
  } catch (error) {
    await spool.dispose();
    throw error;
  } finally {
    await Promise.all([dispose(), closeFinder()]);
  }
  const coverage = finder.coverage();
  return {
    tally: {
      excluded,
      regions: regions(),
      trackedByProfile,
      untrackedByRole: byRole,
      anomalies,
      profiles,
      allowed,
      hasIdentities,
      hasTags,
      sessionsHaveIdentities: coverage?.hasIdentities,
      oldestSession: coverage?.oldest,
    },
    findings: async function* () {
      for await (const batch of spool.rows()) {
        yield batch.map((verdict) => ({ ...verdict, profiles: profilesOf(verdict, profiles) }));
      }
    },
    dispose: spool.dispose,
  };
}

function countOf(byRole: Map<string | undefined, RoleUse>, verdict: Verdict): void {
  const { event, category, unverifiable } = verdict;
  if (category === 'tracked') return;
  let use = byRole.get(event.roleArn);
  if (use === undefined) byRole.set(event.roleArn, (use = { found: {}, unverifiable: {} }));
  const counts = unverifiable ? use.unverifiable : use.found;
  counts[category] = (counts[category] ?? 0) + 1;
}

function isJudged(event: RoleEvent, options: AuditOptions, excluded: Excluded): boolean {
  if (isServiceCall(event) && !options.includeServiceCalls) {
    excluded.service_calls++;
    return false;
  }
  if (isFailedCall(event) && !options.includeFailedCalls) {
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
function countUnattributed({ untrackedByRole, profiles }: AuditTally, profile: string): number {
  if (profiles.knows(profile)) return 0;
  let number = 0;
  for (const [roleArn, { found, unverifiable }] of untrackedByRole) {
    if (roleArn === undefined) continue;
    const placed = profiles.profilesOf(roleArn);
    if (placed.by !== 'role_name' || placed.profiles.includes(profile)) continue;
    for (const counts of [found, unverifiable]) {
      number += Object.values(counts).reduce((sum, more) => sum + more, 0);
    }
  }
  return number;
}

/** Says what the choice of a profile may have hidden. */
export function pointOutUnattributed(
  { tally }: Audit,
  { profile }: AuditOptions,
  { reading }: Run,
): number {
  const number = profile === undefined ? 0 : countUnattributed(tally, profile);
  if (number > 0) {
    reading.note(
      `${count(number, 'untracked event')} may be of ${profile}, of which no role is known: give --profile-map`,
    );
  }
  return number;
}

/** The numbers of an audit, of one profile when one is asked for. Reads the findings once. */
export async function summarize(
  { tally, findings }: Audit,
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
    anomalies,
    excluded: tally.excluded,
    rejected: reading.meter.rejected,
    complete: reading.meter.complete,
    regions: tally.regions,
    freshUntil,
  };
}

/** A rule that no longer holds, or that nothing needs, is pointed out. */
export function pointOutRules({ allowed }: AuditTally, { allow }: AuditOptions, run: Run): void {
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
