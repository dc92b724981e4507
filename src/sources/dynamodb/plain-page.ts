import { NO_FIELDS, SESSION_FIELDS, type SessionField } from '../../model/session/session.js';
import { PlainItem, type PlainValues } from './plain-item.js';

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const ARRAY_END = 93;
const [S, N] = [83, 78];
const [ZERO, NINE] = [48, 57];
/** Digits of a number that is exact. */
const MOST_DIGITS = 15;

const FIELDS = Object.keys(SESSION_FIELDS) as readonly SessionField[];
/** What an attribute begins with, before the letter of its type. */
const HEADS: readonly Uint8Array[] = FIELDS.map((field) => Buffer.from(`"${field}":{"`));
const START = '"Items":[';

/** A page of Scan or Query, its items read as far as rows need it. */
interface PlainPage {
  readonly Items: readonly PlainItem[];
}

/**
 * The page that an answer is, where its items have texts and whole numbers of known names alone and are written
 * without blanks, as DynamoDB does it. Undefined for any other, which `JSON.parse` reads: that is also what says that
 * an answer is none. To find the few values takes a fraction of the time of making an object for each attribute.
 */
export function plainPage(bytes: Buffer): PlainPage | undefined {
  const start = bytes.indexOf(START);
  if (start < 0) return undefined;
  const scan = new ItemScan(bytes, start + START.length);
  try {
    const items = scan.items();
    if (items === undefined) return undefined;
    const [head, rest] = [bytes.toString('utf8', 0, start), bytes.toString('utf8', scan.at)];
    // Two values in the place of the list: it is the `Items` of the page if that is the one and then the other.
    const [page, other] = [0, 1].map(
      (value) => JSON.parse(`${head}"Items":${value}${rest}`) as { Items: unknown },
    );
    return page?.Items === 0 && other?.Items === 1 ? { ...page, Items: items } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads a list of items from its first byte on. */
class ItemScan {
  readonly #bytes: Buffer;
  /** Which attribute stood where in the item before: most items have theirs in one order. */
  readonly #order: number[] = [];
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** Undefined for a list with something else in it. Stands after the end of the list then. */
  items(): PlainItem[] | undefined {
    const bytes = this.#bytes;
    const items: PlainItem[] = [];
    if (bytes[this.at] === ARRAY_END) {
      this.at++;
      return items;
    }
    for (;;) {
      const item = this.#item();
      if (item === undefined) return undefined;
      items.push(item);
      const next = bytes[this.at++];
      if (next === ARRAY_END) return items;
      if (next !== COMMA) return undefined;
    }
  }

  #item(): PlainItem | undefined {
    const bytes = this.#bytes;
    const start = this.at;
    if (bytes[this.at++] !== OPEN) return undefined;
    const values: PlainValues = { ...NO_FIELDS };
    for (let place = 0; ; place++) {
      const attribute = this.#attribute(place);
      if (attribute === undefined) return undefined;
      const value = this.#value();
      if (value === undefined) return undefined;
      values[FIELDS[attribute]!] = value; // the last of several counts, as for JSON.parse
      const next = bytes[this.at++];
      if (next === CLOSE) return new PlainItem(values, bytes, start, this.at);
      if (next !== COMMA) return undefined;
    }
  }

  /** The attribute that begins here. Stands at the letter of its type then. */
  #attribute(place: number): number | undefined {
    const known = this.#order[place];
    if (known !== undefined && this.#begins(HEADS[known]!)) return known;
    const found = HEADS.findIndex((head) => this.#begins(head));
    if (found < 0) return undefined;
    this.#order[place] = found;
    return found;
  }

  #begins(head: Uint8Array): boolean {
    const bytes = this.#bytes;
    const at = this.at;
    for (let of = head.length - 1; of >= 0; of--) if (bytes[at + of] !== head[of]) return false;
    this.at = at + head.length;
    return true;
  }

  #value(): string | number | undefined {
    const bytes = this.#bytes;
    const type = bytes[this.at];
    const isBegun =
      bytes[this.at + 1] === QUOTE && bytes[this.at + 2] === 58 && bytes[this.at + 3] === QUOTE;
    if (!isBegun) return undefined;
    this.at += 4;
    const value = type === S ? this.#text() : type === N ? this.#number() : undefined;
    return bytes[this.at++] === CLOSE ? value : undefined;
  }

  #number(): number | undefined {
    const bytes = this.#bytes;
    const start = this.at;
    let value = 0;
    let byte = bytes[this.at++]!;
    for (; byte >= ZERO && byte <= NINE; byte = bytes[this.at++]!) value = value * 10 + byte - ZERO;
    const digits = this.at - 1 - start;
    return byte === QUOTE && digits > 0 && digits <= MOST_DIGITS ? value : undefined;
  }

  /** A copy: a text that pointed into its page would keep all of it. */
  #text(): string | undefined {
    const bytes = this.#bytes;
    const start = this.at;
    let at = start;
    let byte = bytes[at]!;
    for (; byte !== QUOTE; byte = bytes[++at]!) {
      if (!(byte >= 32 && byte < 127) || byte === BACKSLASH) return this.#escapedText();
    }
    this.at = at + 1;
    return at === start ? '' : bytes.toString('latin1', start, at);
  }

  /** @throws SyntaxError where it is no text. */
  #escapedText(): string | undefined {
    const bytes = this.#bytes;
    const start = this.at;
    let at = start;
    for (; bytes[at] !== QUOTE; at++) {
      if (at >= bytes.length) return undefined;
      if (bytes[at] === BACKSLASH) at++;
    }
    this.at = at + 1;
    return JSON.parse(bytes.toString('utf8', start - 1, this.at)) as string;
  }
}
