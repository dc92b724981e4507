import { describe, expect, test } from 'vitest';
import { parseRoleCall } from '../../../src/model/role-call/parse-role-call.js';
import type { RoleCall } from '../../../src/model/role-call/role-call.js';
import type { SessionSummary, SessionMatch } from '../../../src/model/session/session-lookup.js';
import { identityReader } from '../../../src/model/role-call/source-identity.js';
import {
  FINDING_CATEGORIES,
  type JudgeRules,
  REASONS,
  type Verdict,
  judge,
  lookupKeyOf,
} from '../../../src/model/verdict/verdict.js';
import { type Call, roleArn, roleRecord } from '../../support/trail.js';

const ID = '0123456789abcdef';
const readIdentity = identityReader();
const NOBODY_ELSE: JudgeRules = { readIdentity, isBroker: undefined, isOtherRole: () => false };

const seconds = (time: string): number => Date.parse(time) / 1000;
const event = (call: Call = {}): RoleCall => parseRoleCall(roleRecord(0, call))!;
/** Seconds after noon, which is when the session began; it ends a quarter of an hour later. */
const after = (more: number): string =>
  new Date(Date.UTC(2026, 0, 20, 12) + more * 1000).toISOString().replace('.000', '');
const NOON = seconds('2026-01-20T12:00:00Z');

function match(session: Partial<SessionSummary> = {}): SessionMatch {
  const facts: SessionSummary = {
    id: ID,
    user: 'alice',
    profile: 'prod',
    status: 'active',
    startedAt: NOON,
    expiresAt: NOON + 900,
    updatedAt: NOON,
    ...session,
  };
  return { session: facts, matchedBy: 'tag' };
}

function tracked(
  call: Call,
  session: Partial<SessionSummary> = {},
  judging = NOBODY_ELSE,
): Verdict {
  const verdict = judge(event(call), match(session), () => true, judging);
  expect(verdict).toMatchObject({ category: 'tracked', unverifiable: false });
  return verdict;
}

describe('an event without a session', () => {
  const judged = (call: Call, oldest?: number): Verdict =>
    judge(
      event(call),
      undefined,
      (second) => oldest !== undefined && second >= oldest,
      NOBODY_ELSE,
    );

  test.each([
    ['no_source_identity', {}],
    ['no_source_identity', { tag: ID }],
    ['no_source_identity', { identity: '' }],
    ['non_sentinel_format', { identity: 'alice@example.com' }],
    ['non_sentinel_format', { identity: 'sentinel:alice', tag: ID }],
    ['orphaned', { identity: `sentinel-${ID}` }],
    ['orphaned', { identity: 'sentinel:alice:direct:1a2b3c4d' }],
  ])('is %s with %j', (category, call) => {
    const verdict = judged(call, 0);
    expect(verdict).toMatchObject({ category, anomalies: [], unverifiable: false });
    expect(verdict.match).toBeUndefined();
  });

  test.each([
    ['from before the oldest session that was read', NOON + 1, true],
    ['of the same second as the oldest', NOON, false],
    ['from after the oldest', NOON - 1, false],
    ['where no session was read', undefined, true],
  ])('%s: one that names a session is unverifiable: %s %s', (_, oldest, unverifiable) => {
    const at = after(0);
    expect(judged({ at, identity: `sentinel-${ID}` }, oldest)).toMatchObject({
      category: 'orphaned',
      unverifiable,
    });
    expect(judged({ at }, oldest).unverifiable).toBe(false);
    expect(judged({ at, identity: 'x' }, oldest).unverifiable).toBe(false);
    for (const identity of [undefined, 'x']) {
      const named = identity === undefined ? { tag: ID } : { tag: ID, identity };
      expect(judged({ at, ...named }, oldest).unverifiable).toBe(unverifiable); // its tag names one
      for (const tag of ['no id', `x${ID}`, `${ID}0`]) {
        expect(judged({ at, ...named, tag }, oldest).unverifiable).toBe(false);
      }
    }
  });
});

test('a session that was found makes any event tracked, whatever its identity', () => {
  for (const call of [{}, { identity: 'alice' }, { identity: `sentinel-${ID}` }]) {
    const verdict = tracked(call);
    expect(verdict.match).toEqual(match());
    expect(verdict.anomalies).toEqual([]);
  }
});

test('the reasons, word for word', () => {
  expect(FINDING_CATEGORIES.map((category) => REASONS[category])).toEqual([
    'No SourceIdentity set on AssumeRole call',
    'SourceIdentity not in Sentinel format',
    'Sentinel SourceIdentity but session not found (expired/deleted)',
  ]);
});

test('a session is sought by tag, identity, and the id within the identity', () => {
  const sought = (call: Call): object =>
    lookupKeyOf(event({ at: after(0), ...call }), readIdentity);
  const identity = `sentinel-${ID}`;
  expect(sought({ identity, tag: 'feed' })).toEqual({
    tag: 'feed',
    sourceIdentity: identity,
    sessionId: ID,
    at: NOON,
  });
  expect(sought({ identity: 'sentinel:a:b' })).toMatchObject({ sessionId: undefined });
  expect(sought({})).toEqual({ at: NOON });
});

describe('five minutes of grace, exactly, and one second more', () => {
  test.each([
    [0, []],
    [-300, []],
    [-301, ['outside_session']],
    [900, []],
    [1200, []],
    [1201, ['outside_session']],
  ])('around a session: %i seconds from its start', (more, anomalies) => {
    expect(tracked({ at: after(more) }).anomalies).toEqual(anomalies);
  });

  test.each([
    [-60, []],
    [300, []],
    [301, ['after_revocation']],
  ])('after a revocation: %i seconds', (more, anomalies) => {
    const session = { status: 'revoked', startedAt: NOON - 600, updatedAt: NOON } as const;
    expect(tracked({ at: after(more) }, session).anomalies).toEqual(anomalies);
  });

  test('an update is a revocation only of a revoked session', () => {
    for (const status of ['active', 'expired', undefined] as const) {
      const session = { status, updatedAt: NOON - 3600 };
      expect(tracked({ at: after(10) }, session).anomalies).toEqual([]);
    }
  });

  test('what a file lacks of the session is no anomaly', () => {
    const session = { startedAt: undefined, expiresAt: undefined, updatedAt: undefined };
    expect(tracked({ at: after(9e6) }, { ...session, status: 'revoked' }).anomalies).toEqual([]);
    expect(tracked({ at: after(-301) }, { ...session, startedAt: NOON }).anomalies).toEqual([
      'outside_session',
    ]);
  });
});

test.each([
  ['sentinel:alice:direct:1a2b3c4d', 'alice', []],
  ['sentinel:bob:direct:1a2b3c4d', 'alice', ['user_mismatch']],
  ['sentinel:Alice:1a2b3c4d', 'alice', ['user_mismatch']],
  ['sentinel:bob:1a2b3c4d', undefined, []],
  [`sentinel-${ID}`, 'alice', []],
  ['bob', 'alice', []],
  [undefined, 'alice', []],
])('the identity %s in a session of %s', (identity, user, anomalies) => {
  const call = identity === undefined ? {} : { identity };
  expect(tracked(call, { user }).anomalies).toEqual(anomalies);
});

test('the user of a custom pattern is compared too', () => {
  const judging = { ...NOBODY_ELSE, readIdentity: identityReader('s@(?<user>\\w+)') };
  expect(tracked({ identity: 's@bob' }, {}, judging).anomalies).toEqual(['user_mismatch']);
});

test('a caller is unexpected only where the brokers are known and it is none', () => {
  const isBroker = ({ callerArn }: RoleCall): boolean => callerArn?.includes('Broker') === true;
  const judging = { ...NOBODY_ELSE, isBroker };
  expect(tracked({}, {}, judging).anomalies).toEqual([]);
  const caller = { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/eve' };
  expect(tracked({ caller }, {}, judging).anomalies).toEqual(['unexpected_caller']);
  expect(tracked({ caller }).anomalies).toEqual([]);
});

test('a role is a mismatch where the profile of the session has others', () => {
  const isOtherRole = (profile: string, role: string): boolean =>
    profile === 'prod' && role !== roleArn('Prod');
  const judging = { ...NOBODY_ELSE, isOtherRole };
  expect(tracked({ role: 'Prod' }, {}, judging).anomalies).toEqual([]);
  expect(tracked({ role: 'Admin' }, {}, judging).anomalies).toEqual(['role_mismatch']);
  expect(tracked({ role: 'Admin' }, { profile: undefined }, judging).anomalies).toEqual([]);
  const more = { requestParameters: null, resources: undefined };
  expect(tracked({ more }, {}, judging).anomalies).toEqual([]);
});

test('an event can have every anomaly, in this order, and stays tracked', () => {
  const judging = { readIdentity, isBroker: () => false, isOtherRole: () => true };
  const call = { at: after(2000), identity: 'sentinel:bob:1a2b3c4d' };
  expect(tracked(call, { status: 'revoked' }, judging).anomalies).toEqual([
    'after_revocation',
    'outside_session',
    'user_mismatch',
    'unexpected_caller',
    'role_mismatch',
  ]);
});

test('an event without a session has no anomaly', () => {
  const judging = { readIdentity, isBroker: () => false, isOtherRole: () => true };
  expect(judge(event(), undefined, () => true, judging).anomalies).toEqual([]);
});
