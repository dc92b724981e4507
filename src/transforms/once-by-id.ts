import { CallIds, type IdNews, type IdentifiedCall } from '../hashing/call-ids.js';
import type { RoleCall } from '../model/role-call/role-call.js';
import { callFactsOf } from '../model/role-call/same-call.js';
import type { Transform } from '../pipeline/pipe.js';

/** Days for which ids are held where calls come in the order of their days. */
const DAYS_HELD = 3;

/** What is counted while records of one call are told apart from other calls. */
export interface SameCallCounts {
  readonly countDuplicates: (calls: number) => void;
  /** Records that share an id with another call, though they differ in what one call says only once. */
  readonly countContradictions: (calls: number) => void;
}

export interface OnceOptions extends SameCallCounts {
  /** Have the calls come in the order of their days so far, give or take one? As long, ids of days past are let go. */
  readonly inOrderOfDays: () => boolean;
}

/**
 * Each call once, by its event id, in their order: trails overlap and deliver at least once. Records with
 * one id that differ in time, name, success or role are different calls, and all are kept. Holds 24 bytes
 * for each call; with `inOrderOfDays`, those of the last three days.
 */
export function onceById(options: OnceOptions): Transform<RoleCall, RoleCall> {
  return async function* (source) {
    const ids = new IdsByDay(options.inOrderOfDays);
    for await (const batch of source) {
      const fresh = batch.filter((call) => {
        const news = ids.add(call);
        if (news === 'known') options.countDuplicates(1);
        if (news === 'contradicts') options.countContradictions(1);
        return news !== 'known';
      });
      if (fresh.length > 0) yield fresh;
    }
  };
}

/** Ids by the day of their calls, so that days can be let go. */
class IdsByDay {
  readonly #days = new Map<string, CallIds>();
  readonly #mayForget: () => boolean;
  readonly #isByDay: boolean;

  constructor(mayForget: () => boolean) {
    this.#mayForget = mayForget;
    this.#isByDay = mayForget();
  }

  add(call: RoleCall): IdNews {
    const { fixed, roleArn: role } = callFactsOf(call);
    return this.#idsOf(call).add({ id: call.eventId, fixed, role } satisfies IdentifiedCall);
  }

  #idsOf({ eventTime }: RoleCall): CallIds {
    const day = this.#isByDay ? eventTime.slice(0, 10) : '';
    let ids = this.#days.get(day);
    if (ids === undefined) {
      this.#days.set(day, (ids = new CallIds()));
      if (this.#mayForget()) this.#forgetBefore(day);
    }
    return ids;
  }

  #forgetBefore(newest: string): void {
    const oldest = new Date(Date.parse(newest) - DAYS_HELD * 86_400_000).toISOString().slice(0, 10);
    for (const day of this.#days.keys()) if (day < oldest) this.#days.delete(day);
  }
}
