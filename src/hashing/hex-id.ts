/** A session id, 16 hex characters, as two numbers of 32 bits. */
export function halvesOf(id: string): [high: number, low: number] {
  return [Number.parseInt(id.slice(0, 8), 16), Number.parseInt(id.slice(8), 16)];
}

export function idOfHalves(high: number, low: number): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

/** Odd, and other in each run: nobody can write ids that all fall into one slot. */
const [HIGH = 1, LOW = 1] = crypto.getRandomValues(new Uint32Array(2)).map((word) => word | 1);

export function hashOfHalves(high: number, low: number): number {
  const mixed = Math.imul(high, HIGH) ^ Math.imul(low ^ (high >>> 16), LOW);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
