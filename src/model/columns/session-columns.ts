import type { Cell, Column, Tint } from './column.js';
import { SESSION_FIELDS, type Session, type SessionField, fieldValue } from '../session/session.js';
import {
  type Instant,
  compareInstants,
  parseInstant,
  toNanoseconds,
  toWholeSeconds,
} from '../time/instant.js';

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
  if (names === 'all') return SESSION_COLUMN_NAMES.map(exact);
  if (names !== 'audit') return (names as readonly SessionField[]).map(exact);
  return AUDIT.map((field) => {
    const column = stored(field);
    return isTime(field) ? { ...column, of: (session) => inSeconds(column.of(session)) } : column;
  });
}

/** The seven columns a person reads; an active session past its end is shown as `active*`. */
export function sessionListColumns(now: Instant): readonly Column<Session>[] {
  const listed = AUDIT.slice(0, 8).filter((field) => field !== 'expires_at');
  return listed.map((field) => {
    const column = stored(field);
    if (isTime(field)) return { ...column, of: (session) => readable(column.of(session)) };
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

function stored(field: SessionField): Column<Session> {
  const { title, width, kind } = SESSION_FIELDS[field];
  const of = (session: Session): Cell => fieldValue(session, field);
  const column = { name: field, title, width, grows: kind === 'text', of };
  return kind === 'status' ? { ...column, tint: (cell) => STATUS_TINT[String(cell)] } : column;
}

/** The instant is kept, and its spelling is always the same. */
function exact(field: SessionField): Column<Session> {
  const column = stored(field);
  if (!isTime(field)) return column;
  return {
    ...column,
    of: (session) => {
      const time = column.of(session);
      return typeof time === 'string' ? toNanoseconds(time) : time;
    },
  };
}

function isTime(field: SessionField): boolean {
  return SESSION_FIELDS[field].kind === 'time';
}

function inSeconds(time: Cell): Cell {
  return typeof time === 'string' ? toWholeSeconds(time) : time;
}

/** `2026-01-20 10:00:00`, UTC. */
function readable(time: Cell): Cell {
  return typeof time === 'string' ? toWholeSeconds(time).slice(0, 19).replace('T', ' ') : time;
}
