import { type RoleCall, callerFullness } from '../model/role-call/role-call.js';
import type { Source } from '../pipeline/pipe.js';
import type { Spool } from '../disk/spool.js';
import { EventIds } from '../hashing/event-ids.js';

/** Days for which event ids are held when the events come in the order of their days. */
const DAYS_HELD = 3;

export interface UniqueOptions {
  /** Do the events come in the order of their days, give or take one? Then ids of days past are let go. */
  readonly inOrderOfDays: boolean;
  readonly countDuplicates: (count: number) => void;
  /** Where events wait for their twins. */
  readonly openSpool: () => Spool<RoleCall>;
}

/**
 * Each event once: trails overlap and deliver at least once, and a cross-account call is recorded in both
 * accounts. Of such a pair the record with the fuller caller is kept; its twin may come last, so those events
 * wait in a spool and are delivered when the others have been, in their order. Holds 16 bytes an event id,
 * and an entry for each cross-account call.
 */
export async function* uniqueEvents(
  events: Source<RoleCall>,
  { inOrderOfDays, countDuplicates, openSpool }: UniqueOptions,
): Source<RoleCall> {
  const seen = new IdsByDay(inOrderOfDays);
  const pairs = openSpool();
  /** Shared id → place in the spool of the fullest record, and how full it is. */
  const fullest = new Map<string, { place: number; fullness: number }>();
  try {
    for await (const batch of events) {
      const fresh = batch.filter((event) => seen.add(event));
      countDuplicates(batch.length - fresh.length);
      const halves = fresh.filter((event) => event.sharedEventId !== undefined);
      for (const [at, event] of halves.entries()) {
        const fullness = callerFullness(event);
        const known = fullest.get(event.sharedEventId!);
        if (known !== undefined) countDuplicates(1);
        if (known === undefined || fullness > known.fullness) {
          fullest.set(event.sharedEventId!, { place: pairs.size + at, fullness });
        }
      }
      await pairs.add(halves);
      const single = fresh.filter((event) => event.sharedEventId === undefined);
      if (single.length > 0) yield single;
    }
    let place = 0;
    for await (const batch of pairs.rows()) {
      const kept = batch.filter((event) => fullest.get(event.sharedEventId!)?.place === place++);
      if (kept.length > 0) yield kept;
    }
  } finally {
    await pairs.dispose();
  }
}

/** Event ids by the day of their events: the same event has the same time. */
class IdsByDay {
  readonly #days = new Map<string, EventIds>();
  readonly #forgets: boolean;
  #newest = '';

  constructor(forgets: boolean) {
    this.#forgets = forgets;
  }

  /** False for an event that has been there. */
  add({ eventId, eventTime }: RoleCall): boolean {
    const day = eventTime.slice(0, 10);
    let ids = this.#days.get(day);
    if (ids === undefined) {
      ids = new EventIds();
      this.#days.set(day, ids);
      if (this.#forgets && day > this.#newest) this.#forgetBefore(day);
    }
    return ids.add(eventId);
  }

  #forgetBefore(newest: string): void {
    this.#newest = newest;
    const oldest = new Date(Date.parse(newest) - DAYS_HELD * 86_400_000).toISOString().slice(0, 10);
    for (const day of this.#days.keys()) if (day < oldest) this.#days.delete(day);
  }
}
