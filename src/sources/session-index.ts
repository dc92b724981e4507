import type {
  SessionCoverage,
  SessionFacts,
  SessionMatch,
  Sought,
} from '../model/session-match.js';
import { SESSION_STATUSES, type Session, placedAt } from '../model/session.js';
import { parseInstant } from '../model/timestamp.js';

const LOAD = 0.7;
const NONE = 0xffff_ffff;

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
  #identityLength = new Uint16Array(1024);
  /** Another session with the same identity, or NONE. */
  #sameIdentity = new Uint32Array(1024);
  #identities = Buffer.alloc(16 * 1024);
  #identitiesEnd = 0;
  #hasIdentities = false;
  #oldest = Infinity;
  readonly #names = new Names();
  readonly #byId = new Slots();
  readonly #byIdentity = new Slots();

  get size(): number {
    return this.#size;
  }

  get coverage(): SessionCoverage {
    const oldest = this.#oldest === Infinity ? undefined : this.#oldest;
    return { oldest, hasIdentities: this.#hasIdentities };
  }

  /** Adds a session; one whose id is there already must not come again. */
  add(session: Session): void {
    if (this.#size === this.#idHigh.length) this.#grow();
    const entry = this.#size++;
    const [high, low] = halves(session.id);
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
    if (placed !== undefined) this.#oldest = Math.min(this.#oldest, placed.seconds);
    this.#byId.put(mix(high, low), entry, (other) => this.#hashOfId(other));
    if (session.sourceIdentity) this.#addIdentity(entry, Buffer.from(session.sourceIdentity));
  }

  /** The session behind an event: by its tag, else by its source identity, else by the id in that. */
  find({ tag, sourceIdentity, sessionId, at }: Sought): SessionMatch | undefined {
    const tagged = this.#entryOfId(tag);
    if (tagged !== NONE) return { session: this.#facts(tagged), matchedBy: 'tag' };
    const identical =
      sourceIdentity === undefined ? NONE : this.#entryOfIdentity(sourceIdentity, at);
    if (identical !== NONE)
      return { session: this.#facts(identical), matchedBy: 'source_identity' };
    const named = this.#entryOfId(sessionId);
    return named === NONE ? undefined : { session: this.#facts(named), matchedBy: 'session_id' };
  }

  #entryOfId(id: string | undefined): number {
    if (id === undefined || !/^[0-9a-f]{16}$/.test(id)) return NONE;
    const [high, low] = halves(id);
    return this.#byId.find(
      mix(high, low),
      (entry) => this.#idHigh[entry] === high && this.#idLow[entry] === low,
    );
  }

  #entryOfIdentity(identity: string, at: number): number {
    const bytes = Buffer.from(identity);
    const first = this.#byIdentity.find(hash(bytes), (entry) => this.#bytesOf(entry).equals(bytes));
    for (let entry = first; entry !== NONE; entry = this.#sameIdentity[entry]!) {
      if (at >= this.#started[entry]! && at <= this.#expires[entry]!) return entry;
    }
    return first;
  }

  #addIdentity(entry: number, bytes: Buffer): void {
    this.#hasIdentities = true;
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
    return mix(this.#idHigh[entry]!, this.#idLow[entry]!);
  }

  #facts(entry: number): SessionFacts {
    const id = hex(this.#idHigh[entry]!) + hex(this.#idLow[entry]!);
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

/** Open addressing: where the entries of some hash are. Whoever asks compares the keys. */
class Slots {
  #slots = new Uint32Array(2048).fill(NONE);
  #used = 0;

  find(key: number, isIt: (entry: number) => boolean): number {
    const mask = this.#slots.length - 1;
    for (let slot = key & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!;
      if (entry === NONE || isIt(entry)) return entry;
    }
  }

  put(key: number, entry: number, keyOf: (entry: number) => number): void {
    if (this.#used >= this.#slots.length * LOAD) {
      const old = this.#slots;
      this.#slots = new Uint32Array(old.length * 2).fill(NONE);
      for (const other of old) if (other !== NONE) this.#place(keyOf(other), other);
    }
    this.#place(key, entry);
    this.#used++;
  }

  #place(key: number, entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = key & mask;
    while (this.#slots[slot] !== NONE) slot = (slot + 1) & mask;
    this.#slots[slot] = entry;
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

function doubled<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}

function secondsOf(time: string | undefined): number {
  const instant = time === undefined ? undefined : parseInstant(time);
  return instant === undefined ? NaN : instant.seconds + instant.nanos / 1e9;
}

function known(seconds: number): number | undefined {
  return Number.isNaN(seconds) ? undefined : seconds;
}

function halves(id: string): [high: number, low: number] {
  return [Number.parseInt(id.slice(0, 8), 16), Number.parseInt(id.slice(8), 16)];
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0');
}

function mix(high: number, low: number): number {
  const mixed = Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** FNV-1a. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}
