import type { Event } from '@aws-sdk/client-cloudtrail';
import type { Instant } from '../../../model/time/instant.js';

/** Whole seconds, both included: events have no fractions, and LookupEvents' bounds are inclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const MOST_SLICES = 16;
const SHORTEST_SLICE = 3600;

/** The whole seconds of a window; undefined where it has none. */
export function spanOf({
  since,
  until,
}: {
  readonly since: Instant;
  readonly until: Instant;
}): Span | undefined {
  const from = since.seconds + (since.nanos > 0 ? 1 : 0);
  const end = until.seconds + (until.nanos > 0 ? 1 : 0);
  return from < end ? { from, to: end - 1 } : undefined;
}

/** Disjoint slices of about the same length, none shorter than an hour where the span is not. */
export function slicesOf(span: Span, longest = Infinity): Span[] {
  const seconds = lengthOf(span);
  const usual = Math.min(Math.max(Math.floor(seconds / SHORTEST_SLICE), 1), MOST_SLICES);
  const count = Math.max(usual, Math.ceil(seconds / longest));
  const border = (n: number): number => span.from + Math.floor((seconds * n) / count);
  return Array.from({ length: count }, (_, n) => ({ from: border(n), to: border(n + 1) - 1 }));
}

/** The two parts of a span, before a second and from then on; one that is empty is left out. */
export function cutAt({ from, to }: Span, second: number): { before: Span[]; after: Span[] } {
  return {
    before: from < second ? [{ from, to: Math.min(to, second - 1) }] : [],
    after: to >= second ? [{ from: Math.max(from, second), to }] : [],
  };
}

/** What some files have of a span, each second once, and what none has. */
export interface Cover<F> {
  readonly held: readonly { readonly file: F; readonly part: Span }[];
  readonly gaps: readonly Span[];
}

/** How files cover a span. */
export function coverOf<F extends Span>({ from, to }: Span, files: readonly F[]): Cover<F> {
  const held: { file: F; part: Span }[] = [];
  const gaps: Span[] = [];
  let next = from;
  for (const file of files.toSorted((a, b) => a.from - b.from)) {
    if (file.to < next || file.from > to) continue;
    if (file.from > next) gaps.push({ from: next, to: file.from - 1 });
    const part = { from: Math.max(file.from, next), to: Math.min(file.to, to) };
    held.push({ file, part });
    next = part.to + 1;
  }
  if (next <= to) gaps.push({ from: next, to });
  return { held, gaps };
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
