import type { ReadSessions } from '../../model/coverage/read-sessions.js';
import type {
  SessionSummary,
  SessionMatch,
  LookupKey,
} from '../../model/session/session-lookup.js';
import { SESSION_STATUSES, type Session, placedAt } from '../../model/session/session.js';
import { parseInstant } from '../../model/time/instant.js';
import { NONE, HashIndex, doubled } from '../../hashing/hash-index.js';
import { halvesOf, hashOfHalves, idOfHalves } from '../../hashing/hex-id.js';

/**
 * Every session, for finding the one behind an event by id or by source identity, in about a hundred bytes
 * each: flat arrays, names held once, the bytes of identities in one buffer. Keys are compared whole: with
 * a hash alone somebody could craft an identity that collides with another, and hide.
 */
export class SessionIndex {
  #size = 0;
  #idHigh = new Uint32Array(1024);
  #idLow = new Uint32Array(1024);
  #started = new Float64Array(1024);
  #expires = new Float64Array(1024);
  #updated = new Float64Array(1024);
  #status = new Uint8Array(1024);
  #user = new Uint32Array(1024);
  #profile = new Uint32Array(1024);
  #identityStart = new Float64Array(1024);
  #identityLength = new Uint32Array(1024);
  /** Another session with the same identity, or NONE. */
  #sameIdentity = new Uint32Array(1024);
  #identities = Buffer.alloc(16 * 1024);
  #identitiesEnd = 0;
  #withIdentity = 0;
  readonly #profiles = new Set<string>();
  #oldest = Infinity;
  #newest = -Infinity;
  #shortestLife = Infinity;
  readonly #names = new Names();
  readonly #byId = new HashIndex();
  readonly #byIdentity = new HashIndex();

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
    if (this.#size === this.#idHigh.length) this.#grow();
    const entry = this.#size++;
    const [high, low] = halvesOf(session.id);
    this.#idHigh[entry] = high;
    this.#idLow[entry] = low;
    this.#started[entry] = secondsOf(session.startedAt);
    this.#expires[entry] = secondsOf(session.expiresAt);
    this.#updated[entry] = secondsOf(session.updatedAt);
    this.#status[entry] =
      session.status === undefined ? 255 : SESSION_STATUSES.indexOf(session.status);
    this.#user[entry] = this.#names.numberOf(session.user);
    this.#profile[entry] = this.#names.numberOf(session.profile);
    this.#sameIdentity[entry] = NONE;
    const placed = placedAt(session);
    if (placed !== undefined) this.#notePlace(placed.seconds, secondsOf(session.expiresAt));
    this.#byId.put(hashOfHalves(high, low), entry, (other) => this.#hashOfId(other));
    const { sourceIdentity, profile } = session;
    if (profile !== undefined) this.#profiles.add(profile);
    if (sourceIdentity && isText(sourceIdentity)) {
      this.#addIdentity(entry, Buffer.from(sourceIdentity));
    }
  }

  /** The session behind an event: by its tag, else by its source identity, else by the id in that. */
  find({ tag, sourceIdentity, sessionId, at }: LookupKey): SessionMatch | undefined {
    const tagged = this.#entryOfId(tag);
    if (tagged !== NONE) return { session: this.#facts(tagged), matchedBy: 'tag' };
    const first = sourceIdentity === undefined ? NONE : this.#firstOfIdentity(sourceIdentity);
    if (first !== NONE) {
      const session = this.#facts(this.#entryAt(first, at));
      const sharesIdentity = this.#sameIdentity[first] !== NONE;
      return { session, matchedBy: 'source_identity', ...(sharesIdentity && { sharesIdentity }) };
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
    if (id === undefined || !/^[0-9a-f]{16}$/.test(id)) return NONE;
    const [high, low] = halvesOf(id);
    return this.#byId.find(
      hashOfHalves(high, low),
      (entry) => this.#idHigh[entry] === high && this.#idLow[entry] === low,
    );
  }

  #firstOfIdentity(identity: string): number {
    if (!isText(identity)) return NONE;
    const bytes = Buffer.from(identity);
    return this.#byIdentity.find(hash(bytes), (entry) => this.#bytesOf(entry).equals(bytes));
  }

  /** Of several sessions with one identity, the one that was on. */
  #entryAt(first: number, at: number): number {
    for (let entry = first; entry !== NONE; entry = this.#sameIdentity[entry]!) {
      // Events have whole seconds: one of the second in which a session began may have come after.
      if (at >= Math.floor(this.#started[entry]!) && at <= this.#expires[entry]!) return entry;
    }
    return first;
  }

  #addIdentity(entry: number, bytes: Buffer): void {
    this.#withIdentity++;
    while (this.#identitiesEnd + bytes.length > this.#identities.length) {
      this.#identities = Buffer.concat([this.#identities], this.#identities.length * 2);
    }
    bytes.copy(this.#identities, this.#identitiesEnd);
    this.#identityStart[entry] = this.#identitiesEnd;
    this.#identityLength[entry] = bytes.length;
    this.#identitiesEnd += bytes.length;
    const key = hash(bytes);
    const first = this.#byIdentity.find(key, (other) => this.#bytesOf(other).equals(bytes));
    if (first === NONE) {
      this.#byIdentity.put(key, entry, (other) => hash(this.#bytesOf(other)));
    } else {
      this.#sameIdentity[entry] = this.#sameIdentity[first]!;
      this.#sameIdentity[first] = entry;
    }
  }

  #bytesOf(entry: number): Buffer {
    const start = this.#identityStart[entry]!;
    return this.#identities.subarray(start, start + this.#identityLength[entry]!);
  }

  #hashOfId(entry: number): number {
    return hashOfHalves(this.#idHigh[entry]!, this.#idLow[entry]!);
  }

  #facts(entry: number): SessionSummary {
    const id = idOfHalves(this.#idHigh[entry]!, this.#idLow[entry]!);
    return {
      id,
      user: this.#names.of(this.#user[entry]!),
      profile: this.#names.of(this.#profile[entry]!),
      status: SESSION_STATUSES[this.#status[entry]!],
      startedAt: known(this.#started[entry]!),
      expiresAt: known(this.#expires[entry]!),
      updatedAt: known(this.#updated[entry]!),
    };
  }

  #grow(): void {
    this.#idHigh = doubled(this.#idHigh);
    this.#idLow = doubled(this.#idLow);
    this.#started = doubled(this.#started);
    this.#expires = doubled(this.#expires);
    this.#updated = doubled(this.#updated);
    this.#status = doubled(this.#status);
    this.#user = doubled(this.#user);
    this.#profile = doubled(this.#profile);
    this.#identityStart = doubled(this.#identityStart);
    this.#identityLength = doubled(this.#identityLength);
    this.#sameIdentity = doubled(this.#sameIdentity);
  }
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

function hash(bytes: Uint8Array): number {
  let value = bytes.length;
  for (const byte of bytes) value = hashOfHalves(value, byte);
  return value;
}
