import { describe, expect, test } from 'vitest';
import { RecordError } from '../../../src/errors.js';
import {
  SESSION_FIELDS,
  type RequiredField,
  type Session,
  type SessionField,
  TABLE_FIELDS,
  fieldValue,
  parseSession,
  placedAt,
} from '../../../src/model/session/session.js';
import { formatInstant } from '../../../src/model/time/instant.js';
import { type Row, idOf, sessionRow } from '../../support/sessions.js';

const parse = (row: Row, required: readonly RequiredField[] = TABLE_FIELDS): Session =>
  parseSession(row, required);

function failureOf(row: Row, required?: readonly RequiredField[]): string {
  try {
    parse(row, required);
  } catch (error) {
    if (error instanceof RecordError) return error.message;
    throw error;
  }
  throw new Error('the row was taken');
}

const TIMES = ['started_at', 'last_access_at', 'expires_at', 'created_at', 'updated_at'] as const;
const COUNTS = ['request_count', 'ttl'] as const;
const OPTIONAL = [
  'user',
  'profile',
  'server_instance_id',
  'device_id',
  'revoked_by',
  'revoked_reason',
] as const;
const TEXTS = [...OPTIONAL, 'source_identity'] as const;

test('every field of a whole row is what was stored', () => {
  const row = sessionRow(1, { device_id: 'd-1', source_identity: 'sentinel-0123456789abcdef' });
  const session = parse(row);
  const fields = Object.keys(SESSION_FIELDS) as SessionField[];
  for (const field of fields) {
    expect([field, fieldValue(session, field)]).toEqual([field, row[field]]);
  }
  expect(Object.keys(row).toSorted()).toEqual(fields.toSorted());
});

test('a row of an id alone is a session where nothing else is required', () => {
  const session = parse({ id: '0123456789abcdef' }, []);
  const { id, ...rest } = session;
  expect(id).toBe('0123456789abcdef');
  expect(Object.values(rest).every((value) => value === undefined)).toBe(true);
});

test.each(OPTIONAL)('an empty %s is absent', (field) => {
  expect(fieldValue(parse(sessionRow(0, { [field]: '' }), []), field)).toBeUndefined();
});

test('an empty source identity is absent, as Sentinel writes it', () => {
  expect(parse(sessionRow(0, { source_identity: '' })).sourceIdentity).toBeUndefined();
});

describe('what is required', () => {
  test.each(TABLE_FIELDS)('a row without %s is no row of the table', (field) => {
    expect(failureOf(sessionRow(0, { [field]: undefined }))).toBe(`${field}: missing`);
  });

  test.each(['source_identity', 'device_id', 'revoked_by', 'revoked_reason', 'ttl'])(
    'a row of the table may lack %s',
    (field) => {
      expect(parse(sessionRow(0, { [field]: undefined })).id).toBe(sessionRow(0)['id']);
    },
  );

  test('an empty text does not stand for one that is required', () => {
    expect(failureOf(sessionRow(0, { user: '' }), ['user'])).toBe('user: missing');
  });

  test('started_at stands in for created_at where a row must be placed', () => {
    const row = sessionRow(0, { created_at: undefined, started_at: '2026-01-17T01:00:00.5+01:00' });
    expect(formatInstant(placedAt(parse(row, ['placed']))!)).toBe('2026-01-17T00:00:00.5Z');
    const both = parse(sessionRow(0, { created_at: '2026-01-18T00:00:00Z' }), ['placed']);
    expect(formatInstant(placedAt(both)!)).toBe('2026-01-18T00:00:00Z');
  });

  test('a row with neither cannot be placed', () => {
    const row = sessionRow(0, { created_at: undefined, started_at: undefined });
    expect(failureOf(row, ['placed'])).toBe('created_at: missing');
    expect(placedAt(parse(row, []))).toBeUndefined();
  });
});

describe('what is wrong is told by field, with what was found', () => {
  const wrong: readonly (readonly [SessionField, readonly unknown[]])[] = [
    [
      'id',
      [
        '',
        '0123456789ABCDEF',
        '0123456789abcde',
        '0123456789abcdef0',
        '0123456789abcdef\n',
        1,
        1_234_567_890_123_456,
        null,
      ],
    ],
    ['status', ['', 'Active', 'active*', 1, null]],
    ...TIMES.map(
      (field) => [field, ['', '2026-02-30T00:00:00Z', '2026-01-20', 1_768_903_200, null]] as const,
    ),
    ...COUNTS.map(
      (field) =>
        [field, [-1, 1.5, 2 ** 53, ' ', ' 1', '-1', '1e3', '0x10', NaN, null, true]] as const,
    ),
    ...TEXTS.map((field) => [field, [1, null, true, ['a'], { S: 'a' }]] as const),
  ];
  test.each(wrong)('%s', (field, values) => {
    for (const value of values) {
      expect(failureOf(sessionRow(0, { [field]: value }), [])).toMatch(
        new RegExp(`^${field}: expected .+, found .+`),
      );
    }
  });

  test('on one line, printable and short', () => {
    const message = failureOf(sessionRow(0, { status: `\u001b[31m\n${'x'.repeat(500)}` }));
    expect(message).toMatch(
      /^status: expected active, revoked or expired, found "\\x1b\[31m\\nx+…"$/,
    );
    expect(message.length).toBeLessThan(150);
  });

  test('with null, lists and objects named as what they are', () => {
    expect(failureOf(sessionRow(0, { user: null }))).toMatch(/found null$/);
    expect(failureOf(sessionRow(0, { user: [] }))).toMatch(/found a list$/);
    expect(failureOf(sessionRow(0, { request_count: 1.5 }))).toMatch(/found 1\.5$/);
  });
});

test('an empty ttl is absent, as a CSV has it; an empty request count is wrong', () => {
  expect(parse(sessionRow(0, { ttl: '' })).ttl).toBeUndefined();
  expect(failureOf(sessionRow(0, { request_count: '' }), [])).toBe(
    'request_count: expected a whole number, found ""',
  );
});

test('a column for the source identity is required of a file, not of a row', () => {
  expect(parse(sessionRow(0, { source_identity: undefined }), ['identity']).id).toBe(idOf(0));
});

test.each(COUNTS)('%s is a number up to 2^53 - 1, or its digits', (field) => {
  const countOf = (value: unknown): unknown =>
    fieldValue(parse(sessionRow(0, { [field]: value })), field);
  expect(countOf(0)).toBe(0);
  expect(countOf('007')).toBe(7);
  expect(countOf('9007199254740991')).toBe(9_007_199_254_740_991);
  expect(failureOf(sessionRow(0, { [field]: '9007199254740993' }))).toContain('"9007199254740993"');
});
