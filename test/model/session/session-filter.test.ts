import { describe, expect, test } from 'vitest';
import {
  NO_FILTER,
  type SessionFilter,
  fieldsFor,
  isFiltering,
  matches,
} from '../../../src/model/session/session-filter.js';
import { parseSession } from '../../../src/model/session/session.js';
import { parseInstant } from '../../../src/model/time/instant.js';
import { type Row, sessionRow } from '../../support/sessions.js';

const since = parseInstant('2026-01-17T00:00:00.5Z');
const until = parseInstant('2026-01-18T00:00:00Z');

const filterOf = (filter: Partial<SessionFilter>): SessionFilter => ({ ...NO_FILTER, ...filter });

function keeps(filter: Partial<SessionFilter>, row: Row): boolean {
  const session = parseSession(sessionRow(0, row), []);
  return matches(filterOf(filter))(session);
}

test('without a filter every session is kept', () => {
  expect(keeps({}, {})).toBe(true);
  expect(keeps({}, { created_at: undefined, started_at: undefined, status: undefined })).toBe(true);
  expect(isFiltering(NO_FILTER)).toBe(false);
  expect(fieldsFor(NO_FILTER)).toEqual([]);
});

describe.each(['user', 'profile'] as const)('--%s', (name) => {
  test('matches the whole name, case and all', () => {
    expect(keeps({ [name]: 'prod' }, { [name]: 'prod' })).toBe(true);
    for (const other of ['prod2', 'pro', 'Prod', ' prod', undefined]) {
      expect(keeps({ [name]: 'prod' }, { [name]: other })).toBe(false);
    }
  });
});

test('--status matches the status as stored', () => {
  expect(
    keeps({ status: 'active' }, { status: 'active', expires_at: '2000-01-01T00:00:00Z' }),
  ).toBe(true);
  expect(keeps({ status: 'expired' }, { status: 'active' })).toBe(false);
  expect(keeps({ status: 'active' }, { status: undefined })).toBe(false);
});

test('the window is exact to the nanosecond and half open', () => {
  const window = { since, until };
  const placed = (created_at: string): boolean => keeps({ window }, { created_at });
  expect(placed('2026-01-17T00:00:00.499999999Z')).toBe(false);
  expect(placed('2026-01-17T00:00:00.5Z')).toBe(true);
  expect(placed('2026-01-17T05:30:00.5+05:30')).toBe(true);
  expect(placed('2026-01-17T23:59:59.999999999Z')).toBe(true);
  expect(placed('2026-01-18T00:00:00Z')).toBe(false);
  expect(placed('2026-01-17T23:59:59-05:00')).toBe(false);
});

test('the window places a session by created_at, and by started_at where that is all there is', () => {
  const window = { since, until };
  const inside = '2026-01-17T12:00:00Z';
  const outside = '2026-01-19T12:00:00Z';
  expect(keeps({ window }, { created_at: inside, started_at: outside })).toBe(true);
  expect(keeps({ window }, { created_at: outside, started_at: inside })).toBe(false);
  expect(keeps({ window }, { created_at: undefined, started_at: inside })).toBe(true);
  expect(keeps({ window }, { created_at: undefined, started_at: undefined })).toBe(false);
});

test('all conditions must hold together', () => {
  const filter = {
    user: 'alice',
    profile: 'prod',
    status: 'active',
    window: { since, until },
  } as const;
  const row = {
    user: 'alice',
    profile: 'prod',
    status: 'active',
    created_at: '2026-01-17T12:00:00Z',
  };
  expect(keeps(filter, row)).toBe(true);
  const others = {
    user: 'bob',
    profile: 'dev',
    status: 'revoked',
    created_at: '2026-01-16T12:00:00Z',
  };
  for (const [field, other] of Object.entries(others)) {
    expect(keeps(filter, { ...row, [field]: other })).toBe(false);
  }
});

test.each([
  [{ user: 'a' }, ['user']],
  [{ profile: 'a' }, ['profile']],
  [{ status: 'active' }, ['status']],
  [{ window: { since, until: undefined } }, ['placed']],
  [{ window: { since: undefined, until } }, ['placed']],
] as const)('%j is a filter and needs %j', (filter, fields) => {
  expect(isFiltering(filterOf(filter))).toBe(true);
  expect(fieldsFor(filterOf(filter))).toEqual(fields);
});
