import { hashOfHalves } from './hex-id.js';
import { HashIndex, NONE } from './hash-index.js';
import { NumberList } from './number-list.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Words of 32 bits for each call: four of its id, one of its facts, one of its role. */
const WORDS = 6;
/** Stands for a role that is not known. */
const NO_ROLE = 0;

/** What of a call goes with its id. */
export interface IdentifiedCall {
  readonly id: string;
  /** What every record of the call says alike. */
  readonly fixed: string;
  /** Not every record of it says its role. */
  readonly role: string | undefined;
}

/** Is it a call that was not there, one that was, or another call under an id that was there? */
export type IdNews = 'new' | 'known' | 'contradicts';

/**
 * A set of calls by their ids, 24 bytes each in flat arrays; ids that are no UUIDs are held as text. Two
 * calls with one id are the same where their facts are equal, and their roles where both say it; facts are
 * compared by 32-bit hashes. A call whose role is not known takes the first that a later record says.
 */
export class CallIds {
  #count = 0;
  readonly #words = new NumberList(Uint32Array);
  readonly #index = new HashIndex();
  readonly #others = new Map<string, [fixed: number, role: number][]>();

  get size(): number {
    return this.#count;
  }

  add({ id, fixed, role }: IdentifiedCall): IdNews {
    const facts: [fixed: number, role: number] = [
      hashOfText(fixed),
      role === undefined ? NO_ROLE : hashOfText(role) || 1,
    ];
    return UUID.test(id) ? this.#addUuid(id, facts) : this.#addOther(id, facts);
  }

  #addUuid(id: string, facts: readonly [number, number]): IdNews {
    const digits = id.replaceAll('-', '');
    const words = [0, 8, 16, 24].map((at) => Number.parseInt(digits.slice(at, at + 8), 16));
    const key = hashOfWords(words);
    let isThere = false;
    const found = this.#index.find(key, (other) => {
      const start = other * WORDS;
      if (!words.every((word, at) => this.#words.get(start + at) === word)) return false;
      isThere = true;
      return areSame(facts, [this.#words.get(start + 4), this.#words.get(start + 5)]);
    });
    if (found !== NONE) {
      if (facts[1] !== NO_ROLE) this.#words.set(found * WORDS + 5, facts[1]);
      return 'known';
    }
    const entry = this.#count++;
    for (const [at, word] of [...words, ...facts].entries())
      this.#words.set(entry * WORDS + at, word);
    this.#index.put(key, entry, (other) =>
      hashOfWords([0, 1, 2, 3].map((at) => this.#words.get(other * WORDS + at))),
    );
    return isThere ? 'contradicts' : 'new';
  }

  #addOther(id: string, facts: [number, number]): IdNews {
    const calls = this.#others.get(id);
    const known = calls?.find((other) => areSame(facts, other));
    if (known !== undefined) {
      if (facts[1] !== NO_ROLE) known[1] = facts[1];
      return 'known';
    }
    this.#count++;
    if (calls === undefined) this.#others.set(id, [facts]);
    else calls.push(facts);
    return calls === undefined ? 'new' : 'contradicts';
  }
}

function areSame(
  [fixed, role]: readonly [number, number],
  [otherFixed, otherRole]: readonly [number, number],
): boolean {
  return fixed === otherFixed && (role === NO_ROLE || otherRole === NO_ROLE || role === otherRole);
}

function hashOfWords(words: ArrayLike<number>): number {
  return hashOfHalves(hashOfHalves(words[0]!, words[1]!), hashOfHalves(words[2]!, words[3]!));
}

function hashOfText(text: string): number {
  let hash = text.length;
  for (let at = 0; at < text.length; at++) hash = hashOfHalves(hash, text.charCodeAt(at));
  return hash;
}
