import type { Spool } from '../disk/spool.js';
import type { Verdict } from '../model/verdict/verdict.js';
import { isFinding } from '../model/verdict/attributed-verdict.js';
import { parseInstant } from '../model/time/instant.js';
import type { Source } from '../pipeline/pipe.js';
import type { OpenGroups } from '../sources/carrier.js';
import type { JudgedGroup } from '../transforms/judge.js';

/** Groups whose calls are asked for by their keys; for more, all judged calls are less to ask. */
const MOST_KEYS = 1500;

/** Verdicts of whole groups, and the calls that must be judged one by one. */
export interface SettledGroups {
  /** One verdict for each group that needs no second look, with the weight of the group. */
  readonly settled: () => Source<Verdict>;
  /** The other groups; `all` when there are too many, and nothing is settled. */
  readonly open: OpenGroups | 'all';
  /** How many calls are to be asked for. */
  readonly openCalls: number;
  /** How many calls there are, in how many groups. */
  readonly calls: number;
  readonly groups: number;
}

/**
 * Tells groups that have one verdict at whatever time their calls were from those that do not, or that
 * are wanted call by call. Verdicts wait in the spool; held are the keys of open groups.
 */
export async function settleGroups(
  judged: Source<JudgedGroup>,
  isWantedSingly: (verdict: Verdict) => boolean,
  isUniform: (first: number, last: number) => boolean,
  spool: Spool<Verdict>,
): Promise<SettledGroups> {
  const keys: string[] = [];
  let [from, until] = ['', ''];
  let [groups, calls, openCalls] = [0, 0, 0];
  for await (const batch of judged) {
    const settled: Verdict[] = [];
    for (const group of batch) {
      const { first } = group;
      groups++;
      calls += first.call.weight;
      if (hasOneVerdict(group, isUniform) && !isWantedSingly(first)) settled.push(first);
      else {
        const { group: key = '', eventTime, until: last = eventTime, weight } = first.call;
        openCalls += weight;
        if (keys.length <= MOST_KEYS) keys.push(key);
        if (from === '' || eventTime < from) from = eventTime;
        if (last > until) until = last;
      }
    }
    await spool.add(settled);
  }
  if (keys.length > MOST_KEYS) {
    return { settled: none, open: 'all', openCalls: calls, calls, groups };
  }
  return { settled: spool.rows, open: { keys, from, until }, openCalls, calls, groups };
}

// oxlint-disable-next-line require-yield -- a source without rows
async function* none(): Source<Verdict> {}

/**
 * Is what holds at both ends true of all between? Sessions that share an identity may take turns, and
 * before and after a session there is a time within it; sessions may cover a part of the time.
 */
function hasOneVerdict(
  { first, last }: JudgedGroup,
  isUniform: (first: number, last: number) => boolean,
): boolean {
  if (first.call.eventTime === last.call.eventTime) return true;
  return (
    first.category === last.category &&
    first.unverifiable === last.unverifiable &&
    (!isFinding(first) || isUniform(secondOf(first), secondOf(last))) &&
    first.allowedBy === last.allowedBy &&
    first.match?.session.id === last.match?.session.id &&
    first.match?.sharesIdentity !== true &&
    first.anomalies.join() === last.anomalies.join() &&
    !first.anomalies.includes('outside_session')
  );
}

function secondOf({ call }: Verdict): number {
  return parseInstant(call.eventTime)!.seconds;
}
