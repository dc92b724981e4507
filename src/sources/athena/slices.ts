import { type Instant, compareInstants, parseInstant } from '../../model/time/instant.js';
import type { OpenGroups } from '../carrier.js';
import type { AthenaTable, Window } from './table-shape.js';

/** A part of a window that one query answers. */
export interface Slice {
  readonly since: Instant;
  readonly until: Instant;
  /** Where its window begins: calls before the slice show that something was delivered late. */
  readonly begin: Instant;
  /** What is delivered before, or on the day after, is read. */
  readonly deliveredUntil: Instant;
  /** Is it the end of its window? Records without a time are then read to the last day. */
  readonly isNewest: boolean;
}

/** What a query found in its slice. */
export interface SliceContent {
  readonly calls: number;
  /** The times of the first and the last call before it that their own slice would not read; undefined for none. */
  readonly late: { readonly since: Instant; readonly last: Instant } | undefined;
}

const DAY = 86_400;
/** Windows that are not longer are asked in one piece: a slice more is a day more to scan. */
const LONG = 7 * DAY;
/** How many times as long a slice is as the one before at the most: a Sunday tells little of a week. */
const GROWTH = 7;
/** To find duplicates the engine holds about 1.2 kB for each (measured with Trino): 6 GB, over all its workers. */
const MOST_CALLS = 5_000_000;

/** A window in one piece. */
export function wholeOf({ since, until }: Window): Slice {
  return { since, until, begin: since, deliveredUntil: until, isNewest: true };
}

/**
 * The slices of a window, newest first. Each begins at midnight, and is as long as the number of calls in those before
 * allows: duplicates have one time, so that none is in two slices. What is delivered more than a day after its slice is
 * seen by a newer one, and the slice then reads that far: the answers together are those to the window in one piece.
 */
export class Slices {
  readonly #window: Window;
  /** The end of the days that have begun. */
  readonly #begun: Instant;
  readonly #isCut: boolean;
  readonly #mostCalls: number;
  readonly #late: (Window & { readonly deliveredUntil: Instant })[] = [];
  readonly #made: Slice[] = [];
  /** Calls of a day, at the most. */
  #density = 0;

  constructor(window: Window, { prunedBy, now }: AthenaTable, mostCalls = MOST_CALLS) {
    this.#window = window;
    this.#begun = compareInstants(now, window.until) < 0 ? now : window.until;
    this.#mostCalls = mostCalls;
    const isPruned = prunedBy === 'days' || prunedBy === 'times';
    this.#isCut = isPruned && secondsIn(window) > LONG;
  }

  /** All that were made, each with its number, oldest first. */
  get made(): readonly (readonly [number, Slice])[] {
    return [...this.#made.entries()].toReversed();
  }

  /** The next older slice; undefined when the window is through. */
  next(): Slice | undefined {
    const begin = this.#window.since;
    const newer = this.#made.at(-1);
    const until = newer?.since ?? this.#window.until;
    if (newer !== undefined && compareInstants(until, begin) <= 0) return undefined;
    const end = newer?.since ?? this.#begun;
    const since = this.#isCut ? later(begin, midnightBefore(end, this.#days(newer))) : begin;
    const deliveredUntil = this.#late
      .filter((late) => overlap({ since, until }, late))
      .reduce((last, late) => later(last, late.deliveredUntil), until);
    const slice = { since, until, begin, deliveredUntil, isNewest: newer === undefined };
    this.#made.push(slice);
    return slice;
  }

  /** Notes what a slice has, for those that come. */
  note(slice: Slice, { calls, late }: SliceContent): void {
    this.#density = Math.max(this.#density, (calls * DAY) / Math.max(secondsIn(slice), 1));
    if (late === undefined) return;
    const until = secondAfter(late.last);
    this.#late.push({ since: late.since, until, deliveredUntil: slice.deliveredUntil });
  }

  #days(newer: Slice | undefined): number {
    if (newer === undefined) return 1;
    const days = Math.floor(this.#mostCalls / Math.max(this.#density, 1));
    return Math.max(Math.min(days, GROWTH * Math.ceil(secondsIn(newer) / DAY)), 1);
  }
}

/** The part of a slice that some groups are in; undefined for none. */
export function partOf(slice: Slice, groups: OpenGroups): Slice | undefined {
  const [from, last] = [parseInstant(groups.from), parseInstant(groups.until)];
  if (from === undefined || last === undefined) return slice;
  const since = later(slice.since, from);
  const after = secondAfter(last);
  const until = compareInstants(after, slice.until) < 0 ? after : slice.until;
  if (compareInstants(since, until) >= 0) return undefined;
  const isLate = compareInstants(slice.deliveredUntil, slice.until) > 0;
  const deliveredUntil = isLate ? slice.deliveredUntil : until;
  return { ...slice, since, until, deliveredUntil, begin: since };
}

function secondAfter({ seconds }: Instant): Instant {
  return { seconds: seconds + 1, nanos: 0 };
}

/** The last midnight that is so many days before an instant. */
function midnightBefore({ seconds }: Instant, days: number): Instant {
  return { seconds: Math.floor(seconds / DAY - days) * DAY, nanos: 0 };
}

function secondsIn({ since, until }: Window): number {
  return until.seconds - since.seconds;
}

function later(a: Instant, b: Instant): Instant {
  return compareInstants(a, b) < 0 ? b : a;
}

function overlap(a: Window, b: Window): boolean {
  return compareInstants(a.since, b.until) < 0 && compareInstants(b.since, a.until) < 0;
}
