import type { ReadSessions } from '../coverage/read-sessions.js';
import type { SessionStatus } from './session.js';

/**
 * What judging an event needs of a session. Times are in whole seconds since 1970, as those of events are: compared
 * with one, a beginning that is rounded up and an end that is cut say what the exact times would. Undefined where a
 * file lacks them.
 */
export interface SessionSummary {
  readonly id: string;
  readonly user: string | undefined;
  readonly profile: string | undefined;
  readonly status: SessionStatus | undefined;
  /** Rounded up. */
  readonly startedAt: number | undefined;
  /** Cut, as the next. */
  readonly expiresAt: number | undefined;
  readonly updatedAt: number | undefined;
}

/** What an event offers to find its session by. */
export interface LookupKey {
  /** Value of the session tag. */
  readonly tag: string | undefined;
  readonly sourceIdentity: string | undefined;
  /** The session id within the source identity. */
  readonly sessionId: string | undefined;
  /** When the event was, in seconds: of several sessions with one identity, the one that was on is meant. */
  readonly at: number;
}

/** In which way a session was found, in the order in which the ways are tried. */
type MatchedBy = 'tag' | 'source_identity' | 'session_id';

export interface SessionMatch {
  readonly session: SessionSummary;
  readonly matchedBy: MatchedBy;
  /** True where other sessions have the same source identity: at another time another may be meant. */
  readonly sharesIdentity?: boolean;
}

/**
 * Finds the sessions behind some events, one answer for each. Undefined is said only after a complete read
 * has not found it; what could not be asked is thrown.
 */
export interface SessionFinder {
  readonly find: (sought: readonly LookupKey[]) => Promise<readonly (SessionMatch | undefined)[]>;
  /** Reads all sessions, if that has not been done yet, so that their profiles are known. */
  readonly readAll: () => Promise<void>;
  /** Undefined until something had to be read completely. */
  readonly coverage: () => ReadSessions | undefined;
}
