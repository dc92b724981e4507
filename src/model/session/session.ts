import { RecordError } from '../../errors.js';
import { printable } from '../../text/terminal-text.js';
import { type Instant, parseInstant } from '../time/instant.js';

export const SESSION_STATUSES = ['active', 'revoked', 'expired'] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/**
 * One grant that Sentinel tracks: a row of its session table. Times are RFC 3339 text exactly as
 * stored, checked; {@link parseInstant} reads them. A field that the row's carrier does not have is
 * undefined: only a row of the table itself has them all.
 */
export interface Session {
  /** 16 lowercase hex characters: 64 bits, the table's partition key. */
  readonly id: string;
  readonly user: string | undefined;
  readonly profile: string | undefined;
  readonly status: SessionStatus | undefined;
  readonly startedAt: string | undefined;
  readonly lastAccessAt: string | undefined;
  readonly expiresAt: string | undefined;
  readonly requestCount: number | undefined;
  readonly serverInstanceId: string | undefined;
  /** Absent in what Sentinel writes today. */
  readonly sourceIdentity: string | undefined;
  readonly createdAt: string | undefined;
  readonly updatedAt: string | undefined;
  readonly deviceId: string | undefined;
  readonly revokedBy: string | undefined;
  readonly revokedReason: string | undefined;
  /** Unix seconds; equals `expiresAt`, so DynamoDB deletes a row soon after its session ends. */
  readonly ttl: number | undefined;
}

/** How a field is read, and how a table for people shows it. */
interface FieldDefinition {
  readonly key: keyof Session;
  /** A `text` may be of any length. */
  readonly kind: 'id' | 'text' | 'status' | 'time' | 'count';
  /** Does Sentinel write it in every row? */
  readonly isAlways?: true;
  readonly title: string;
  readonly width: number;
}

/** Every field of a session by its name outside, in the order of their columns. */
export const SESSION_FIELDS = {
  id: { key: 'id', kind: 'id', isAlways: true, title: 'ID', width: 16 },
  user: { key: 'user', kind: 'text', isAlways: true, title: 'User', width: 12 },
  profile: { key: 'profile', kind: 'text', isAlways: true, title: 'Profile', width: 20 },
  status: { key: 'status', kind: 'status', isAlways: true, title: 'Status', width: 8 },
  started_at: { key: 'startedAt', kind: 'time', isAlways: true, title: 'Started', width: 20 },
  last_access_at: {
    key: 'lastAccessAt',
    kind: 'time',
    isAlways: true,
    title: 'Last Access',
    width: 20,
  },
  expires_at: { key: 'expiresAt', kind: 'time', isAlways: true, title: 'Expires', width: 20 },
  request_count: {
    key: 'requestCount',
    kind: 'count',
    isAlways: true,
    title: 'Requests',
    width: 8,
  },
  server_instance_id: {
    key: 'serverInstanceId',
    kind: 'text',
    isAlways: true,
    title: 'Server Instance',
    width: 20,
  },
  source_identity: { key: 'sourceIdentity', kind: 'text', title: 'Source Identity', width: 32 },
  created_at: { key: 'createdAt', kind: 'time', isAlways: true, title: 'Created', width: 20 },
  updated_at: { key: 'updatedAt', kind: 'time', isAlways: true, title: 'Updated', width: 20 },
  device_id: { key: 'deviceId', kind: 'text', title: 'Device', width: 20 },
  revoked_by: { key: 'revokedBy', kind: 'text', title: 'Revoked By', width: 12 },
  revoked_reason: { key: 'revokedReason', kind: 'text', title: 'Revoked Reason', width: 32 },
  ttl: { key: 'ttl', kind: 'count', title: 'TTL', width: 10 },
} as const satisfies Readonly<Record<string, FieldDefinition>>;

/** The names of the fields outside: in the table, in files, in options. */
export type SessionField = keyof typeof SESSION_FIELDS;

const DEFINITIONS = Object.entries(SESSION_FIELDS) as [SessionField, FieldDefinition][];

/** What every row of the table has. */
export const TABLE_FIELDS: readonly SessionField[] = DEFINITIONS.flatMap(([name, { isAlways }]) =>
  isAlways ? [name] : [],
);

/** The value of a field; undefined when the row's carrier does not have it. */
export function fieldValue(session: Session, field: SessionField): string | number | undefined {
  return session[SESSION_FIELDS[field].key];
}

/**
 * A field that a row must have; `placed` is `created_at`, or `started_at` where there is none; `identity` is
 * that a CSV has the column `source_identity`, for a cell cannot tell whether there was one.
 */
export type RequiredField = SessionField | 'placed' | 'identity';

/** A row as its carrier has it: the values of the fields by their names outside; undefined is absent. */
export type SessionRow = { readonly [Field in SessionField]?: unknown };

/** For each field, in one order for all rows: V8 reads objects of one layout many times as fast. */
export const NO_FIELDS = Object.fromEntries(
  DEFINITIONS.map(([name]) => [name, undefined]),
) as Readonly<Record<SessionField, undefined>>;

/** The fields of a row that is read one by one. */
export function rowOf(read: (field: SessionField) => unknown): SessionRow {
  const row: Record<SessionField, unknown> = { ...NO_FIELDS };
  for (let at = 0; at < DEFINITIONS.length; at++) {
    const [field] = DEFINITIONS[at]!;
    row[field] = read(field);
  }
  return row;
}

/**
 * The session that a row describes.
 *
 * @throws RecordError for a field that is required and absent, or that is not what it should be.
 */
export function parseSession(row: SessionRow, required: readonly RequiredField[]): Session {
  const startedAt = timeOf('started_at', row.started_at);
  const lastAccessAt = timeOf('last_access_at', row.last_access_at);
  // Written out: millions of rows come through here, and a loop over names takes twice as long.
  const session: Session = {
    id: idOf(row.id),
    user: textOf('user', row.user),
    profile: textOf('profile', row.profile),
    status: statusOf(row.status),
    startedAt,
    lastAccessAt,
    expiresAt: timeOf('expires_at', row.expires_at),
    requestCount: countOf('request_count', row.request_count),
    serverInstanceId: textOf('server_instance_id', row.server_instance_id),
    sourceIdentity: textOf('source_identity', row.source_identity),
    // Sentinel writes one time into two fields: what has been read need not be read again.
    createdAt: row.created_at === startedAt ? startedAt : timeOf('created_at', row.created_at),
    updatedAt:
      row.updated_at === lastAccessAt ? lastAccessAt : timeOf('updated_at', row.updated_at),
    deviceId: textOf('device_id', row.device_id),
    revokedBy: textOf('revoked_by', row.revoked_by),
    revokedReason: textOf('revoked_reason', row.revoked_reason),
    ttl: countOf('ttl', row.ttl),
  };
  for (let at = 0; at < required.length; at++) {
    const field = required[at]!;
    if (field === 'identity') continue;
    const value = field === 'placed' ? placeText(session) : fieldValue(session, field);
    if (value === undefined) {
      throw new RecordError(`${field === 'placed' ? 'created_at' : field}: missing`);
    }
  }
  return session;
}

/**
 * Where in time a session stands: its `created_at`; `started_at` stands in where a file has no such
 * column. Undefined when the row has neither.
 */
export function placedAt(session: Session): Instant | undefined {
  const text = placeText(session);
  return text === undefined ? undefined : parseInstant(text);
}

/** The same as text. */
export function placeText(session: Session): string | undefined {
  return session.createdAt ?? session.startedAt;
}

/** Is it 16 lowercase hex characters? */
export function isSessionId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length !== 16) return false;
  for (let at = 0; at < 16; at++) {
    const code = value.charCodeAt(at);
    const isHex = (code >= 48 && code <= 57) || (code >= 97 && code <= 102);
    if (!isHex) return false;
  }
  return true;
}

/** A session has an id, whatever else it lacks. */
function idOf(value: unknown): string {
  if (value === undefined) throw new RecordError('id: missing');
  if (isSessionId(value)) return value;
  throw expected('id', '16 lowercase hex characters', value);
}

/** Text with something in it: an empty one is how Sentinel writes "none". */
function textOf(field: SessionField, value: unknown): string | undefined {
  if (value === '') return undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw expected(field, 'text', value);
}

function statusOf(value: unknown): SessionStatus | undefined {
  if (value === undefined) return undefined;
  const status = SESSION_STATUSES.find((known) => known === value);
  if (status !== undefined) return status;
  throw expected('status', 'active, revoked or expired', value);
}

function timeOf(field: SessionField, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && parseInstant(value) !== undefined) return value;
  throw expected(field, 'an RFC 3339 time', value);
}

/** A whole number from 0 to 2^53 - 1, or its digits as text. */
function countOf(field: SessionField, value: unknown): number | undefined {
  if (value === undefined || (field === 'ttl' && value === '')) return undefined;
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  throw expected(field, 'a whole number', value);
}

function expected(field: SessionField, what: string, found: unknown): RecordError {
  const shown = typeof found === 'string' ? `"${printable(found, 60)}"` : kindOf(found);
  return new RecordError(`${field}: expected ${what}, found ${shown}`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : `a value of another type (${typeof value})`;
}
