import { type Instant, parseInstant } from '../model/timestamp.js';
import type { Session } from '../model/session.js';

const LOAD = 0.7;
/** Stands for the row number of a session whose rows have all lost. */
const LOST = 0xffff_ffff;

/**
 * For each session id, which of its rows is the newest: by `updated_at`, a row without one before every
 * row that has one, and of equals the one that was added last. Holds no rows: 35 to 70 bytes an id, in
 * flat arrays, and up to four billion rows. Ids are 64 bits, kept and compared whole.
 */
export class NewestIndex {
  #capacity = 1024;
  #size = 0;
  #high = new Uint32Array(this.#capacity);
  #low = new Uint32Array(this.#capacity);
  #seconds = new Float64Array(this.#capacity);
  #nanos = new Uint32Array(this.#capacity);
  /** Number of the newest row, from 1; 0 is a free slot. */
  #row = new Uint32Array(this.#capacity);

  /** How many ids there are. */
  get size(): number {
    return this.#size;
  }

  /** Tells of row number `row`, from 1, of the session. */
  add(session: Session, row: number): void {
    if (this.#size >= this.#capacity * LOAD) this.#grow();
    const { seconds, nanos } = updatedAt(session);
    const high = Number.parseInt(session.id.slice(0, 8), 16);
    const low = Number.parseInt(session.id.slice(8), 16);
    const slot = this.#slotOf(high, low);
    if (this.#row[slot] === 0) this.#size++;
    else if (this.#isNewer(slot, seconds, nanos)) return;
    this.#put(slot, high, low, seconds, nanos, row);
  }

  /** Is there a row of this session that is newer than this one? */
  hasNewer(session: Session): boolean {
    const { seconds, nanos } = updatedAt(session);
    const slot = this.#find(session.id);
    return this.#row[slot] !== 0 && this.#isNewer(slot, seconds, nanos);
  }

  /** Makes a session's rows all lose: its newest row comes from elsewhere. False when it has none. */
  forget(id: string): boolean {
    const slot = this.#find(id);
    if (this.#row[slot] === 0 || this.#row[slot] === LOST) return false;
    this.#row[slot] = LOST;
    return true;
  }

  /** Is row number `row` the newest of its session? */
  isNewest(id: string, row: number): boolean {
    return this.#row[this.#find(id)] === row;
  }

  #find(id: string): number {
    return this.#slotOf(Number.parseInt(id.slice(0, 8), 16), Number.parseInt(id.slice(8), 16));
  }

  #isNewer(slot: number, seconds: number, nanos: number): boolean {
    const held = this.#seconds[slot]!;
    return held > seconds || (held === seconds && this.#nanos[slot]! > nanos);
  }

  /** The slot of an id, or the free one where it would go. */
  #slotOf(high: number, low: number): number {
    const mask = this.#capacity - 1;
    const mixed = Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    while (this.#row[slot] !== 0 && (this.#high[slot] !== high || this.#low[slot] !== low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #put(slot: number, high: number, low: number, seconds: number, nanos: number, row: number): void {
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#seconds[slot] = seconds;
    this.#nanos[slot] = nanos;
    this.#row[slot] = row;
  }

  #grow(): void {
    const old = {
      capacity: this.#capacity,
      high: this.#high,
      low: this.#low,
      seconds: this.#seconds,
      nanos: this.#nanos,
      row: this.#row,
    };
    this.#capacity *= 2;
    this.#high = new Uint32Array(this.#capacity);
    this.#low = new Uint32Array(this.#capacity);
    this.#seconds = new Float64Array(this.#capacity);
    this.#nanos = new Uint32Array(this.#capacity);
    this.#row = new Uint32Array(this.#capacity);
    for (let slot = 0; slot < old.capacity; slot++) {
      if (old.row[slot] === 0) continue;
      const [high, low] = [old.high[slot]!, old.low[slot]!];
      this.#put(
        this.#slotOf(high, low),
        high,
        low,
        old.seconds[slot]!,
        old.nanos[slot]!,
        old.row[slot]!,
      );
    }
  }
}

function updatedAt(session: Session): Instant {
  const instant = session.updatedAt === undefined ? undefined : parseInstant(session.updatedAt);
  return instant ?? { seconds: -Infinity, nanos: 0 };
}
