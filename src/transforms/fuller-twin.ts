import type { Spool } from '../disk/spool.js';
import { type RoleCall, callerFullness } from '../model/role-call/role-call.js';
import { type CallFacts, callFactsOf, mayBeSameCall } from '../model/role-call/same-call.js';
import type { Transform } from '../pipeline/pipe.js';
import type { SameCallCounts } from './once-by-id.js';

/** Of the records with one shared id that may be of the same call, the fullest so far. */
interface Fullest {
  place: number;
  fullness: number;
  readonly facts: CallFacts;
}

export interface TwinOptions extends SameCallCounts {
  /** Where records wait for their twins. */
  readonly openSpool: () => Spool<RoleCall>;
}

/**
 * Of the two records that a cross-account call leaves in two accounts, the one with the fuller caller.
 * The twin may come last, so records with a shared id wait in a spool and are delivered when all others have
 * been, in their order. Halves that differ in time, name, success or role are different calls. Holds an
 * entry for each cross-account call.
 */
export function fullerTwin(options: TwinOptions): Transform<RoleCall, RoleCall> {
  return async function* (source) {
    const { openSpool, countDuplicates, countContradictions } = options;
    const spool = openSpool();
    const bySharedId = new Map<string, Fullest[]>();
    const noteHalf = (call: RoleCall, place: number): void => {
      const [facts, fullness] = [callFactsOf(call), callerFullness(call)];
      const calls = bySharedId.get(call.sharedEventId!) ?? [];
      const same = calls.find((other) => mayBeSameCall(facts, other.facts));
      if (same === undefined) {
        if (calls.length > 0) countContradictions(1);
        bySharedId.set(call.sharedEventId!, [...calls, { place, fullness, facts }]);
        return;
      }
      countDuplicates(1);
      if (fullness > same.fullness) Object.assign(same, { place, fullness });
    };
    try {
      for await (const batch of source) {
        const halves = batch.filter(isHalf);
        for (const [at, call] of halves.entries()) noteHalf(call, spool.size + at);
        await spool.add(halves);
        const single = batch.filter((call) => !isHalf(call));
        if (single.length > 0) yield single;
      }
      let place = 0;
      for await (const batch of spool.rows()) {
        const kept = batch.filter((call) => {
          const at = place++;
          return bySharedId.get(call.sharedEventId!)?.some((fullest) => fullest.place === at);
        });
        if (kept.length > 0) yield kept;
      }
    } finally {
      await spool.dispose();
    }
  };
}

function isHalf({ sharedEventId }: RoleCall): boolean {
  return sharedEventId !== undefined;
}
