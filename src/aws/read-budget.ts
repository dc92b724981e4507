import { type Clock, SYSTEM_CLOCK } from './clock.js';

/**
 * Keeps reads under a number of read units per second, by what DynamoDB says they consumed. A token
 * bucket that holds nothing and may be in debt: a request waits until everything asked before it is
 * paid. Over any ten seconds no more is consumed than ten times the budget, as long as one item costs
 * no more than that: the pace is kept below the budget by a tenth of the dearest page, because one whole
 * page may fall on the edge of those ten seconds.
 */
export class ReadBudget {
  readonly #unitsPerSecond: number;
  readonly #clock: Clock;
  #balance = 0;
  #paidUpTo: number;
  #unitsPerItem: number;
  #dearestPage = 0;

  /** `bytesPerItem` is a first guess; every page corrects it. */
  constructor(unitsPerSecond: number, bytesPerItem: number, clock = SYSTEM_CLOCK) {
    this.#unitsPerSecond = unitsPerSecond;
    this.#clock = clock;
    this.#paidUpTo = clock.now();
    this.#unitsPerItem = Math.max(bytesPerItem, 512) / 8192; // eventually consistent: half a unit for 4 KB
  }

  /** Waits until the next page may be asked for, and says how many items it may have, `mostItems` at the most. */
  async take(mostItems: number, signal: AbortSignal): Promise<{ limit: number; reserved: number }> {
    for (;;) {
      const pace = this.#pace();
      const now = this.#clock.now();
      this.#balance = Math.min(0, this.#balance + ((now - this.#paidUpTo) / 1000) * pace);
      this.#paidUpTo = now;
      if (this.#balance >= 0) break;
      await this.#clock.sleep(Math.ceil((-this.#balance / pace) * 1000), signal);
    }
    const page = this.#unitsPerSecond / 4;
    const limit = Math.max(Math.min(Math.floor(page / this.#unitsPerItem), mostItems), 1);
    const reserved = limit * this.#unitsPerItem;
    this.#balance -= reserved;
    return { limit, reserved };
  }

  /** Settles a page: what it really cost, and how many items DynamoDB looked at for it. */
  settle(reserved: number, consumed: number, items: number): void {
    this.#balance += reserved - consumed;
    this.#dearestPage = Math.max(this.#dearestPage, consumed);
    if (items > 0) this.#unitsPerItem = Math.max(consumed / items, 0.01);
  }

  #pace(): number {
    const edge = Math.max(this.#dearestPage, this.#unitsPerSecond / 4) / 10;
    return Math.max(this.#unitsPerSecond * 0.98 - edge, this.#unitsPerSecond / 4);
  }
}
