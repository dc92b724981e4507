const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** How far back the key of a list is looked for, in bytes: longer than any of ours with the space around it. */
export const LONGEST_KEY = 256;

/** Some keys, and how each looks at first sight. */
export class KeySet {
  readonly #keys: ReadonlySet<string>;
  readonly #looks: ReadonlySet<number>;

  constructor(keys: ReadonlySet<string>) {
    this.#keys = keys;
    this.#looks = new Set([...keys].map((key) => lookOf(key.charCodeAt(0), key.length)));
  }

  get size(): number {
    return this.#keys.size;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** May a key that begins with this byte and has so many be one of these, if it is not spelt with escapes? */
  mayHave(first: number, length: number): boolean {
    return this.#looks.has(lookOf(first, length));
  }
}

/** Few keys look the same. */
export function lookOf(first: number, length: number): number {
  return length * 256 + first;
}

/**
 * The key whose value begins at a place, if it may be one of some; undefined when there is none, or it begins
 * before the bytes; empty when it is another.
 */
export function keyBefore(bytes: Buffer, place: number, keys: KeySet): string | undefined {
  let at = Math.min(place, bytes.length) - 1;
  while (at >= 0 && isSpace(bytes[at]!)) at--;
  if (at < 0 || bytes[at] !== COLON) return undefined;
  at--;
  while (at >= 0 && isSpace(bytes[at]!)) at--;
  if (at < 0 || bytes[at] !== QUOTE) return undefined;
  const end = at;
  let isEscaped = false;
  for (at--; at >= 0 && end - at < LONGEST_KEY; at--) {
    isEscaped ||= bytes[at] === BACKSLASH;
    if (bytes[at] !== QUOTE || bytes[at - 1] === BACKSLASH) continue;
    if (!isEscaped && !keys.mayHave(bytes[at + 1]!, end - at - 1)) return '';
    const key = bytes.toString('latin1', at + 1, end);
    return isEscaped ? spelledOut(key) : key;
  }
  return undefined;
}

function spelledOut(key: string): string {
  try {
    return String(JSON.parse(`"${key}"`));
  } catch {
    return '';
  }
}

/** White space between the tokens of JSON. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
