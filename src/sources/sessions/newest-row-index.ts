import type { Session } from '../../model/session/session.js';
import { NONE } from '../../hashing/hash-index.js';
import { NumberList } from '../../hashing/number-list.js';
import { NewestById } from './newest-by-id.js';

/** Stands for the row number of a session whose rows have all lost. */
const SUPERSEDED = 0xffff_ffff;

/**
 * For each session id, which of its rows is the newest, as {@link NewestById} says. Holds no rows: 30 to 40 bytes an
 * id, and up to four billion rows.
 */
export class NewestRowIndex {
  readonly #newest = new NewestById();
  /** Number of the newest row, from 1. */
  readonly #row = new NumberList();

  /** How many ids there are. */
  get size(): number {
    return this.#newest.size;
  }

  /** Tells of row number `row`, from 1, of the session. */
  add(session: Session, row: number): void {
    const entry = this.#newest.add(session);
    if (entry !== NONE) this.#row.set(entry, row);
  }

  /** Is there a row of this session that is newer than this one? */
  hasNewer(session: Session): boolean {
    return this.#newest.hasNewer(session);
  }

  /** Makes a session's rows all lose: its newest row comes from elsewhere. False when it has none. */
  forget(id: string): boolean {
    const entry = this.#newest.find(id);
    if (entry === NONE || this.#row.get(entry) === SUPERSEDED) return false;
    this.#row.set(entry, SUPERSEDED);
    return true;
  }

  /** Is row number `row` the newest of its session? */
  isNewest(id: string, row: number): boolean {
    const entry = this.#newest.find(id);
    return entry !== NONE && this.#row.get(entry) === row;
  }
}
