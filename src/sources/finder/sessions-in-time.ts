/** A session by its number, and from when to when it was on, in seconds, both inclusive. */
export interface TimedSession {
  readonly session: number;
  readonly from: number;
  readonly until: number;
}

/**
 * Some sessions, for finding one that was on at a time in O(log n): in the order of their beginnings, with the latest
 * end of each half, quarter and so on. Holds about 40 bytes each.
 */
export class SessionsInTime {
  readonly #sessions: readonly TimedSession[];
  /** A tree in an array: the node `n` has the children `2n` and `2n + 1`, and the leaves come last. */
  readonly #latest: Float64Array;
  readonly #leaves: number;

  /** Those whose times are not known were never on. */
  constructor(sessions: readonly TimedSession[]) {
    this.#sessions = sessions
      .filter(({ from, until }) => from <= until)
      .toSorted((a, b) => a.from - b.from);
    this.#leaves = 2 ** Math.ceil(Math.log2(this.#sessions.length + 1)); // one more, so that no range is all
    this.#latest = new Float64Array(2 * this.#leaves).fill(-Infinity);
    for (const [at, { until }] of this.#sessions.entries()) this.#latest[this.#leaves + at] = until;
    for (let node = this.#leaves - 1; node > 0; node--) {
      this.#latest[node] = Math.max(this.#latest[2 * node]!, this.#latest[2 * node + 1]!);
    }
  }

  /** Of the sessions that were on at a time, the one that began last. */
  onAt(time: number): number | undefined {
    let begun = 0; // how many had begun
    for (let end = this.#sessions.length; begun < end;) {
      const middle = (begun + end) >>> 1;
      if (this.#sessions[middle]!.from <= time) begun = middle + 1;
      else end = middle;
    }
    // The last of them that had not ended: up from the right end until a part on the left has one, then down in it.
    for (let right = this.#leaves + begun; right > 1; right >>= 1) {
      if ((right & 1) === 0 || this.#latest[right - 1]! < time) continue;
      let node = right - 1;
      while (node < this.#leaves) node = 2 * node + (this.#latest[2 * node + 1]! >= time ? 1 : 0);
      return this.#sessions[node - this.#leaves]!.session;
    }
    return undefined;
  }
}
