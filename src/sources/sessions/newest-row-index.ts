import type { Session } from '../../model/session/session.js';
import { type Instant, parseInstant } from '../../model/time/instant.js';
import { halvesOf, hashOfHalves } from '../../hashing/hex-id.js';
import { NONE, HashIndex, doubled } from '../../hashing/hash-index.js';

/** Stands for the row number of a session whose rows have all lost. */
const SUPERSEDED = 0xffff_ffff;

/**
 * For each session id, which of its rows is the newest: by `updated_at`, a row without one before every
 * row that has one, and of equals the one that was added last. Holds no rows: 30 to 60 bytes an id, in
 * flat arrays, and up to four billion rows. Ids are 64 bits, kept and compared whole.
 */
export class NewestRowIndex {
  #size = 0;
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  #seconds = new Float64Array(1024);
  #nanos = new Uint32Array(1024);
  /** Number of the newest row, from 1. */
  #row = new Uint32Array(1024);
  readonly #byId = new HashIndex();

  /** How many ids there are. */
  get size(): number {
    return this.#size;
  }

  /** Tells of row number `row`, from 1, of the session. */
  add(session: Session, row: number): void {
    const updated = updatedAt(session);
    const known = this.#find(session.id);
    if (known !== NONE && this.#isNewer(known, updated)) return;
    const entry = known === NONE ? this.#newEntry(session.id) : known;
    this.#seconds[entry] = updated.seconds;
    this.#nanos[entry] = updated.nanos;
    this.#row[entry] = row;
  }

  /** Is there a row of this session that is newer than this one? */
  hasNewer(session: Session): boolean {
    const entry = this.#find(session.id);
    return entry !== NONE && this.#isNewer(entry, updatedAt(session));
  }

  /** Makes a session's rows all lose: its newest row comes from elsewhere. False when it has none. */
  forget(id: string): boolean {
    const entry = this.#find(id);
    if (entry === NONE || this.#row[entry] === SUPERSEDED) return false;
    this.#row[entry] = SUPERSEDED;
    return true;
  }

  /** Is row number `row` the newest of its session? */
  isNewest(id: string, row: number): boolean {
    const entry = this.#find(id);
    return entry !== NONE && this.#row[entry] === row;
  }

  #find(id: string): number {
    const [high, low] = halvesOf(id);
    return this.#byId.find(
      hashOfHalves(high, low),
      (entry) => this.#high[entry] === high && this.#low[entry] === low,
    );
  }

  #isNewer(entry: number, { seconds, nanos }: Instant): boolean {
    const held = this.#seconds[entry]!;
    return held > seconds || (held === seconds && this.#nanos[entry]! > nanos);
  }

  #newEntry(id: string): number {
    if (this.#size === this.#high.length) this.#grow();
    const entry = this.#size++;
    const [high, low] = halvesOf(id);
    this.#high[entry] = high;
    this.#low[entry] = low;
    this.#byId.put(hashOfHalves(high, low), entry, (other) =>
      hashOfHalves(this.#high[other]!, this.#low[other]!),
    );
    return entry;
  }

  #grow(): void {
    this.#high = doubled(this.#high);
    this.#low = doubled(this.#low);
    this.#seconds = doubled(this.#seconds);
    this.#nanos = doubled(this.#nanos);
    this.#row = doubled(this.#row);
  }
}

function updatedAt(session: Session): Instant {
  const instant = session.updatedAt === undefined ? undefined : parseInstant(session.updatedAt);
  return instant ?? { seconds: -Infinity, nanos: 0 };
}
