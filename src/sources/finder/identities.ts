import { HashIndex, NONE } from '../../hashing/hash-index.js';
import { hashOfHalves } from '../../hashing/hex-id.js';
import { NumberList } from '../../hashing/number-list.js';

const CHUNK = 1024 * 1024;
/** No text is longer than a row, and no row than 16 MB. */
const WITHIN = 2 ** 24;

/**
 * Texts that sessions may share, and the sessions that have each; a session may be given another text. Texts are
 * held once, and compared whole.
 */
export class Identities {
  readonly #chunks: Buffer[] = [Buffer.alloc(0)];
  #used = 0;
  #size = 0;
  /** Of each text: the number of its chunk and its place in that, its length, and its last link. */
  readonly #start = new NumberList();
  readonly #length = new NumberList();
  readonly #last = new NumberList();
  readonly #texts = new HashIndex();
  /** Of each link, from 1: a session that was given the text, and the link before it; 0 where there is none. */
  #links = 0;
  readonly #session = new NumberList();
  readonly #before = new NumberList();
  /** The text that each session has now, from 1; 0 where it has none. */
  readonly #textOf = new NumberList();

  /** Does a session have a text? */
  has(session: number): boolean {
    return this.#textOf.get(session) > 0;
  }

  /** Gives a session a text, or none; the one that it had is no longer its own. */
  set(session: number, identity: string | undefined): void {
    const text = identity === undefined ? 0 : this.#numberOf(identity);
    if (text === this.#textOf.get(session)) return;
    this.#textOf.set(session, text);
    if (text === 0) return;
    const link = ++this.#links;
    this.#session.set(link, session);
    this.#before.set(link, this.#last.get(text));
    this.#last.set(text, link);
  }

  /** The sessions that have a text, in no order. */
  sessionsOf(identity: string): number[] {
    const bytes = Buffer.from(identity);
    const text = this.#find(hash(bytes), bytes);
    const sessions = new Set<number>();
    if (text === NONE) return [];
    for (let link = this.#last.get(text); link > 0; link = this.#before.get(link)) {
      const session = this.#session.get(link);
      if (this.#textOf.get(session) === text) sessions.add(session);
    }
    return [...sessions];
  }

  /** The number of a text, from 1; a new one where it is not known. */
  #numberOf(identity: string): number {
    const bytes = Buffer.from(identity);
    const key = hash(bytes);
    const known = this.#find(key, bytes);
    if (known !== NONE) return known;
    const text = ++this.#size;
    this.#start.set(text, this.#keep(bytes));
    this.#length.set(text, bytes.length);
    this.#texts.put(key, text, (other) => hash(this.#bytesOf(other)));
    return text;
  }

  #find(key: number, bytes: Buffer): number {
    return this.#texts.find(key, (text) => this.#bytesOf(text).equals(bytes));
  }

  #keep(bytes: Buffer): number {
    if (this.#used + bytes.length > this.#chunks.at(-1)!.length) {
      this.#chunks.push(Buffer.alloc(Math.max(CHUNK, bytes.length)));
      this.#used = 0;
    }
    bytes.copy(this.#chunks.at(-1)!, this.#used);
    const start = (this.#chunks.length - 1) * WITHIN + this.#used;
    this.#used += bytes.length;
    return start;
  }

  #bytesOf(text: number): Buffer {
    const start = this.#start.get(text);
    const within = start % WITHIN;
    return this.#chunks[Math.floor(start / WITHIN)]!.subarray(
      within,
      within + this.#length.get(text),
    );
  }
}

function hash(bytes: Uint8Array): number {
  let value = bytes.length;
  for (const byte of bytes) value = hashOfHalves(value, byte);
  return value;
}
