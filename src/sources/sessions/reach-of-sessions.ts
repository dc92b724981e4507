import type { SourceReach } from '../../model/coverage/read-sessions.js';
import { type Session, placedAt } from '../../model/session/session.js';
import type { Batch } from '../../pipeline/pipe.js';

/** Notes how far the sessions of one source reach. Holds four numbers. */
export class ReachOfSessions {
  #sessions = 0;
  #withoutIdentity = 0;
  #oldest = Infinity;
  #newest = -Infinity;

  readonly add = (sessions: Batch<Session>): void => {
    this.#sessions += sessions.length;
    for (const session of sessions) {
      if (session.sourceIdentity === undefined) this.#withoutIdentity++;
      const placed = placedAt(session)?.seconds;
      if (placed === undefined) continue;
      this.#oldest = Math.min(this.#oldest, placed);
      this.#newest = Math.max(this.#newest, placed);
    }
  };

  /** Of what was added so far. */
  reach(): SourceReach {
    const finite = (value: number): number | undefined =>
      Number.isFinite(value) ? value : undefined;
    return {
      sessions: this.#sessions,
      withoutIdentity: this.#withoutIdentity,
      oldest: finite(this.#oldest),
      newest: finite(this.#newest),
    };
  }
}
