import type { Instant } from '../time/instant.js';
import type { Span } from './span.js';

/** What a complete read of sessions found. */
export interface ReadSessions {
  /** The shortest time from `created_at` to `expires_at`, in seconds; undefined where no row has both. */
  readonly shortestLife: number | undefined;
  /** Could every row be read and understood? */
  readonly isComplete: boolean;
  /** The profiles of all sessions. */
  readonly profiles: ReadonlySet<string>;
}

/** What was read of one source of sessions: the live table, or the files. Times in seconds since 1970. */
export interface SourceReach {
  readonly sessions: number;
  readonly withoutIdentity: number;
  /** When the oldest and the newest session of the source were created; undefined when none was read. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
}

/** What makes a read of sessions hold all sessions of a time. */
export interface SessionGuarantees {
  /** The live table; undefined where it was not read, or deletes rows by their time to live. */
  readonly tableWithoutTtl: SourceReach | undefined;
  /** The windows of incremental exports of one table, by their manifests: from inclusive, to exclusive. */
  readonly exportWindows: readonly { readonly from: Instant; readonly to: Instant }[];
  /** Archives of one table, with the spans of their records. */
  readonly archives: readonly { readonly spans: readonly Span[] }[];
  /** What the user vouches for: the files, or the table where there are none. */
  readonly vouched:
    | {
        readonly since: Instant;
        readonly until: Instant | undefined;
        readonly source: SourceReach | undefined;
      }
    | undefined;
  readonly now: Instant;
}

/**
 * The spans for which all sessions are known to be there. A row that was written and deleted within the
 * window of an incremental export is in no export (DynamoDB Developer Guide, "Incremental exports"), so a
 * window counts only where it is no longer than the shortest life of a session that was read. Nothing is
 * known where a row could not be read.
 */
export function spansOf(
  { isComplete, shortestLife }: ReadSessions,
  { tableWithoutTtl, exportWindows, archives, vouched, now }: SessionGuarantees,
): readonly Span[] {
  if (!isComplete) return [];
  const spans: Span[] = archives.flatMap((archive) => archive.spans);
  if (tableWithoutTtl?.oldest !== undefined) {
    spans.push({ from: tableWithoutTtl.oldest, to: now.seconds });
  }
  for (const window of exportWindows) {
    const [from, to] = [secondsOf(window.from), secondsOf(window.to)];
    if (shortestLife !== undefined && to - from <= shortestLife) spans.push({ from, to });
  }
  const until = vouched?.until === undefined ? vouched?.source?.newest : secondsOf(vouched.until);
  if (vouched !== undefined && until !== undefined) {
    spans.push({ from: secondsOf(vouched.since), to: until });
  }
  return spans;
}

/** With the part of a second: a window ends where the next one begins, and a gap of a part is a gap. */
function secondsOf({ seconds, nanos }: Instant): number {
  return seconds + nanos / 1e9;
}
