import { expect, test } from 'vitest';
import type { Cell, Column } from '../../../src/model/columns/column.js';
import {
  SESSION_COLUMN_NAMES,
  isOverdue,
  sessionColumns,
  sessionListColumns,
} from '../../../src/model/columns/session-columns.js';
import { type Session, parseSession } from '../../../src/model/session/session.js';
import { parseInstant, toNanoseconds } from '../../../src/model/time/instant.js';
import { type Row, sessionRow } from '../../support/sessions.js';

const sessionOf = (row: Row): Session => parseSession(sessionRow(0, row), []);

const cellsOf = (columns: readonly Column<Session>[], session: Session): Record<string, Cell> =>
  Object.fromEntries(columns.map(({ name, of }) => [name, of(session)]));

const AUDIT =
  'id,user,profile,status,started_at,last_access_at,expires_at,request_count,server_instance_id,source_identity';

const stored = sessionOf({
  started_at: '2026-01-20T10:00:00.999999999Z',
  last_access_at: '2026-01-20T00:30:00.5+01:00',
  expires_at: '2026-01-20T10:15:00Z',
  created_at: '2026-01-20T10:00:00.1Z',
  status: 'active',
});

test('the ten audit columns stand in the order of the contract', () => {
  expect(
    sessionColumns('audit')
      .map(({ name }) => name)
      .join(','),
  ).toBe(AUDIT);
});

test('all columns begin with those of the audit and have every field once', () => {
  expect(sessionColumns('all').map(({ name }) => name)).toEqual(SESSION_COLUMN_NAMES);
  expect(SESSION_COLUMN_NAMES.join(',')).toBe(
    `${AUDIT},created_at,updated_at,device_id,revoked_by,revoked_reason,ttl`,
  );
});

test('audit columns have times in UTC, cut to whole seconds', () => {
  expect(cellsOf(sessionColumns('audit'), stored)).toMatchObject({
    started_at: '2026-01-20T10:00:00Z',
    last_access_at: '2026-01-19T23:30:00Z',
    expires_at: '2026-01-20T10:15:00Z',
  });
});

test('all columns, and columns by name, have times in UTC with nine digits', () => {
  const names = ['created_at', 'started_at', 'last_access_at'];
  expect(sessionColumns(names).map(({ name }) => name)).toEqual(names);
  for (const columns of [sessionColumns('all'), sessionColumns(names)]) {
    expect(cellsOf(columns, stored)).toMatchObject({
      created_at: '2026-01-20T10:00:00.100000000Z',
      started_at: '2026-01-20T10:00:00.999999999Z',
      last_access_at: '2026-01-19T23:30:00.500000000Z',
    });
  }
});

test('every column gives the field it is named after', () => {
  const row = sessionRow(1, { device_id: 'd-1', source_identity: 'si' });
  const exact = Object.entries(row).map(([name, value]) => {
    const time = typeof value === 'string' && name.endsWith('_at') ? toNanoseconds(value) : value;
    return [name, time];
  });
  expect(cellsOf(sessionColumns('all'), sessionOf(row))).toEqual(Object.fromEntries(exact));
});

test('an absent value is absent in every column', () => {
  const bare = parseSession({ id: '0123456789abcdef' }, []);
  for (const wanted of ['all', 'audit'] as const) {
    const { id, ...rest } = cellsOf(sessionColumns(wanted), bare);
    expect(id).toBe('0123456789abcdef');
    expect(Object.values(rest).filter((cell) => cell !== undefined)).toEqual([]);
  }
});

test('a list for people has seven columns, times without T and Z', () => {
  const columns = sessionListColumns(parseInstant('2026-01-20T10:00:00Z')!);
  expect(columns.map(({ title }) => title)).toEqual([
    'ID',
    'User',
    'Profile',
    'Status',
    'Started',
    'Last Access',
    'Requests',
  ]);
  expect(cellsOf(columns, stored)).toMatchObject({
    status: 'active',
    started_at: '2026-01-20 10:00:00',
    last_access_at: '2026-01-19 23:30:00',
    request_count: 0,
  });
});

test('the widths of the list are those of the specification', () => {
  const columns = sessionListColumns(parseInstant('2026-01-20T10:00:00Z')!);
  expect(columns.map(({ width }) => width)).toEqual([16, 12, 20, 8, 20, 20, 8]);
});

test('an active session at or past its end is shown as active*, and only there', () => {
  const shown = (row: Row, now: string): Cell =>
    cellsOf(sessionListColumns(parseInstant(now)!), sessionOf(row))['status'];
  const row = { status: 'active', expires_at: '2026-01-20T10:15:00.5Z' };
  expect(shown(row, '2026-01-20T10:15:00.499999999Z')).toBe('active');
  expect(shown(row, '2026-01-20T10:15:00.5Z')).toBe('active*');
  expect(shown({ ...row, status: 'revoked' }, '2027-01-01T00:00:00Z')).toBe('revoked');
  expect(shown({ ...row, status: 'expired' }, '2027-01-01T00:00:00Z')).toBe('expired');
  expect(shown({ ...row, expires_at: undefined }, '2027-01-01T00:00:00Z')).toBe('active');
  expect(isOverdue(sessionOf(row), parseInstant('2026-01-20T11:15:00.6+01:00')!)).toBe(true);
  expect(cellsOf(sessionColumns('audit'), sessionOf(row))['status']).toBe('active');
});

test('every status has its own tint', () => {
  const [{ tint } = { tint: undefined }] = sessionColumns(['status']);
  const tints = ['active', 'active*', 'revoked', 'expired'].map((status) => tint?.(status));
  expect(tints).toEqual(['green', 'yellow', 'red', 'dim']);
  expect(tint?.('other')).toBeUndefined();
});
