import type { ReadSessions } from '../../model/coverage/read-sessions.js';
import type {
  SessionSummary,
  SessionMatch,
  LookupKey,
} from '../../model/session/session-lookup.js';
import { SESSION_STATUSES, type Session, isSessionId, placedAt } from '../../model/session/session.js';
import { parseInstant } from '../../model/time/instant.js';
import { NONE, HashIndex } from '../../hashing/hash-index.js';
import { halvesOf, hashOfHalves, idOfHalves } from '../../hashing/hex-id.js';
import { NumberList } from '../../hashing/number-list.js';
import { Identities } from './identities.js';
import { SessionsInTime } from './sessions-in-time.js';

/** With so many sessions of one identity or fewer, looking at each is soon done. */
const FEW = 8;

/**
 * Every session, for finding the one behind an event by id or by source identity, in about fifty bytes each,
 * and those of its identity where that does not follow from its id: flat arrays, names held once. Keys are
 * compared whole: with a hash alone somebody could craft an identity that collides with another, and hide.
 */
export class SessionIndex {
  #size = 0;
  readonly #idHigh = new NumberList(Uint32Array);
  readonly #idLow = new NumberList(Uint32Array);
  readonly #started = new NumberList(Float64Array);
  readonly #expires = new NumberList(Float64Array);
  readonly #updated = new NumberList(Float64Array);
  readonly #status = new NumberList(Uint8Array);
  readonly #user = new NumberList(Uint32Array);
  readonly #profile = new NumberList(Uint32Array);
  /** Is its identity {@link identityOfId}? Then nothing more is held of it. */
  readonly #isOfId = new NumberList(Uint8Array);
  readonly #identities = new Identities();
  /** Sessions of one identity, where they are many. */
  readonly #crowds = new Map<string, Crowd>();
  #withIdentity = 0;
  readonly #profiles = new Set<string>();
  #oldest = Infinity;
  #newest = -Infinity;
  #shortestLife = Infinity;
  readonly #names = new Names();
  readonly #byId = new HashIndex();

  get size(): number {
    return this.#size;
  }

  get coverage(): Omit<ReadSessions, 'isComplete'> {
    return {
      sessions: this.#size,
      withoutIdentity: this.#size - this.#withIdentity,
      oldest: finite(this.#oldest),
      newest: finite(this.#newest),
      shortestLife: finite(this.#shortestLife),
      profiles: this.#profiles,
    };
  }

  /** Adds a session; one whose id is there already must not come again. */
  add(session: Session): void {
    const entry = this.#size++;
    const [high, low] = halvesOf(session.id);
    this.#idHigh.set(entry, high);
    this.#idLow.set(entry, low);
    this.#started.set(entry, secondsOf(session.startedAt));
    const expires = secondsOf(session.expiresAt);
    this.#expires.set(entry, expires);
    this.#updated.set(entry, secondsOf(session.updatedAt));
    const { status } = session;
    this.#status.set(entry, status === undefined ? 255 : SESSION_STATUSES.indexOf(status));
    this.#user.set(entry, this.#names.numberOf(session.user));
    this.#profile.set(entry, this.#names.numberOf(session.profile));
    const placed = placedAt(session);
    if (placed !== undefined) this.#notePlace(placed.seconds, expires);
    this.#byId.put(hashOfHalves(high, low), entry, (other) => this.#hashOfId(other));
    const { sourceIdentity, profile } = session;
    if (profile !== undefined) this.#profiles.add(profile);
    const isOfId = sourceIdentity === identityOfId(session.id);
    this.#isOfId.set(entry, isOfId ? 1 : 0);
    if (!sourceIdentity || !isText(sourceIdentity)) return;
    this.#withIdentity++;
    this.#crowds.delete(sourceIdentity);
    if (!isOfId) this.#identities.add(sourceIdentity, entry);
  }

  /** The session behind an event: by its tag, else by its source identity, else by the id in that. */
  find({ tag, sourceIdentity, sessionId, at }: LookupKey): SessionMatch | undefined {
    const tagged = this.#entryOfId(tag);
    if (tagged !== NONE) return { session: this.#facts(tagged), matchedBy: 'tag' };
    const found = sourceIdentity === undefined ? undefined : this.#ofIdentity(sourceIdentity, at);
    if (found !== undefined) {
      const { entry, isShared } = found;
      const session = this.#facts(entry);
      return { session, matchedBy: 'source_identity', ...(isShared && { sharesIdentity: true }) };
    }
    const named = this.#entryOfId(sessionId);
    return named === NONE ? undefined : { session: this.#facts(named), matchedBy: 'session_id' };
  }

  /** Times that are not known are NaN, and change nothing. */
  #notePlace(created: number, expires: number): void {
    this.#oldest = Math.min(this.#oldest, created);
    this.#newest = Math.max(this.#newest, created);
    const life = expires - created;
    if (life < this.#shortestLife) this.#shortestLife = life;
  }

  #entryOfId(id: string | undefined): number {
    if (!isSessionId(id)) return NONE;
    const [high, low] = halvesOf(id);
    return this.#byId.find(
      hashOfHalves(high, low),
      (entry) => this.#idHigh.get(entry) === high && this.#idLow.get(entry) === low,
    );
  }

  /** Of the sessions with an identity, the one that was on, and began last; else any. */
  #ofIdentity(
    identity: string,
    at: number,
  ): { readonly entry: number; readonly isShared: boolean } | undefined {
    if (!isText(identity)) return undefined;
    let crowd = this.#crowds.get(identity);
    if (crowd === undefined) {
      const entries = this.#entriesOf(identity);
      const [any] = entries;
      if (any === undefined) return undefined;
      if (entries.length === 1) return { entry: any, isShared: false };
      crowd = { any, inTime: this.#inTime(entries) };
      if (entries.length > FEW) this.#crowds.set(identity, crowd);
    }
    return { entry: crowd.inTime.onAt(at) ?? crowd.any, isShared: true };
  }

  #entriesOf(identity: string): number[] {
    const entries = this.#identities.sessionsOf(identity);
    const own = this.#entryOfId(idOfIdentity(identity));
    if (own !== NONE && this.#isOfId.get(own) === 1) entries.push(own);
    return entries;
  }

  #inTime(entries: readonly number[]): SessionsInTime {
    return new SessionsInTime(
      entries.map((session) => ({
        session,
        // Events have whole seconds: one of the second in which a session began may have come after.
        from: Math.floor(this.#started.get(session)),
        until: this.#expires.get(session),
      })),
    );
  }

  #hashOfId(entry: number): number {
    return hashOfHalves(this.#idHigh.get(entry), this.#idLow.get(entry));
  }

  #facts(entry: number): SessionSummary {
    const id = idOfHalves(this.#idHigh.get(entry), this.#idLow.get(entry));
    return {
      id,
      user: this.#names.of(this.#user.get(entry)),
      profile: this.#names.of(this.#profile.get(entry)),
      status: SESSION_STATUSES[this.#status.get(entry)],
      startedAt: known(this.#started.get(entry)),
      expiresAt: known(this.#expires.get(entry)),
      updatedAt: known(this.#updated.get(entry)),
    };
  }
}

/** Sessions of one identity that are many. */
interface Crowd {
  readonly any: number;
  readonly inTime: SessionsInTime;
}

/** The identity that Sentinel gives a session by its id. */
function identityOfId(id: string): string {
  return `sentinel-${id}`;
}

function idOfIdentity(identity: string): string | undefined {
  return identity.startsWith('sentinel-') ? identity.slice(9) : undefined;
}

/** Each name once, by a number. */
class Names {
  readonly #numbers = new Map<string | undefined, number>();
  readonly #names: (string | undefined)[] = [];

  numberOf(name: string | undefined): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#names.push(name) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }

  of(number: number): string | undefined {
    return this.#names[number];
  }
}

/** Half a surrogate pair has no UTF-8: as bytes, different ones would be the same. */
function isText(identity: string): boolean {
  return !/\p{Surrogate}/u.test(identity);
}

function secondsOf(time: string | undefined): number {
  const instant = time === undefined ? undefined : parseInstant(time);
  return instant === undefined ? NaN : instant.seconds + instant.nanos / 1e9;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function known(seconds: number): number | undefined {
  return Number.isNaN(seconds) ? undefined : seconds;
}
