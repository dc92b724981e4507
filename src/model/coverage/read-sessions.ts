import type { Instant } from '../time/instant.js';
import type { Span } from './span.js';

/** What a complete read of sessions found. Times in seconds since 1970. */
export interface ReadSessions {
  readonly sessions: number;
  readonly withoutIdentity: number;
  /** When the oldest and the newest session were created; undefined when none was read. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  /** The shortest time from `created_at` to `expires_at`; undefined where no session has both. */
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
  /** The windows of incremental exports of the table, by their manifests. */
  readonly exportWindows: readonly { readonly from: Instant; readonly to: Instant }[];
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
  { tableWithoutTtl, exportWindows, vouched, now }: SessionGuarantees,
): readonly Span[] {
  if (!isComplete) return [];
  const spans: Span[] = [];
  if (tableWithoutTtl?.oldest !== undefined) {
    spans.push({ from: tableWithoutTtl.oldest, to: now.seconds });
  }
  for (const { from, to } of exportWindows) {
    const isShort = shortestLife !== undefined && to.seconds - from.seconds <= shortestLife;
    if (isShort) spans.push({ from: from.seconds, to: to.seconds });
  }
  const until = vouched?.until?.seconds ?? vouched?.source?.newest;
  if (vouched !== undefined && until !== undefined) {
    spans.push({ from: vouched.since.seconds, to: until });
  }
  return spans;
}
