import type { RoleEvent } from '../model/role-event.js';
import type { SessionFinder } from '../model/session-match.js';
import { type Judging, type Verdict, judge, soughtOf } from '../model/verdict.js';
import type { Transform } from '../pipeline.js';

/** Judges events, in their order, by the sessions behind them. One question to the finder a batch. */
export function classify(finder: SessionFinder, judging: Judging): Transform<RoleEvent, Verdict> {
  return async function* (source) {
    for await (const events of source) {
      const sought = events.map((event) => soughtOf(event, judging.readIdentity));
      const matches = await finder.find(sought);
      const coverage = finder.coverage();
      // Where not every session could be read, none that is not found can be told not to be there.
      const oldest = coverage?.isComplete === false ? Infinity : coverage?.oldest;
      yield events.map((event, at) => judge(event, matches[at], oldest, judging));
    }
  };
}
