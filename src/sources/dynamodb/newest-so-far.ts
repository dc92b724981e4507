import { type SessionFilter, matches } from '../../model/session/session-filter.js';
import { type Session, placedAt } from '../../model/session/session.js';
import { type Instant, compareInstants, textRange } from '../../model/time/instant.js';

/**
 * Says when the newest sessions that match have all been seen, of rows that come in descending byte order of
 * `created_at`. That is not their order in time, but differs from it by less than a day. Holds a time for
 * each session that is wanted, and for those of a page.
 */
export class NewestSoFar {
  readonly #limit: number;
  readonly #isWanted: (session: Session) => boolean;
  #times: Instant[] = [];

  constructor(limit: number, filter: SessionFilter) {
    this.#limit = limit;
    this.#isWanted = matches(filter);
  }

  add(sessions: readonly Session[]): void {
    for (const session of sessions) {
      const at = this.#isWanted(session) ? placedAt(session) : undefined;
      if (at !== undefined) this.#times.push(at);
    }
    this.#times = this.#times.toSorted((a, b) => compareInstants(b, a)).slice(0, this.#limit);
  }

  /** Can no row whose `created_at` sorts at or below this text be one of the newest? */
  isWhole(createdAt: string | undefined): boolean {
    const last = this.#times[this.#limit - 1];
    const { from } = textRange(last, undefined);
    return createdAt !== undefined && from !== undefined && createdAt < from;
  }
}
