import type { EventGroup } from '../model/role-call/event-group.js';
import type { RoleCall } from '../model/role-call/role-call.js';
import type { SessionFinder } from '../model/session/session-lookup.js';
import { type JudgeRules, type Verdict, judge, lookupKeyOf } from '../model/verdict/verdict.js';
import type { Batch, Transform } from '../pipeline/pipe.js';

/** Judges events, in their order, by the sessions behind them. One question to the finder a batch. */
export function classify(finder: SessionFinder, judging: JudgeRules): Transform<RoleCall, Verdict> {
  return async function* (source) {
    for await (const events of source) yield judgeAll(events, finder, judging);
  };
}

/** A group, judged as if it had been at its first time and at its last. */
export interface JudgedGroup {
  readonly group: EventGroup;
  readonly first: Verdict;
  readonly last: Verdict;
}

/** Judges groups of events, likewise. */
export function classifyGroups(
  finder: SessionFinder,
  judging: JudgeRules,
): Transform<EventGroup, JudgedGroup> {
  return async function* (source) {
    for await (const groups of source) {
      const ends = groups.flatMap(({ event, lastTime }) => [
        event,
        { ...event, eventTime: lastTime },
      ]);
      const verdicts = await judgeAll(ends, finder, judging);
      yield groups.map((group, at) => ({
        group,
        first: verdicts[2 * at]!,
        last: verdicts[2 * at + 1]!,
      }));
    }
  };
}

async function judgeAll(
  events: Batch<RoleCall>,
  finder: SessionFinder,
  judging: JudgeRules,
): Promise<Verdict[]> {
  const sought = events.map((event) => lookupKeyOf(event, judging.readIdentity));
  const matches = await finder.find(sought);
  const coverage = finder.coverage();
  // Where not every session could be read, none that is not found can be told not to be there.
  const oldest = coverage?.isComplete === false ? Infinity : coverage?.oldest;
  return events.map((event, at) => judge(event, matches[at], oldest, judging));
}
