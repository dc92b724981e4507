import { type Clock, SYSTEM_CLOCK } from './clock.js';

/**
 * Lets at most so many requests a second begin, by default CloudTrail's two, evenly spaced: each at
 * least 500 ms after the one before really began, however late a timer was, so that no second sees a
 * third. Shared by everybody who asks of the same allowance; they go in the order they came.
 */
export class RateLimit {
  readonly #interval: number;
  readonly #clock: Clock;
  readonly #line: symbol[] = [];
  #freeAt: number;

  constructor(perSecond = 2, clock = SYSTEM_CLOCK) {
    this.#interval = 1000 / perSecond;
    this.#clock = clock;
    this.#freeAt = clock.now();
  }

  /** Waits for a turn. Rejects as soon as the signal is aborted, and leaves its place to the next. */
  async take(signal: AbortSignal): Promise<void> {
    const ticket = Symbol('place in the line');
    this.#line.push(ticket);
    try {
      for (;;) {
        signal.throwIfAborted();
        const ahead = this.#line.indexOf(ticket);
        const wait = this.#freeAt + ahead * this.#interval - this.#clock.now();
        if (ahead === 0 && wait <= 0) break;
        await this.#clock.sleep(Math.max(Math.ceil(wait), 1), signal);
      }
      this.#freeAt = this.#clock.now() + this.#interval;
    } finally {
      this.#line.splice(this.#line.indexOf(ticket), 1);
    }
  }
}
