/** The number before the first; the numbers become one digit longer after 27 of them. */
const BEFORE_FIRST = 999_999_999_999_999_999_000n;
const STEP = 37n;

/**
 * Sequence numbers, of 21 digits and then of 22: compared as texts they would not be in order. There are gaps
 * between them, and none comes twice.
 */
export class SequenceNumbers {
  #last = BEFORE_FIRST;

  get last(): bigint {
    return this.#last;
  }

  next(): bigint {
    this.#last += STEP;
    return this.#last;
  }
}

/** The number in a text, or undefined where it is none. */
export function sequenceNumberIn(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d{21,40}$/.test(text) ? BigInt(text) : undefined;
}
