import type { SourceReach } from '../../model/coverage/read-sessions.js';
import { type Session, placeText } from '../../model/session/session.js';
import { compareTimes, parseInstant } from '../../model/time/instant.js';
import type { Batch } from '../../pipeline/pipe.js';

/** Notes how far the sessions of one source reach. Holds two numbers and two times. */
export class ReachOfSessions {
  #sessions = 0;
  #withoutIdentity = 0;
  #oldest: string | undefined;
  #newest: string | undefined;

  readonly add = (sessions: Batch<Session>): void => {
    this.#sessions += sessions.length;
    for (const session of sessions) {
      if (session.sourceIdentity === undefined) this.#withoutIdentity++;
      const placed = placeText(session);
      if (placed === undefined) continue;
      if (this.#oldest === undefined || compareTimes(placed, this.#oldest) < 0) {
        this.#oldest = placed;
      }
      if (this.#newest === undefined || compareTimes(placed, this.#newest) > 0) {
        this.#newest = placed;
      }
    }
  };

  /** Of what was added so far. */
  reach(): SourceReach {
    const secondsOf = (time: string | undefined): number | undefined =>
      time === undefined ? undefined : parseInstant(time)?.seconds;
    return {
      sessions: this.#sessions,
      withoutIdentity: this.#withoutIdentity,
      oldest: secondsOf(this.#oldest),
      newest: secondsOf(this.#newest),
    };
  }
}
