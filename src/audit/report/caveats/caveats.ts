import { type Caveat, caveat } from '../../../model/report/caveat.js';
import { compareInstants, formatInstant } from '../../../model/time/instant.js';
import { type CallCount, callsIn } from '../../../model/verdict/call-count.js';
import { count } from '../../../text/quantity.js';
import type { Evidence } from '../../evidence.js';
import { spansText } from '../evidence-fields.js';
import type { CaveatOptions } from '../report-options.js';
import type { Selection } from '../selection.js';
import { roleCaveats, unknownNames } from './attribution-caveats.js';
import { joinCaveats, uncheckedCalls } from './join-caveats.js';
import { trailCaveats } from './trail-caveats.js';

/** What both audits could not decide of the calls that are listed, and what their reader must know. */
export function caveatsOf(
  evidence: Evidence,
  selection: Selection,
  options: CaveatOptions,
): readonly Caveat[] {
  return [
    ...ofUnverifiable(evidence, selection, options),
    ...unknownNames(evidence, selection, options),
    ...uncheckedCalls(selection, options),
    ...joinCaveats(evidence, selection),
    ...roleCaveats(evidence, options),
    ...ofTheAllowList(evidence, options),
    ...trailCaveats(evidence),
  ];
}

function ofUnverifiable(
  { sessions }: Evidence,
  { counts }: Selection,
  { failOn }: CaveatOptions,
): Caveat[] {
  const calls = counts.filter((one) => one.unverifiable);
  const since =
    sessions.spans.length === 0
      ? 'the sessions are not known to be complete for any time'
      : `the sessions are complete only from ${spansText(sessions.spans)}`;
  const number = callsIn(calls);
  const text = `${count(number, 'call')} could not be verified: no session was found, and ${since}`;
  return caveat('unverifiable_calls', number, weightOf(calls, failOn), text);
}

/** Would calls that cannot be verified make the run fail if they were findings? */
export function weightOf(
  unverifiable: readonly CallCount[],
  failOn: ReadonlySet<string>,
): Caveat['weight'] {
  const wouldFail = unverifiable.some(
    ({ category }) => failOn.has('orphaned') || failOn.has(category),
  );
  return wouldFail ? 'undecided' : 'note';
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
