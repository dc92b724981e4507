import { Refusal } from '../refusal.js';

/** Milliseconds by which requests may come closer than they were sent. */
const TOLERANCE = 20;

/** So many reads of a shard within any second of the real clock. */
export class ReadLimit {
  readonly #perSecond: number;
  readonly #taken = new Map<string, readonly number[]>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Counts a read of a shard, unless it is one too many. */
  take(shard: string): void {
    const now = performance.now();
    const recent = (this.#taken.get(shard) ?? []).filter((time) => time > now - 1000 + TOLERANCE);
    if (recent.length >= this.#perSecond) {
      throw new Refusal('LimitExceededException', `Rate exceeded for shard ${shard}`);
    }
    this.#taken.set(shard, [...recent, now]);
  }
}
