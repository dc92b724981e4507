import { type Span, coveredBy, joinSpans } from './span.js';

/** What was read of one source of sessions. */
export interface SessionSource {
  /** `table sentinel-sessions in eu-west-1`, `3 files`. */
  readonly name: string;
  /** Sessions that it gave, each once; undefined where sessions were only looked up by their key. */
  readonly sessions: number | undefined;
  /** Sessions among them that carry no source identity. */
  readonly withoutIdentity: number;
}

/** Which sessions the evidence is known to hold all of. */
export interface SessionCoverage {
  readonly sources: readonly SessionSource[];
  /** In the order of time; no two touch. */
  readonly spans: readonly Span[];
  /**
   * Would a session behind a call of this second be among those that were read? True when a span holds
   * the whole second, for CloudTrail does not write parts of one, and a complete read or the longest life of a
   * session before it.
   */
  readonly covers: (second: number) => boolean;
  /** Is the answer the same for every second from the first to the last? */
  readonly isUniform: (first: number, last: number) => boolean;
}

/** The longest that a session lives, in seconds, where nobody says otherwise. */
const LONGEST_SESSION = 12 * 3600;

/** The coverage of some sources by some spans. `longestSession` is in seconds. */
export function sessionCoverage(
  sources: readonly SessionSource[],
  spans: readonly Span[],
  longestSession = LONGEST_SESSION,
): SessionCoverage {
  const joined = joinSpans(spans);
  const covered = joined.map((span) => coveredBy(span, longestSession));
  return {
    sources,
    spans: joined,
    covers: (second) => covered.some(({ from, to }) => from <= second && second + 1 <= to),
    isUniform: (first, last) =>
      !covered.some(
        ({ from, to }) => (first < from && from <= last) || (first + 1 <= to && to < last + 1),
      ),
  };
}
