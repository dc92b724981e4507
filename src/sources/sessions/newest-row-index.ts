import type { Session } from '../../model/session/session.js';
import { type Instant, parseInstant } from '../../model/time/instant.js';
import { halvesOf, hashOfHalves } from '../../hashing/hex-id.js';
import { NONE, HashIndex } from '../../hashing/hash-index.js';
import { NumberList } from '../../hashing/number-list.js';

/** Stands for the row number of a session whose rows have all lost. */
const SUPERSEDED = 0xffff_ffff;

/**
 * For each session id, which of its rows is the newest: by `updated_at`, a row without one before every
 * row that has one, and of equals the one that was added last. Holds no rows: 30 to 40 bytes an id, in
 * flat arrays, and up to four billion rows. Ids are 64 bits, kept and compared whole.
 */
export class NewestRowIndex {
  #size = 0;
  readonly #high = new NumberList(Uint32Array);
  readonly #low = new NumberList(Uint32Array);
  readonly #seconds = new NumberList(Float64Array);
  readonly #nanos = new NumberList(Uint32Array);
  /** Number of the newest row, from 1. */
  readonly #row = new NumberList(Uint32Array);
  readonly #byId = new HashIndex();

  /** How many ids there are. */
  get size(): number {
    return this.#size;
  }

  /** Tells of row number `row`, from 1, of the session. */
  add(session: Session, row: number): void {
    const updated = updatedAt(session);
    const [high, low] = halvesOf(session.id);
    const known = this.#find(high, low);
    if (known !== NONE && this.#isNewer(known, updated)) return;
    const entry = known === NONE ? this.#newEntry(high, low) : known;
    this.#seconds.set(entry, updated.seconds);
    this.#nanos.set(entry, updated.nanos);
    this.#row.set(entry, row);
  }

  /** Is there a row of this session that is newer than this one? */
  hasNewer(session: Session): boolean {
    const entry = this.#find(...halvesOf(session.id));
    return entry !== NONE && this.#isNewer(entry, updatedAt(session));
  }

  /** Makes a session's rows all lose: its newest row comes from elsewhere. False when it has none. */
  forget(id: string): boolean {
    const entry = this.#find(...halvesOf(id));
    if (entry === NONE || this.#row.get(entry) === SUPERSEDED) return false;
    this.#row.set(entry, SUPERSEDED);
    return true;
  }

  /** Is row number `row` the newest of its session? */
  isNewest(id: string, row: number): boolean {
    const entry = this.#find(...halvesOf(id));
    return entry !== NONE && this.#row.get(entry) === row;
  }

  #find(high: number, low: number): number {
    return this.#byId.find(
      hashOfHalves(high, low),
      (entry) => this.#high.get(entry) === high && this.#low.get(entry) === low,
    );
  }

  #isNewer(entry: number, { seconds, nanos }: Instant): boolean {
    const held = this.#seconds.get(entry);
    return held > seconds || (held === seconds && this.#nanos.get(entry) > nanos);
  }

  #newEntry(high: number, low: number): number {
    const entry = this.#size++;
    this.#high.set(entry, high);
    this.#low.set(entry, low);
    this.#byId.put(hashOfHalves(high, low), entry, (other) =>
      hashOfHalves(this.#high.get(other), this.#low.get(other)),
    );
    return entry;
  }
}

function updatedAt(session: Session): Instant {
  const instant = session.updatedAt === undefined ? undefined : parseInstant(session.updatedAt);
  return instant ?? { seconds: -Infinity, nanos: 0 };
}
