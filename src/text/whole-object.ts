const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Do some bytes begin with the bracket of an object, and end where it is closed? Its inside is not checked. */
export function isWholeObject(bytes: Buffer): boolean {
  const { length } = bytes;
  if (bytes[0] !== 0x7b) return false;
  let depth = 0;
  for (let at = 0; at < length; at++) {
    let byte = bytes[at]!;
    if (byte === QUOTE) {
      for (at++; at < length; at++) {
        byte = bytes[at]!;
        if (byte === BACKSLASH) at++;
        else if (byte === QUOTE) break;
      }
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++;
    } else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) {
      return bytes.subarray(at + 1).every((rest) => rest === 0x20 || rest === 0x09);
    }
  }
  return false;
}
