/** Numbers in one segment, a power of two. */
const SEGMENT = 1 << 14;
const WITHIN = SEGMENT - 1;

type Segment = Uint8Array | Uint32Array | Float64Array;

/**
 * Numbers of one size by their place, from 0. They lie in segments: there is hardly more room than is needed, and
 * nothing is copied when it grows. A place that was never set has 0.
 */
export class NumberList {
  readonly #segments: Segment[] = [];
  readonly #make: new (length: number) => Segment;

  constructor(make: new (length: number) => Segment) {
    this.#make = make;
  }

  get(at: number): number {
    return this.#segments[Math.floor(at / SEGMENT)]?.[at & WITHIN] ?? 0;
  }

  set(at: number, value: number): void {
    const segment = Math.floor(at / SEGMENT);
    while (segment >= this.#segments.length) this.#segments.push(new this.#make(SEGMENT));
    this.#segments[segment]![at & WITHIN] = value;
  }
}
