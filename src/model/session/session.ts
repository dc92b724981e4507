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

/** The names of the fields outside: in the table, in files, in options. */
export type SessionField =
  | 'id'
  | 'user'
  | 'profile'
  | 'status'
  | 'started_at'
  | 'last_access_at'
  | 'expires_at'
  | 'request_count'
  | 'server_instance_id'
  | 'source_identity'
  | 'created_at'
  | 'updated_at'
  | 'device_id'
  | 'revoked_by'
  | 'revoked_reason'
  | 'ttl';

/** What every row of the table has; Sentinel writes them all, always. */
export const TABLE_FIELDS: readonly SessionField[] = [
  'id',
  'user',
  'profile',
  'status',
  'started_at',
  'last_access_at',
  'expires_at',
  'request_count',
  'server_instance_id',
  'created_at',
  'updated_at',
];

/**
 * A field that a row must have; `placed` is `created_at`, or `started_at` where there is none; `identity` is
 * that a CSV has the column `source_identity`, for a cell cannot tell whether there was one.
 */
export type RequiredField = SessionField | 'placed' | 'identity';

/** Reads one field out of whatever carries the row; undefined when the row does not have it. */
export type ReadField<R> = (row: R, field: SessionField) => unknown;

/**
 * The session that a row describes.
 *
 * @throws RecordError for a field that is required and absent, or that is not what it should be.
 */
export function parseSession<R>(
  row: R,
  read: ReadField<R>,
  required: readonly RequiredField[],
): Session {
  const session: Session = {
    id: idOf(read(row, 'id')),
    user: textOf('user', read(row, 'user')),
    profile: textOf('profile', read(row, 'profile')),
    status: statusOf(read(row, 'status')),
    startedAt: timeOf('started_at', read(row, 'started_at')),
    lastAccessAt: timeOf('last_access_at', read(row, 'last_access_at')),
    expiresAt: timeOf('expires_at', read(row, 'expires_at')),
    requestCount: countOf('request_count', read(row, 'request_count')),
    serverInstanceId: textOf('server_instance_id', read(row, 'server_instance_id')),
    sourceIdentity: textOf('source_identity', read(row, 'source_identity')),
    createdAt: timeOf('created_at', read(row, 'created_at')),
    updatedAt: timeOf('updated_at', read(row, 'updated_at')),
    deviceId: textOf('device_id', read(row, 'device_id')),
    revokedBy: textOf('revoked_by', read(row, 'revoked_by')),
    revokedReason: textOf('revoked_reason', read(row, 'revoked_reason')),
    ttl: countOf('ttl', read(row, 'ttl') === '' ? undefined : read(row, 'ttl')),
  };
  for (const field of required) {
    if (field === 'identity') continue;
    const value = field === 'placed' ? placeText(session) : FIELD[field](session);
    if (value === undefined) {
      throw new RecordError(`${field === 'placed' ? 'created_at' : field}: missing`);
    }
  }
  return session;
}

/** Each field by its outside name. */
export const FIELD: Readonly<
  Record<SessionField, (session: Session) => string | number | undefined>
> = {
  id: (session) => session.id,
  user: (session) => session.user,
  profile: (session) => session.profile,
  status: (session) => session.status,
  started_at: (session) => session.startedAt,
  last_access_at: (session) => session.lastAccessAt,
  expires_at: (session) => session.expiresAt,
  request_count: (session) => session.requestCount,
  server_instance_id: (session) => session.serverInstanceId,
  source_identity: (session) => session.sourceIdentity,
  created_at: (session) => session.createdAt,
  updated_at: (session) => session.updatedAt,
  device_id: (session) => session.deviceId,
  revoked_by: (session) => session.revokedBy,
  revoked_reason: (session) => session.revokedReason,
  ttl: (session) => session.ttl,
};

/**
 * Where in time a session stands: its `created_at`; `started_at` stands in where a file has no such
 * column. Undefined when the row has neither.
 */
export function placedAt(session: Session): Instant | undefined {
  const text = placeText(session);
  return text === undefined ? undefined : parseInstant(text);
}

function placeText(session: Session): string | undefined {
  return session.createdAt ?? session.startedAt;
}

function idOf(value: unknown): string {
  if (value === undefined) throw new RecordError('id: missing');
  if (typeof value === 'string' && /^[0-9a-f]{16}$/.test(value)) return value;
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
  if (value === undefined) return undefined;
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
