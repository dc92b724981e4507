/** A session id, 16 lowercase hex characters, as two numbers of 32 bits. */
export function halvesOf(id: string): [high: number, low: number] {
  return [hexNumber(id, 0, 8), hexNumber(id, 8, 8)];
}

/** What lowercase hex characters mean, eight at the most; NaN where one of them is none. */
export function hexNumber(text: string, from: number, count: number): number {
  let number = 0;
  for (let at = from; at < from + count; at++) {
    const code = text.charCodeAt(at);
    const digit = code < 58 ? code - 48 : code < 97 ? -1 : code - 87; // 0 to 9, a to f
    if (!(digit >= 0 && digit <= 15)) return NaN;
    number = (number << 4) | digit;
  }
  return number >>> 0;
}

export function idOfHalves(high: number, low: number): string {
  return hexOfWord(high >>> 16) + hexOfWord(high) + hexOfWord(low >>> 16) + hexOfWord(low);
}

/** The last 16 bits in four characters. V8 writes small numbers many times as fast as those of 32 bits. */
function hexOfWord(bits: number): string {
  return (0x1_0000 + (bits & 0xffff)).toString(16).slice(1);
}

/** Odd, and other in each run: nobody can write ids that all fall into one slot. */
const [HIGH = 1, LOW = 1] = crypto.getRandomValues(new Uint32Array(2)).map((word) => word | 1);

export function hashOfHalves(high: number, low: number): number {
  const mixed = Math.imul(high, HIGH) ^ Math.imul(low ^ (high >>> 16), LOW);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
