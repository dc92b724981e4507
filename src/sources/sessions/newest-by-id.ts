import type { Session } from '../../model/session/session.js';
import { type Instant, parseInstant } from '../../model/time/instant.js';
import { NONE, HashIndex } from '../../hashing/hash-index.js';
import { halvesOf, hashOfHalves, idOfHalves } from '../../hashing/hex-id.js';
import { NumberList } from '../../hashing/number-list.js';

/** Of a row without a time: before any other. */
const NO_TIME: Instant = { seconds: -Infinity, nanos: 0 };

/**
 * A number for each session, from 0 in the order in which they come, and how new its newest row is: by `updated_at`,
 * a row without one before every row that has one, and of equals the one that came last. About 30 bytes a session,
 * in flat arrays. Ids are 64 bits, kept and compared whole.
 */
export class NewestById {
  #size = 0;
  readonly #high = new NumberList();
  readonly #low = new NumberList();
  readonly #seconds = new NumberList();
  readonly #nanos = new NumberList();
  readonly #byId = new HashIndex();

  /** How many sessions there are. */
  get size(): number {
    return this.#size;
  }

  /** Takes a row. The number of its session; {@link NONE} where a row that came before is newer. */
  add(session: Session): number {
    const { seconds, nanos } = updatedAt(session);
    const [high, low] = halvesOf(session.id);
    const known = this.#find(high, low);
    if (known !== NONE && this.#isNewer(known, seconds, nanos)) return NONE;
    const entry = known === NONE ? this.#newEntry(high, low) : known;
    this.#seconds.set(entry, seconds);
    this.#nanos.set(entry, nanos);
    return entry;
  }

  /** The number of a session; {@link NONE} where no row of it has come. The id must be one. */
  find(id: string): number {
    return this.#find(...halvesOf(id));
  }

  /** Has a newer row of this session come? */
  hasNewer(session: Session): boolean {
    const entry = this.find(session.id);
    const { seconds, nanos } = updatedAt(session);
    return entry !== NONE && this.#isNewer(entry, seconds, nanos);
  }

  idOf(entry: number): string {
    return idOfHalves(this.#high.get(entry), this.#low.get(entry));
  }

  /** In whole seconds since 1970, cut; undefined where it has no time. */
  updatedAt(entry: number): number | undefined {
    const seconds = this.#seconds.get(entry);
    return seconds === NO_TIME.seconds ? undefined : seconds;
  }

  #find(high: number, low: number): number {
    return this.#byId.find(
      hashOfHalves(high, low),
      (entry) => this.#high.get(entry) === high && this.#low.get(entry) === low,
    );
  }

  #isNewer(entry: number, seconds: number, nanos: number): boolean {
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

function updatedAt({ updatedAt: text }: Session): Instant {
  return (text === undefined ? undefined : parseInstant(text)) ?? NO_TIME;
}
