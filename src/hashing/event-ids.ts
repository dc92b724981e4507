import { hashOfHalves } from './hex-id.js';
import { NONE, HashIndex, doubled } from './hash-index.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A set of event ids, 16 bytes each in flat arrays; ids that are no UUIDs are held as text. */
export class EventIds {
  #count = 0;
  #words = new Uint32Array(4 * 1024);
  readonly #slots = new HashIndex();
  readonly #others = new Set<string>();

  get size(): number {
    return this.#count + this.#others.size;
  }

  /** Adds an id; false when it is there already. */
  add(id: string): boolean {
    if (!UUID.test(id)) {
      if (this.#others.has(id)) return false;
      this.#others.add(id);
      return true;
    }
    const digits = id.replaceAll('-', '');
    const words = [0, 8, 16, 24].map((at) => Number.parseInt(digits.slice(at, at + 8), 16));
    const key = hashOf(words);
    if (this.#slots.find(key, (entry) => this.#isAt(entry, words)) !== NONE) return false;
    if (this.#count * 4 === this.#words.length) this.#words = doubled(this.#words);
    this.#words.set(words, this.#count * 4);
    this.#slots.put(key, this.#count++, (entry) =>
      hashOf(this.#words.subarray(entry * 4, entry * 4 + 4)),
    );
    return true;
  }

  #isAt(entry: number, words: readonly number[]): boolean {
    return words.every((word, at) => this.#words[entry * 4 + at] === word);
  }
}

function hashOf(words: ArrayLike<number>): number {
  return hashOfHalves(hashOfHalves(words[0]!, words[1]!), hashOfHalves(words[2]!, words[3]!));
}
