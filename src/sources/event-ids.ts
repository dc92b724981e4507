const LOAD = 0.7;

/** A set of event ids, 16 bytes each in flat arrays; ids that are no UUIDs are held as text. */
export class EventIds {
  #capacity = 1024;
  #size = 0;
  #words = new Uint32Array(this.#capacity * 4);
  readonly #others = new Set<string>();

  get size(): number {
    return this.#size + this.#others.size;
  }

  /** Adds an id; false when it is there already. */
  add(id: string): boolean {
    const digits = id.replaceAll('-', '');
    // An id of nothing but zeros would look like a free slot.
    if (!/^(?!0+$)[0-9a-f]{32}$/.test(digits)) {
      if (this.#others.has(id)) return false;
      this.#others.add(id);
      return true;
    }
    if (this.#size >= this.#capacity * LOAD) this.#grow();
    const isNew = this.#put(
      [0, 8, 16, 24].map((at) => Number.parseInt(digits.slice(at, at + 8), 16)),
    );
    if (isNew) this.#size++;
    return isNew;
  }

  #put(words: readonly number[]): boolean {
    const [a = 0, b = 0, c = 0, d = 0] = words;
    const mask = this.#capacity - 1;
    const mixed = Math.imul(a ^ Math.imul(d, 0x9e3779b1), 0x85ebca6b) ^ b ^ c;
    for (let slot = (mixed ^ (mixed >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * 4;
      const [w0, w1] = [this.#words[at], this.#words[at + 1]];
      const [w2, w3] = [this.#words[at + 2], this.#words[at + 3]];
      if (w0 === a && w1 === b && w2 === c && w3 === d) return false;
      if (w0 === 0 && w1 === 0 && w2 === 0 && w3 === 0) {
        this.#words.set([a, b, c, d], at);
        return true;
      }
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#capacity *= 2;
    this.#words = new Uint32Array(this.#capacity * 4);
    for (let at = 0; at < old.length; at += 4) {
      const words = [...old.subarray(at, at + 4)];
      if (words.some((word) => word !== 0)) this.#put(words);
    }
  }
}
