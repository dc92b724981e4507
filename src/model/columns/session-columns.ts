import type { Cell, Column, Tint } from './column.js';
import { SESSION_FIELDS, type Session, type SessionField } from '../session/session.js';
import { type Instant, compareInstants, parseInstant, toWholeSeconds } from '../time/instant.js';
import { exactTimes, respelt, timesInSeconds } from './time-columns.js';

const STATUS_TINT: Readonly<Record<string, Tint>> = {
  active: 'green',
  'active*': 'yellow',
  revoked: 'red',
  expired: 'dim',
};

/** The names of the columns of sessions. */
export const SESSION_COLUMN_NAMES = Object.keys(SESSION_FIELDS) as readonly SessionField[];

/** The ten columns of an audit's CSV, in their order. */
const AUDIT = SESSION_COLUMN_NAMES.slice(0, 10);

/**
 * The columns of an output of sessions. `audit` has the ten of the audit contract, times in UTC and cut
 * to whole seconds; in `all` and in a list of names times are in UTC with nine digits of a second.
 */
export function sessionColumns(
  names: 'audit' | 'all' | readonly string[],
): readonly Column<Session>[] {
  if (names === 'audit') return timesInSeconds(AUDIT.map(stored));
  const fields = names === 'all' ? SESSION_COLUMN_NAMES : (names as readonly SessionField[]);
  return exactTimes(fields.map(stored));
}

/** The seven columns a person reads; an active session past its end is shown as `active*`. */
export function sessionListColumns(now: Instant): readonly Column<Session>[] {
  const listed = AUDIT.slice(0, 8).filter((field) => field !== 'expires_at');
  return listed.map((field) => {
    const column = respelt(stored(field), readable);
    if (field !== 'status') return column;
    return { ...column, of: (session) => (isOverdue(session, now) ? 'active*' : session.status) };
  });
}

/** Still `active` though past its `expires_at`: Sentinel marks a session expired only when its server shuts down. */
export function isOverdue(session: Session, now: Instant): boolean {
  if (session.status !== 'active' || session.expiresAt === undefined) return false;
  const end = parseInstant(session.expiresAt);
  return end !== undefined && compareInstants(end, now) <= 0;
}

/** A function for each field: one that is told the field takes several times as long. */
const CELLS: Readonly<Record<SessionField, (session: Session) => Cell>> = {
  id: ({ id }) => id,
  user: ({ user }) => user,
  profile: ({ profile }) => profile,
  status: ({ status }) => status,
  started_at: ({ startedAt }) => startedAt,
  last_access_at: ({ lastAccessAt }) => lastAccessAt,
  expires_at: ({ expiresAt }) => expiresAt,
  request_count: ({ requestCount }) => requestCount,
  server_instance_id: ({ serverInstanceId }) => serverInstanceId,
  source_identity: ({ sourceIdentity }) => sourceIdentity,
  created_at: ({ createdAt }) => createdAt,
  updated_at: ({ updatedAt }) => updatedAt,
  device_id: ({ deviceId }) => deviceId,
  revoked_by: ({ revokedBy }) => revokedBy,
  revoked_reason: ({ revokedReason }) => revokedReason,
  ttl: ({ ttl }) => ttl,
};

function stored(field: SessionField): Column<Session> {
  const { title, width, kind } = SESSION_FIELDS[field];
  const of = CELLS[field];
  const column: Column<Session> = {
    name: field,
    title,
    width,
    grows: kind === 'text',
    of,
    kind: kind === 'time' || kind === 'count' ? kind : undefined,
  };
  return kind === 'status' ? { ...column, tint: (cell) => STATUS_TINT[String(cell)] } : column;
}

/** `2026-01-20 10:00:00`, UTC. */
function readable(time: string): string {
  return toWholeSeconds(time).slice(0, 19).replace('T', ' ');
}
