import type { Event } from '@aws-sdk/client-cloudtrail';
import type { Instant } from '../../../model/time/instant.js';

/** Whole seconds, both included: events have no fractions, and LookupEvents' bounds are inclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const MOST_SLICES = 16;
const SHORTEST_SLICE = 3600;

/** Disjoint slices of about the same length, none shorter than an hour where the window is not. */
export function slicesOf({
  since,
  until,
}: {
  readonly since: Instant;
  readonly until: Instant;
}): Span[] {
  const first = since.seconds + (since.nanos > 0 ? 1 : 0);
  const end = until.seconds + (until.nanos > 0 ? 1 : 0);
  const seconds = end - first;
  if (seconds <= 0) return [];
  const count = Math.min(Math.max(Math.floor(seconds / SHORTEST_SLICE), 1), MOST_SLICES);
  const border = (n: number): number => first + Math.floor((seconds * n) / count);
  return Array.from({ length: count }, (_, n) => ({ from: border(n), to: border(n + 1) - 1 }));
}

/** In seconds. */
export function lengthOf({ from, to }: Span): number {
  return to - from + 1;
}

/** How far a slice has been read: it can go on from there without the token of a page. */
export class Position {
  readonly #slice: Span;
  #oldest: number;
  #idsInOldest = new Set<string>();
  #delivered: ReadonlySet<string> = new Set();
  #done = 0;

  constructor(slice: Span) {
    this.#slice = slice;
    this.#oldest = slice.to;
  }

  /** Takes note of the event; false for one that was delivered before a restart. */
  pass({ EventId: id, EventTime: time }: Event): boolean {
    const second = time === undefined ? this.#oldest : Math.floor(time.getTime() / 1000);
    if (second < this.#oldest && second >= this.#slice.from) {
      this.#oldest = second;
      this.#idsInOldest.clear();
    }
    if (id === undefined || second > this.#oldest) return true;
    this.#idsInOldest.add(id);
    return !this.#delivered.has(id);
  }

  /** What is left to ask for, with the oldest second seen, of which only a part may have been. */
  restart(): Span {
    this.#delivered = new Set(this.#idsInOldest);
    return { from: this.#slice.from, to: this.#oldest };
  }

  /** Seconds of the slice that were finished since this was last asked. */
  advance(isFinished: boolean): number {
    const done = isFinished ? lengthOf(this.#slice) : this.#slice.to - this.#oldest;
    const more = done - this.#done;
    this.#done = done;
    return more;
  }
}
