import { hashOfHalves, hexNumber } from './hex-id.js';
import { HashIndex, NONE } from './hash-index.js';
import { NumberList } from './number-list.js';

/** Words of 32 bits for each call: four of its id, one of its facts, one of its role. */
const WORDS = 6;
/** Stands for a role that is not known. */
const NO_ROLE = 0;

/** The hashes of what a call says: of what every record of it says alike, and of its role. */
type Facts = [fixed: number, role: number];

type Uuid = readonly [number, number, number, number];

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
  readonly #words = new NumberList();
  readonly #index = new HashIndex();
  readonly #others = new Map<string, Facts[]>();

  get size(): number {
    return this.#count;
  }

  add({ id, fixed, role }: IdentifiedCall): IdNews {
    const facts: Facts = [hashOfText(fixed), role === undefined ? NO_ROLE : hashOfText(role) || 1];
    const uuid = uuidIn(id);
    return uuid === undefined ? this.#addOther(id, facts) : this.#addUuid(uuid, facts);
  }

  #addUuid(uuid: Uuid, facts: Facts): IdNews {
    const key = hashOfUuid(uuid);
    let isThere = false;
    const found = this.#index.find(key, (other) => {
      const start = other * WORDS;
      for (let at = 0; at < uuid.length; at++) {
        if (this.#words.get(start + at) !== uuid[at]) return false;
      }
      isThere = true;
      return areSame(facts, [this.#words.get(start + 4), this.#words.get(start + 5)]);
    });
    if (found !== NONE) {
      if (facts[1] !== NO_ROLE) this.#words.set(found * WORDS + 5, facts[1]);
      return 'known';
    }
    const entry = this.#count++;
    const start = entry * WORDS;
    for (let at = 0; at < uuid.length; at++) this.#words.set(start + at, uuid[at]!);
    this.#words.set(start + 4, facts[0]);
    this.#words.set(start + 5, facts[1]);
    this.#index.put(key, entry, (other) => hashOfUuid(this.#uuidOf(other)));
    return isThere ? 'contradicts' : 'new';
  }

  #uuidOf(entry: number): Uuid {
    const word = (at: number): number => this.#words.get(entry * WORDS + at);
    return [word(0), word(1), word(2), word(3)];
  }

  #addOther(id: string, facts: Facts): IdNews {
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
  [fixed, role]: Readonly<Facts>,
  [otherFixed, otherRole]: Readonly<Facts>,
): boolean {
  return fixed === otherFixed && (role === NO_ROLE || otherRole === NO_ROLE || role === otherRole);
}

/** The 128 bits of a UUID in lower case; undefined for any other text. */
function uuidIn(id: string): Uuid | undefined {
  if (id.length !== 36) return undefined;
  for (let dash = 8; dash < 24; dash += 5) if (id[dash] !== '-') return undefined;
  const uuid: Uuid = [
    hexNumber(id, 0, 8),
    hexNumber(id, 9, 4) * 65_536 + hexNumber(id, 14, 4),
    hexNumber(id, 19, 4) * 65_536 + hexNumber(id, 24, 4),
    hexNumber(id, 28, 8),
  ];
  return Number.isNaN(uuid[0] + uuid[1] + uuid[2] + uuid[3]) ? undefined : uuid;
}

function hashOfUuid([a, b, c, d]: Uuid): number {
  return hashOfHalves(hashOfHalves(a, b), hashOfHalves(c, d));
}

/** Two characters at a time, which are 32 bits. */
function hashOfText(text: string): number {
  let hash = text.length;
  for (let at = 0; at < text.length; at += 2) {
    hash = hashOfHalves(hash, text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
  }
  return hash;
}
