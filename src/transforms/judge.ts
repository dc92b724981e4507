import type { RoleCall } from '../model/role-call/role-call.js';
import type { LookupKey, SessionFinder, SessionMatch } from '../model/session/session-lookup.js';
import { type JudgeRules, type Verdict, judge, lookupKeyOf } from '../model/verdict/verdict.js';
import type { Batch, Transform } from '../pipeline/pipe.js';
import { join } from './join.js';

/** Finds the sessions behind calls, and says for which times none can have been missed. */
export interface Judge {
  readonly finder: SessionFinder;
  /** Do the sessions that were read cover a call of this second? Asked after the finder has answered. */
  readonly covers: (second: number) => boolean;
  readonly rules: JudgeRules;
}

/** Judges calls, in their order, by the sessions behind them. One question to the finder a batch. */
export function judgeEach({ finder, covers, rules }: Judge): Transform<RoleCall, Verdict> {
  return join(
    (calls) => finder.find(keysOf(calls, rules)),
    (call, match: SessionMatch | undefined) => judge(call, match, covers, rules),
  );
}

/** A group of calls, judged as if all had been at its first time, and at its last. */
export interface JudgedGroup {
  readonly first: Verdict;
  readonly last: Verdict;
}

/** Judges groups of calls by their first and their last time, in their order. */
export function judgeGroups({ finder, covers, rules }: Judge): Transform<RoleCall, JudgedGroup> {
  return join(
    async (groups) => {
      const ends = groups.flatMap((group) => [group, atLast(group)]);
      const matches = await finder.find(keysOf(ends, rules));
      return groups.map((_, at) => [matches[2 * at], matches[2 * at + 1]] as const);
    },
    (group, [first, last]) => ({
      first: judge(group, first, covers, rules),
      last: judge(atLast(group), last, covers, rules),
    }),
  );
}

function atLast(group: RoleCall): RoleCall {
  return { ...group, eventTime: group.until ?? group.eventTime };
}

function keysOf(calls: Batch<RoleCall>, { readIdentity }: JudgeRules): LookupKey[] {
  return calls.map((call) => lookupKeyOf(call, readIdentity));
}
