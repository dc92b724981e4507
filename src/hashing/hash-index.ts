const LOAD = 0.7;

/** No entry. */
export const NONE = 0xffff_ffff;

/**
 * Where the entries of some hash are, by open addressing: four bytes a slot. Whoever asks keeps the keys and
 * compares them whole. Entries are numbers below {@link NONE}.
 */
export class HashIndex {
  #slots = new Uint32Array(2048).fill(NONE);
  #used = 0;

  /** The entry that it is, or NONE. */
  find(key: number, isIt: (entry: number) => boolean): number {
    const mask = this.#slots.length - 1;
    for (let slot = key & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!;
      if (entry === NONE || isIt(entry)) return entry;
    }
  }

  /** Adds an entry that is not there; `keyOf` tells the hash of any entry again. */
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
