import type { EventGroup } from '../model/role-call/event-group.js';
import type { SessionFinder } from '../model/session/session-lookup.js';
import type { JudgeRules, Verdict } from '../model/verdict/verdict.js';
import type { Source } from '../pipeline/pipe.js';
import { count } from '../run/run.js';
import { type JudgedGroup, classifyGroups } from '../transforms/judge.js';
import type { WantedEvents } from './choose-calls.js';
import type { Tally } from './tally.js';

/** Groups whose events are asked for by their keys; for more, all judged events are less to ask. */
const MOST_KEYS = 1500;

interface Judgement {
  readonly finder: SessionFinder;
  readonly judging: JudgeRules;
  readonly tally: Tally;
  /** Which verdicts are wanted singly. */
  readonly keeps: (verdict: Verdict) => boolean;
  /** May the next query see more events than this one? */
  readonly isGrowing: boolean;
}

/**
 * Judges events by their groups, and counts those of groups that have one verdict whenever they were and
 * that nobody wants singly. Says which events are left, and in words how many. When those are of too many
 * groups all judged events are left, and what was counted must not be used. Holds the keys.
 */
export async function judgeGroups(
  groups: Source<EventGroup>,
  { finder, judging, tally, keeps, isGrowing }: Judgement,
): Promise<WantedEvents & { readonly how: string }> {
  const keys: string[] = [];
  let [number, all, left] = [0, 0, 0];
  for await (const batch of classifyGroups(finder, judging)(groups)) {
    for (const judged of batch) {
      const { group, first, last } = judged;
      const rule = tally.ruleFor(first);
      number++;
      all += group.count;
      const isCertain = hasOneVerdict(judged) && rule === tally.ruleFor(last);
      if (isCertain && (rule !== undefined || !keeps(first))) {
        tally.add(first, group.count);
      } else {
        left += group.count;
        if (keys.length <= MOST_KEYS) keys.push(group.key);
      }
    }
  }
  const isMany = keys.length > MOST_KEYS || (isGrowing && keys.length > 0);
  const found = `${count(all, 'event')} in ${count(number, 'group')}`;
  return isMany
    ? { keys: undefined, events: all, how: `${found}: all are asked for singly` }
    : { keys, events: left, how: `${found}: ${left.toLocaleString('en')} are asked for singly` };
}

/**
 * Is what holds at both ends true of all between? Sessions that share an identity may take turns, and
 * before and after a session there is a time within it.
 */
function hasOneVerdict({ first, last }: JudgedGroup): boolean {
  if (first.event.eventTime === last.event.eventTime) return true;
  return (
    first.category === last.category &&
    first.unverifiable === last.unverifiable &&
    first.match?.session.id === last.match?.session.id &&
    first.match?.sharesIdentity !== true &&
    first.anomalies.join() === last.anomalies.join() &&
    !first.anomalies.includes('outside_session')
  );
}
