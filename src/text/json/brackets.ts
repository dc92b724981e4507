const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Do some bytes begin with the bracket of an object, and end where it is closed, blanks apart? Its inside is
 * not checked. Every line of a file in NDJSON goes through here.
 */
export function isWholeObject(bytes: Buffer): boolean {
  const { length } = bytes;
  if (bytes[0] !== 0x7b) return false;
  let depth = 0;
  let inString = false;
  let at = 0;
  for (; at < length; at++) {
    let byte = bytes[at]!;
    if (inString) {
      while (byte !== QUOTE && byte !== BACKSLASH && ++at < length) byte = bytes[at]!;
      if (byte === QUOTE) inString = false;
      else at++; // what stands behind a backslash
    } else if (byte === QUOTE) {
      inString = true;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++;
    } else if (byte === 0x7d || byte === 0x5d) {
      if (--depth === 0) break;
    }
  }
  if (at >= length) return false;
  for (at++; at < length; at++) {
    if (bytes[at] !== 0x20 && bytes[at] !== 0x09) return false;
  }
  return true;
}

/** Within how many brackets does a place lie, of bytes that begin outside of all strings? */
export function depthAt(bytes: Buffer, place: number): number {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < place; at++) {
    const byte = bytes[at]!;
    if (inString) {
      if (byte === QUOTE) inString = false;
      else if (byte === BACKSLASH) at++;
    } else if (byte === QUOTE) {
      inString = true;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
  return depth;
}
