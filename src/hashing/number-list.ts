/** Numbers in one segment, a power of two. */
const SEGMENT = 1 << 14;
const WITHIN = SEGMENT - 1;

type Segment = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/**
 * Numbers by their place, from 0. They lie in segments, each as narrow as its numbers allow: one, two or four bytes a
 * number, or eight where one of them is no whole number from 0 to 2^32 - 1. There is hardly more room than is needed,
 * and no more than a segment is copied when it grows. A place that was never set has 0.
 */
export class NumberList {
  readonly #segments: Segment[] = [];

  get(at: number): number {
    return this.#segments[Math.floor(at / SEGMENT)]?.[at & WITHIN] ?? 0;
  }

  set(at: number, value: number): void {
    const number = Math.floor(at / SEGMENT);
    while (number >= this.#segments.length) this.#segments.push(new Uint8Array(SEGMENT));
    const segment = this.#segments[number]!;
    const within = at & WITHIN;
    segment[within] = value;
    if (segment[within] === value || segment instanceof Float64Array) return;
    const wider = segmentFor(value);
    wider.set(segment);
    wider[within] = value;
    this.#segments[number] = wider;
  }
}

/** One that has room for a number; wider than any that has not. */
function segmentFor(value: number): Segment {
  if ((value & 0xffff) === value) return new Uint16Array(SEGMENT);
  if (value >>> 0 === value) return new Uint32Array(SEGMENT);
  return new Float64Array(SEGMENT);
}
