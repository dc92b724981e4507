import type { Cell, Column, Tint } from './column.js';
import { FIELD, type Session, type SessionField } from '../session/session.js';
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

/** Every field of a session, in the order of `--columns all`, with its heading and width in a table. */
const SESSION_FIELDS: readonly (readonly [
  field: SessionField,
  title: string,
  width: number,
  time?: 'time',
])[] = [
  ['id', 'ID', 16],
  ['user', 'User', 12],
  ['profile', 'Profile', 20],
  ['status', 'Status', 8],
  ['started_at', 'Started', 20, 'time'],
  ['last_access_at', 'Last Access', 20, 'time'],
  ['expires_at', 'Expires', 20, 'time'],
  ['request_count', 'Requests', 8],
  ['server_instance_id', 'Server Instance', 20],
  ['source_identity', 'Source Identity', 32],
  ['created_at', 'Created', 20, 'time'],
  ['updated_at', 'Updated', 20, 'time'],
  ['device_id', 'Device', 20],
  ['revoked_by', 'Revoked By', 12],
  ['revoked_reason', 'Revoked Reason', 32],
  ['ttl', 'TTL', 10],
];

/** Texts of any length, which share a terminal's width. */
const GROWING: ReadonlySet<string> = new Set<SessionField>([
  'user',
  'profile',
  'server_instance_id',
  'source_identity',
  'device_id',
  'revoked_by',
  'revoked_reason',
]);

/** The names `--columns` takes for sessions. */
export const SESSION_COLUMN_NAMES: readonly string[] = SESSION_FIELDS.map(([field]) => field);

/** The ten columns of an audit's CSV, in their order. */
const AUDIT: readonly string[] = SESSION_COLUMN_NAMES.slice(0, 10);

/**
 * The columns of an output of sessions. `audit` has the ten of the audit contract, times in UTC and cut
 * to whole seconds; in `all` and in a list of names times are in UTC with nine digits of a second.
 */
export function sessionColumns(
  wanted: 'audit' | 'all' | readonly string[],
): readonly Column<Session>[] {
  if (wanted === 'all') return SESSION_FIELDS.map(exact);
  if (wanted !== 'audit') {
    return wanted.map((name) => exact(SESSION_FIELDS.find(([field]) => field === name)!));
  }
  return SESSION_FIELDS.filter(([name]) => AUDIT.includes(name)).map((field) => {
    const column = stored(field);
    return field[3] === 'time'
      ? { ...column, of: (session) => inSeconds(column.of(session)) }
      : column;
  });
}

/** The seven columns a person reads; an active session past its end is shown as `active*`. */
export function sessionListColumns(now: Instant): readonly Column<Session>[] {
  return SESSION_FIELDS.filter(
    ([name]) => AUDIT.slice(0, 8).includes(name) && name !== 'expires_at',
  ).map((field) => {
    const column = stored(field);
    if (field[3] === 'time') return { ...column, of: (session) => readable(column.of(session)) };
    if (field[0] !== 'status') return column;
    return { ...column, of: (session) => (isOverdue(session, now) ? 'active*' : session.status) };
  });
}

/** Still `active` though past its `expires_at`: Sentinel marks a session expired only when its server shuts down. */
export function isOverdue(session: Session, now: Instant): boolean {
  if (session.status !== 'active' || session.expiresAt === undefined) return false;
  const end = parseInstant(session.expiresAt);
  return end !== undefined && compareInstants(end, now) <= 0;
}

function stored([name, title, width]: (typeof SESSION_FIELDS)[number]): Column<Session> {
  const column = { name, title, width, grows: GROWING.has(name), of: FIELD[name] };
  return name === 'status' ? { ...column, tint: (cell) => STATUS_TINT[String(cell)] } : column;
}

/** The instant is kept, and its spelling is always the same. */
function exact(field: (typeof SESSION_FIELDS)[number]): Column<Session> {
  const column = stored(field);
  if (field[3] !== 'time') return column;
  return {
    ...column,
    of: (session) => {
      const time = column.of(session);
      return typeof time === 'string' ? toNanoseconds(time) : time;
    },
  };
}

function inSeconds(time: Cell): Cell {
  return typeof time === 'string' ? toWholeSeconds(time) : time;
}

/** `2026-01-20 10:00:00`, UTC. */
function readable(time: Cell): Cell {
  return typeof time === 'string' ? toWholeSeconds(time).slice(0, 19).replace('T', ' ') : time;
}
