import { describe, expect, test } from 'vitest';
import type { RoleCall } from '../../../src/model/role-call/role-call.js';
import type { SessionSummary } from '../../../src/model/session/session-lookup.js';
import {
  addCallCounts,
  callCountOf,
  callsIn,
  keyOfCallCount,
} from '../../../src/model/verdict/call-count.js';
import type { Verdict } from '../../../src/model/verdict/verdict.js';
import { roleEvent } from '../../support/records.js';

function countOf(
  call: Partial<RoleCall> = {},
  more: Partial<Verdict> = {},
): ReturnType<typeof callCountOf> {
  return callCountOf({
    call: { ...roleEvent(0), ...call },
    category: 'no_source_identity',
    match: undefined,
    anomalies: [],
    unverifiable: false,
    ...more,
  });
}

const SESSION: SessionSummary = {
  id: '0123456789abcdef',
  user: 'alice',
  profile: 'prod',
  status: 'active',
  startedAt: 1,
  expiresAt: 2,
  updatedAt: undefined,
};
const trackedCountOf = (session: Partial<SessionSummary>): ReturnType<typeof callCountOf> =>
  countOf(
    {},
    { category: 'tracked', match: { session: { ...SESSION, ...session }, matchedBy: 'tag' } },
  );

describe('a tracked call', () => {
  test.each<[string, Partial<SessionSummary>, boolean]>([
    ['is checked by its session’s status and times', {}, true],
    ['is not checked without a status', { status: undefined }, false],
    ['is not checked without a start', { startedAt: undefined }, false],
    ['is not checked without an end', { expiresAt: undefined }, false],
    [
      'is not checked where nobody knows when its session was revoked',
      { status: 'revoked' },
      false,
    ],
    ['is checked where that is known', { status: 'revoked', updatedAt: 2 }, true],
  ])('%s', (_, session, isChecked) => {
    expect(trackedCountOf(session)).toMatchObject({ isChecked, sessionProfile: 'prod' });
  });

  test('is no other where there is no session', () => {
    expect(countOf()).toMatchObject({ isChecked: true, sessionProfile: undefined });
  });
});

test('the caller’s role is told where only that can tell the hop', () => {
  const callerRoleArn = 'arn:aws:iam::111122223333:role/Hop';
  expect(countOf({ callerRoleArn, hop: 'unknown' }).callerRoleArn).toBe(callerRoleArn);
  expect(countOf({ callerRoleArn, hop: 'first' }).callerRoleArn).toBeUndefined();
});

test('a source identity, a session tag and an error are noted where the call has them', () => {
  const none = { hasIdentity: false, hasTag: false, isFailed: false };
  const bare = { sourceIdentity: undefined, sessionTag: undefined };
  expect(countOf(bare)).toMatchObject(none);
  expect(countOf({ ...bare, sourceIdentity: 'x' })).toMatchObject({ ...none, hasIdentity: true });
  expect(countOf({ ...bare, sessionTag: 'x' })).toMatchObject({ ...none, hasTag: true });
  expect(countOf({ ...bare, errorCode: 'AccessDenied' })).toMatchObject({
    ...none,
    isFailed: true,
  });
});

test.each([
  ['tvm-alice-1a2b3c4d', 'tvm'],
  ['tvmalice', undefined],
  ['sentinel-1700000000000000', 'cli'],
  ['sentinel-1700000000000000000', 'cli'],
  ['sentinel-170000000000000', undefined],
  ['sentinel-0123456789abcdef', undefined],
  ['sentinel-1700000000000000-x', undefined],
  ['my-sentinel-1700000000000000', undefined],
  [undefined, undefined],
])('the role session %s is named as by %s', (roleSessionName, naming) => {
  expect(countOf({ roleSessionName }).naming).toBe(naming);
});

test('calls are counted together that differ in nothing but their number and what is not counted by', () => {
  const one = countOf({ weight: 2 });
  const again = countOf({ weight: 5, eventId: 'other', eventTime: '2026-01-21T00:00:00Z' });
  expect(keyOfCallCount(again)).toBe(keyOfCallCount(one));
  expect(addCallCounts(one, again)).toEqual({ ...one, calls: 7 });
  expect(callsIn([one, again])).toBe(7);
  expect(callsIn([])).toBe(0);
});

test('calls are counted apart that differ in anything else', () => {
  const counts = [
    countOf(),
    countOf({ roleArn: undefined }),
    countOf({ roleArn: 'ci' }),
    countOf({ roleArn: undefined }, { allowedBy: 'ci' }),
    countOf({ sourceIdentity: 'x' }),
    countOf({ sessionTag: 'x' }),
    countOf({ hop: 'later' }),
    countOf({ hop: 'unknown', callerRoleArn: 'a' }),
    countOf({ hop: 'unknown', callerRoleArn: 'b' }),
    countOf({ roleSessionName: 'tvm-x' }),
    countOf({ errorCode: 'AccessDenied' }),
    countOf({}, { category: 'orphaned' }),
    countOf({}, { unverifiable: true }),
    countOf({}, { allowedBy: 'ci' }),
    countOf({}, { anomalies: ['user_mismatch'] }),
    trackedCountOf({}),
    trackedCountOf({ profile: 'dev' }),
    trackedCountOf({ profile: undefined }),
    trackedCountOf({ status: undefined }),
  ];
  expect(new Set(counts.map(keyOfCallCount)).size).toBe(counts.length);
});
