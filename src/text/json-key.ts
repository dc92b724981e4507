const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** How far back the key of a list is looked for, in bytes: longer than any of ours with the space around it. */
export const LONGEST_KEY = 256;

/** The key whose value begins at a place; undefined when there is none, or it begins before the bytes. */
export function keyBefore(bytes: Buffer, place: number): string | undefined {
  let at = Math.min(place, bytes.length) - 1;
  while (at >= 0 && isSpace(bytes[at]!)) at--;
  if (at < 0 || bytes[at] !== COLON) return undefined;
  at--;
  while (at >= 0 && isSpace(bytes[at]!)) at--;
  if (at < 0 || bytes[at] !== QUOTE) return undefined;
  const end = at;
  for (at--; at >= 0 && end - at < LONGEST_KEY; at--) {
    if (bytes[at] !== QUOTE || bytes[at - 1] === BACKSLASH) continue;
    const key = bytes.toString('latin1', at + 1, end);
    return key.includes('\\') ? spelledOut(key) : key;
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
