import { openSortedSpool } from '../disk/sorted-spool.js';
import { type Spool, openSpool } from '../disk/spool.js';
import type { RoleCall } from '../model/role-call/role-call.js';
import type { AttributedVerdict } from '../model/verdict/attributed-verdict.js';
import {
  addCallCounts,
  callCountOf,
  callsIn,
  keyOfCallCount,
} from '../model/verdict/call-count.js';
import { newestFirst } from '../model/verdict/newest-first.js';
import type { Verdict } from '../model/verdict/verdict.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import { type Sink, type Source, pipe } from '../pipeline/pipe.js';
import type { Run } from '../run/run.js';
import { whoAsks } from '../run/who-asks.js';
import { count, grouped } from '../text/quantity.js';
import { aggregation } from '../transforms/aggregate.js';
import { filter } from '../transforms/filter.js';
import { type Judge, judgeEach, judgeGroups } from '../transforms/judge.js';
import { map } from '../transforms/map.js';
import { rebatch } from '../transforms/rebatch.js';
import { tap } from '../transforms/tap.js';
import { type ChosenCalls, chooseCalls } from './choose-calls.js';
import { type Evidence, profilesOf } from './evidence.js';
import { gatherEvidence, needsAllSessions } from './gather-evidence.js';
import { permittedBy, rulesOf } from './judge-rules.js';
import { type SessionEvidence, openSessionEvidence } from './session-evidence.js';
import { settleGroups } from './settle-groups.js';

/** Calls that are asked about together: few large questions instead of many small ones. */
const AT_ONCE = 2000;

/** All judged calls: what they are in numbers, and those that are wanted one by one. */
export interface JudgedCalls {
  readonly evidence: Evidence;
  /** The verdicts that {@link judgeCalls} was asked to keep, with their profiles. May be read again. */
  readonly verdicts: () => Source<AttributedVerdict>;
  readonly dispose: () => Promise<void>;
}

/**
 * Judges every role call of the window by the sessions. `keeps` says which verdicts are wanted one by one,
 * newest first; all, in the order of the source, when it is left out. Verdicts wait on disk, for profiles are known only when all calls have been judged.
 */
export async function judgeCalls(
  options: AuditOptions,
  run: Run,
  keeps?: (verdict: Verdict) => boolean,
): Promise<JudgedCalls> {
  const { from, sessions: source } = options;
  const asksCloudTrail = from.logs === undefined;
  const identity = whoAsks(
    asksCloudTrail ? from : source.table === undefined ? undefined : source,
    run.context,
  );
  const chosen = await chooseCalls(options, 'judged', run);
  const kept = keeps === undefined ? openSpool<Verdict>() : openSortedSpool<Verdict>(newestFirst);
  const counts = aggregation(keyOfCallCount, addCallCounts);
  try {
    const sessions = await openSessionEvidence(options, run);
    try {
      await pipe(
        verdictsOf(chosen, sessions, options, run, keeps),
        tap((batch) => counts.add(batch.map(callCountOf))),
        filter((verdict) => verdict.allowedBy === undefined && (keeps?.(verdict) ?? true)),
        into(kept),
      );
      if (needsAllSessions(counts.rows(), options)) await sessions.finder.readAll();
      const evidence = {
        ...gatherEvidence(chosen, sessions, counts.rows(), options, run),
        identity: await identity,
      };
      tellPermitted(evidence.counts, options, run);
      return { evidence, verdicts: () => attributed(kept, evidence), dispose: kept.dispose };
    } finally {
      await sessions.dispose();
    }
  } catch (error) {
    await kept.dispose();
    throw error;
  } finally {
    await chosen.dispose();
  }
}

/** The verdicts of all judged calls: by groups as far as groups tell, where the carrier has them. */
async function* verdictsOf(
  { calls, groups }: ChosenCalls,
  sessions: SessionEvidence,
  options: AuditOptions,
  run: Run,
  keeps: ((verdict: Verdict) => boolean) | undefined,
): Source<Verdict> {
  const judge: Judge = { ...sessions, rules: rulesOf(options) };
  const permitted = permittedBy(options);
  const permit = map(permitted);
  const judgeSingly = (source: Source<RoleCall>): Source<Verdict> =>
    permit(judgeEach(judge)(rebatch<RoleCall>(AT_ONCE)(source)));
  if (groups === undefined || keeps === undefined) {
    yield* judgeSingly(calls());
    return;
  }
  const spool = openSpool<Verdict>();
  try {
    const permitBoth = map(({ first, last }: Record<'first' | 'last', Verdict>) => ({
      first: permitted(first),
      last: permitted(last),
    }));
    const judged = permitBoth(judgeGroups(judge)(rebatch<RoleCall>(AT_ONCE)(groups.all())));
    const isWanted = (verdict: Verdict): boolean =>
      verdict.allowedBy === undefined && keeps(verdict);
    const groupsTold = await settleGroups(judged, isWanted, sessions.isUniform, spool);
    run.context.detail(
      `${count(groupsTold.calls, 'call')} in ${count(groupsTold.groups, 'group')}: ${grouped(groupsTold.openCalls)} are asked for one by one`,
    );
    yield* groupsTold.settled();
    if (groupsTold.openCalls > 0) {
      yield* judgeSingly(groups.callsOf(groupsTold.open, groupsTold.openCalls));
    }
  } finally {
    await spool.dispose();
  }
}

/** Tells, to who wants to know how things were done, what each rule of the allow list permitted. */
function tellPermitted(
  counts: Evidence['counts'],
  { allow }: AuditOptions,
  { context }: Run,
): void {
  for (const { name } of allow) {
    const calls = callsIn(counts.filter(({ allowedBy }) => allowedBy === name));
    if (calls > 0) {
      context.detail(`the rule "${name}" of the allow list permitted ${count(calls, 'event')}`);
    }
  }
}

function into<T>(spool: Spool<T>): Sink<T> {
  return async (source) => {
    for await (const batch of source) await spool.add(batch);
  };
}

async function* attributed(spool: Spool<Verdict>, { claims }: Evidence): Source<AttributedVerdict> {
  for await (const batch of spool.rows()) {
    yield batch.map((verdict) => {
      const { category, call, match } = verdict;
      const facts = { category, roleArn: call.roleArn, sessionProfile: match?.session.profile };
      return { ...verdict, profiles: profilesOf(facts, claims) };
    });
  }
}
