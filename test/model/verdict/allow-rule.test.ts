import { describe, expect, test } from 'vitest';
import { type AllowRule, allowing } from '../../../src/model/verdict/allow-rule.js';
import type { RoleCall } from '../../../src/model/role-call/role-call.js';
import { parseInstant } from '../../../src/model/time/instant.js';

const NOTHING: RoleCall = {
  eventId: 'e1',
  eventTime: '2026-01-20T10:00:00Z',
  eventName: 'AssumeRole',
  region: undefined,
  accountId: undefined,
  roleArn: undefined,
  sourceIdentity: undefined,
  sessionTag: undefined,
  roleSessionName: undefined,
  principalId: undefined,
  callerArn: undefined,
  callerRoleArn: undefined,
  callerType: undefined,
  callerAccountId: undefined,
  hop: 'first',
  weight: 1,
  invokedBy: undefined,
  sourceIp: undefined,
  userAgent: undefined,
  errorCode: undefined,
  sharedEventId: undefined,
};
const EVENT: RoleCall = {
  ...NOTHING,
  roleArn: 'arn:aws:iam::123456789012:role/Deploy',
  sourceIdentity: 'ci-42',
  callerArn: 'arn:aws:sts::123456789012:assumed-role/CI/run-7',
  callerRoleArn: 'arn:aws:iam::123456789012:role/CI',
};

const rule = (conditions: Partial<AllowRule>): AllowRule => ({
  name: 'CI',
  reason: 'deploys',
  ...conditions,
});
const permits = (conditions: Partial<AllowRule>, event = EVENT): boolean =>
  allowing([rule(conditions)])(event) !== undefined;

describe('a rule', () => {
  test.each<[string, Partial<AllowRule>, boolean]>([
    ['the role', { role: 'arn:aws:iam::123456789012:role/Deploy' }, true],
    ['a pattern for the role', { role: '*:role/Dep*' }, true],
    ['another role', { role: '*:role/Admin' }, false],
    ['only a part of the role', { role: 'Deploy' }, false],
    ['the caller', { caller: 'arn:aws:sts::123456789012:assumed-role/CI/run-7' }, true],
    ['the role behind the caller', { caller: 'arn:aws:iam::123456789012:role/CI' }, true],
    ['another caller', { caller: '*:role/Deploy' }, false],
    ['the call', { eventName: 'AssumeRole' }, true],
    ['another call', { eventName: 'AssumeRoleWithSAML' }, false],
    ['the source identity', { sourceIdentity: 'ci-*' }, true],
    ['another source identity', { sourceIdentity: 'sentinel*' }, false],
    ['all that holds', { role: '*/Deploy', caller: '*/CI', sourceIdentity: 'ci-42' }, true],
    ['one condition that does not hold', { role: '*/Deploy', caller: '*/Alice' }, false],
  ])('that names %s: %o %s', (_, conditions, expected) => {
    expect(permits(conditions)).toBe(expected);
  });

  test.each<[keyof AllowRule]>([['role'], ['caller'], ['sourceIdentity']])(
    'for any %s does not permit an event that has none',
    (condition) => {
      expect(permits({ [condition]: '*' })).toBe(true);
      expect(permits({ [condition]: '*' }, NOTHING)).toBe(false);
    },
  );

  test('permits until the instant, without it', () => {
    const until = parseInstant('2026-01-20T10:00:00Z');
    const at = (eventTime: string): boolean =>
      permits({ role: '*', until }, { ...EVENT, eventTime });
    expect(at('2026-01-20T09:59:59Z')).toBe(true);
    expect(at('2026-01-20T10:00:00Z')).toBe(false);
    expect(at('2026-01-20T10:30:00+01:00')).toBe(true);
    expect(at('2026-01-21T00:00:00Z')).toBe(false);
  });

  test('that ends does not permit an event without a time', () => {
    const until = parseInstant('2026-01-20T10:00:00Z');
    expect(permits({ role: '*', until }, { ...EVENT, eventTime: 'then' })).toBe(false);
  });
});

test('the first of the rules that permits an event is told', () => {
  const find = allowing([
    rule({ name: 'none', role: 'x' }),
    rule({ name: 'first', role: '*' }),
    rule({ name: 'second', role: '*' }),
  ]);
  expect(find(EVENT)?.name).toBe('first');
  expect(find(NOTHING)).toBeUndefined();
  expect(allowing([])(EVENT)).toBeUndefined();
});

describe('a caller of another account, which is recorded without its ARN', () => {
  const foreign: RoleCall = {
    ...NOTHING,
    roleArn: 'arn:aws-us-gov:iam::123456789012:role/Deploy',
    principalId: 'AIDAEXAMPLE',
    callerType: 'AWSAccount',
    callerAccountId: '444455556666',
  };

  test.each<[Partial<AllowRule>, boolean]>([
    [{ callerAccount: '444455556666' }, true],
    [{ callerAccount: '123456789012' }, false],
    [{ caller: '*444455556666*' }, true],
    [{ caller: 'arn:aws-us-gov:iam::444455556666:root' }, true],
    [{ caller: 'arn:aws-us-gov:iam::444455556666:*' }, true],
    [{ caller: 'arn:aws:iam::444455556666:root' }, false],
    [{ caller: '444455556666' }, false],
    [{ caller: '*:user/*' }, false],
  ])('is permitted by %o: %s', (conditions, expected) => {
    expect(permits(conditions, foreign)).toBe(expected);
  });

  test('is of the partition of the role, else of aws; the role behind it is known too', () => {
    const roleless = { ...foreign, roleArn: undefined };
    expect(permits({ caller: 'arn:aws:iam::444455556666:root' }, roleless)).toBe(true);
    const callerRoleArn = 'arn:aws-us-gov:iam::444455556666:role/CI';
    expect(permits({ caller: callerRoleArn }, { ...foreign, callerRoleArn })).toBe(true);
  });

  test('and one that has an ARN is not its account', () => {
    const named = { ...foreign, callerArn: 'arn:aws-us-gov:iam::444455556666:user/eve' };
    expect(permits({ caller: 'arn:aws-us-gov:iam::444455556666:root' }, named)).toBe(false);
    expect(permits({ callerAccount: '444455556666' }, named)).toBe(true);
    expect(permits({ caller: '*' }, NOTHING)).toBe(false);
  });
});

test('a rule may name the identity provider', () => {
  const federated = { ...NOTHING, identityProvider: 'accounts.google.com' };
  expect(permits({ identityProvider: 'accounts.google.com' }, federated)).toBe(true);
  expect(permits({ identityProvider: '*.google.com' }, federated)).toBe(true);
  expect(permits({ identityProvider: 'cognito*' }, federated)).toBe(false);
  expect(permits({ identityProvider: '*' }, NOTHING)).toBe(false);
});
