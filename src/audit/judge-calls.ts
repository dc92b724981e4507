import type { AttributedVerdict } from '../model/verdict/attributed-verdict.js';
import { type RoleCall, isFailedCall, isServiceCall } from '../model/role-call/role-call.js';
import type { EventGroup } from '../model/role-call/event-group.js';
import type { SetAside } from '../model/report/set-aside.js';
import type { RoleProfiles } from '../model/attribution/role-profiles.js';
import type { SessionCoverage } from '../model/session/session-lookup.js';
import type { JudgeRules, Verdict } from '../model/verdict/verdict.js';
import { wildcard } from '../text/wildcard.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import { type Source, pipe } from '../pipeline/pipe.js';
import type { Run } from '../run/run.js';
import { openFinder } from '../sources/open-finder.js';
import { openSpool } from '../disk/spool.js';
import { classify } from '../transforms/judge.js';
import { filter } from '../transforms/filter.js';
import { rebatch } from '../transforms/rebatch.js';
import { chooseEvents } from './choose-calls.js';
import { judgeGroups } from './settle-groups.js';
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
  readonly findings: () => Source<AttributedVerdict>;
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
  const { world, context } = run;
  const chosen = await chooseEvents(options, run);
  const { finder, dispose: closeFinder } = await openFinder(
    options.sessions,
    options.lookupConcurrency,
    world.stdin,
    context,
  ).catch(async (error: unknown) => {
    await chosen.dispose();
    throw error;
  });
  const spool = openSpool<Verdict>();
  const { allow, knownRoles } = options;
  const newTally = (): Tally => new Tally(allow, knownRoles, chosen.excluded, chosen.hopsAre);
  let tally = newTally();
  const judging = judgingBy(options, tally.profiles);
  const judgeSingly = (events: Source<RoleCall>): Promise<void> =>
    pipe(
      events,
      filter((event: RoleCall) => isJudged(event, options, chosen.excluded)),
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
      context.detail(left.how);
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
  for (const profile of coverage?.profiles ?? []) tally.profiles.noteSessionProfile(profile);
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

function judgingBy(options: AuditOptions, profiles: RoleProfiles): JudgeRules {
  const brokers = options.brokers.map(wildcard);
  const isBroker = ({ callerArn = '', callerRoleArn = '' }: RoleCall): boolean =>
    brokers.some((isIt) => isIt(callerArn) || isIt(callerRoleArn));
  return {
    readIdentity: options.readIdentity,
    isBroker: brokers.length === 0 ? undefined : isBroker,
    isOtherRole: (profile, roleArn) => profiles.mismatches(profile, roleArn),
  };
}

function isJudged(event: RoleCall, options: AuditOptions, excluded: SetAside): boolean {
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

/** A tracked event belongs to its session's profile, any other to those of its role. */
function profilesOf({ event, match }: Verdict, profiles: RoleProfiles): readonly string[] {
  if (match !== undefined)
    return match.session.profile === undefined ? [] : [match.session.profile];
  if (event.roleArn === undefined) return [];
  const { profiles: sure, suspected } = profiles.profilesOf(event.roleArn);
  return [...sure, ...suspected];
}

/**
 * Is the finding of the profile that is asked for? Of several that share a role, each is meant; and an
 * event that says no role may be of any.
 */
export function isOfProfile(
  { tally }: Audit,
  profile: string | undefined,
): (finding: AttributedVerdict) => boolean {
  return ({ profiles, event, match }) =>
    profile === undefined ||
    profiles.includes(profile) ||
    (match === undefined && tally.mayBeOf(event.roleArn, profile));
}
