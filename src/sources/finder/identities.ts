import { HashIndex, NONE } from '../../hashing/hash-index.js';
import { hashOfHalves } from '../../hashing/hex-id.js';
import { NumberList } from '../../hashing/number-list.js';

const CHUNK = 1024 * 1024;
/** No text is longer than a row, and no row than 16 MB. */
const WITHIN = 2 ** 24;

/** Texts that sessions may share, and the sessions that have each. Texts are held once, and compared whole. */
export class Identities {
  readonly #chunks: Buffer[] = [Buffer.alloc(0)];
  #used = 0;
  #size = 0;
  /** Of each text: the number of its chunk and its place in that, its length, and the session that was added last. */
  readonly #start = new NumberList(Float64Array);
  readonly #length = new NumberList(Uint32Array);
  readonly #last = new NumberList(Uint32Array);
  /** Of each session the one of the same text that was added before it, plus one; 0 where there is none. */
  readonly #before = new NumberList(Uint32Array);
  readonly #texts = new HashIndex();

  add(identity: string, session: number): void {
    const bytes = Buffer.from(identity);
    const key = hash(bytes);
    const known = this.#find(key, bytes);
    if (known !== NONE) {
      this.#before.set(session, this.#last.get(known) + 1);
      this.#last.set(known, session);
      return;
    }
    const text = this.#size++;
    this.#start.set(text, this.#keep(bytes));
    this.#length.set(text, bytes.length);
    this.#before.set(session, 0);
    this.#last.set(text, session);
    this.#texts.put(key, text, (other) => hash(this.#bytesOf(other)));
  }

  /** The sessions that have a text, the one that was added last first. */
  sessionsOf(identity: string): number[] {
    const bytes = Buffer.from(identity);
    const text = this.#find(hash(bytes), bytes);
    const sessions: number[] = [];
    if (text === NONE) return sessions;
    for (let next = this.#last.get(text) + 1; next > 0; next = this.#before.get(next - 1)) {
      sessions.push(next - 1);
    }
    return sessions;
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
