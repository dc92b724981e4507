/** What happens to a request, or to its answer. */
const FAULTS = [
  'throttle',
  'error 500',
  'error 503',
  'page of HTML',
  'page of HTML with 200',
  'dropped before it is asked',
  'dropped after it is asked',
  'dropped within the answer',
  'cut, and of the length that it says',
  'cut, and shorter than it says',
  'stalled before the answer',
  'stalled within the answer',
  'expired token',
  'unprocessed keys',
  'repeated page token',
] as const;
export type Fault = (typeof FAULTS)[number];

/** How often each kind comes, of all faults: what ends a run at once would hide the others. */
const WEIGHTS: Readonly<Partial<Record<Fault, number>>> = {
  'page of HTML with 200': 0.1,
  'cut, and of the length that it says': 0.2,
  'expired token': 0.1,
  'repeated page token': 0.2,
};

/**
 * The faults of a run: the same for a seed, as far as requests come in the same order. Of ten seeds one meets no
 * fault that ends a run, and another nothing but one kind.
 */
export class Schedule {
  readonly #random: () => number;
  readonly #share: number;
  readonly #kinds: readonly Fault[];

  constructor(seed: number, random: () => number) {
    this.#random = random;
    this.#share = [0.05, 0.15, 0.3][seed % 3]!;
    this.#kinds = seed % 10 === 0 ? [FAULTS[(seed / 10) % FAULTS.length]!] : FAULTS;
  }

  next(): Fault | undefined {
    if (this.#random() >= this.#share) return undefined;
    const weights = this.#kinds.map((kind) => WEIGHTS[kind] ?? 1);
    let dice = this.#random() * weights.reduce((sum, weight) => sum + weight, 0);
    return this.#kinds.find((_, at) => (dice -= weights[at]!) < 0);
  }
}
