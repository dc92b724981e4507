import { describe, expect, test } from 'vitest';
import {
  type ProfileChoice,
  placedBy,
  profileCompliance,
} from '../../../src/audit/report/profile-compliance.js';
import type { ProfileCompliance } from '../../../src/model/report/profile-compliance.js';
import type { CallCount } from '../../../src/model/verdict/call-count.js';
import { arn, callCount, trackedCount } from '../counts.js';
import { OPTIONS, evidenceOf } from '../evidence-of.js';

/** The policy requires `prod` alone, and names `dev` too. */
function complianceOf(
  counts: readonly CallCount[],
  choice: Partial<ProfileChoice> = {},
  listed = counts,
): readonly ProfileCompliance[] {
  const named = ['prod', 'dev'];
  return profileCompliance(
    evidenceOf(counts, { named }),
    listed,
    (profile) => ({ required: profile === 'prod', rule: profile === 'prod' ? 'r' : undefined }),
    { named, asked: undefined, failOn: OPTIONS.failOn, isKnown: true, ...choice },
  );
}
const prodOf = (...[counts, ...rest]: Parameters<typeof complianceOf>): ProfileCompliance =>
  complianceOf(counts, ...rest).find(({ profile }) => profile === 'prod')!;

const PROD = { roleArn: arn('Prod') };
const TRACKED = trackedCount('prod', { ...PROD, calls: 5 });
const UNVERIFIABLE = callCount({ ...PROD, category: 'orphaned', unverifiable: true, calls: 2 });

describe('listed are', () => {
  const listedOf = (...args: Parameters<typeof complianceOf>): string[] =>
    complianceOf(...args).map(({ profile }) => profile);

  test('required profiles of the policy in any case, and all that were used, sorted', () => {
    expect(listedOf([])).toEqual(['prod']);
    expect(listedOf([trackedCount('qa'), callCount({ roleArn: arn('Z') })])).toEqual([
      'Z',
      'prod',
      'qa',
    ]);
  });

  test('the profile that is asked for, and nothing else', () => {
    expect(listedOf([TRACKED, trackedCount('qa')], { asked: 'dev' })).toEqual(['dev']);
    expect(listedOf([TRACKED, trackedCount('qa')], { asked: 'qa' })).toEqual(['qa']);
  });

  test('calls without a role, or of a session without a profile, under unknown', () => {
    expect(listedOf([callCount({ roleArn: undefined })])).toEqual(['prod', 'unknown']);
    expect(listedOf([trackedCount('x', { sessionProfile: undefined })])).toContain('unknown');
  });
});

test('calls are tracked, untracked or unverifiable', () => {
  const counts = [TRACKED, UNVERIFIABLE, callCount(PROD), callCount({ ...PROD, hasTag: true })];
  expect(prodOf([...counts, callCount({ ...PROD, category: 'orphaned' })])).toMatchObject({
    tracked: 5,
    untracked: 3,
    unverifiable: 2,
    required: true,
    rule: 'r',
  });
});

describe('a required profile', () => {
  const ELSEWHERE = callCount({ roleArn: arn('Nobody') });

  test.each<[string, readonly CallCount[], Partial<ProfileCompliance>]>([
    ['that is tracked is compliant', [TRACKED], {}],
    [
      'with an untracked call has a gap, and fails',
      [TRACKED, callCount(PROD)],
      { hasGap: true, fails: true },
    ],
    [
      'with unverifiable calls alone is undetermined',
      [TRACKED, UNVERIFIABLE],
      { undetermined: true },
    ],
    [
      'with a gap is not undetermined, whatever else there is',
      [TRACKED, UNVERIFIABLE, callCount(PROD)],
      { hasGap: true, fails: true },
    ],
    [
      'of which no role is known is undetermined where a call is placed by a name',
      [ELSEWHERE],
      { mayHideCalls: true, undetermined: true },
    ],
    [
      'of which no role is known is undetermined where a call does not say its role',
      [trackedCount('dev'), callCount({ roleArn: undefined })],
      { mayHideCalls: true, undetermined: true },
    ],
    ['of which a role is known is not', [TRACKED, ELSEWHERE], {}],
    [
      'of which no role is known is not where the call is permitted',
      [{ ...ELSEWHERE, allowedBy: 'ci' }],
      {},
    ],
    ['of which no role is known is not where every call is placed', [trackedCount('dev')], {}],
  ])('%s', (_, counts, state) => {
    const nothing = { hasGap: false, mayHideCalls: false, undetermined: false, fails: false };
    expect(prodOf(counts)).toMatchObject({ ...nothing, ...state });
  });

  test('has a gap by calls of any category, and fails by those that are to fail', () => {
    const failOn = new Set(['orphaned']);
    const counts = [TRACKED, callCount(PROD)];
    expect(prodOf(counts, { failOn })).toMatchObject({ hasGap: true, fails: false });
    const orphaned = callCount({ ...PROD, category: 'orphaned' });
    expect(prodOf([TRACKED, orphaned], { failOn })).toMatchObject({ hasGap: true, fails: true });
    expect(prodOf([TRACKED, UNVERIFIABLE], { failOn }).fails).toBe(false);
  });

  test('may hide calls that the report leaves out', () => {
    expect(prodOf([ELSEWHERE], {}, [])).toMatchObject({ untracked: 0, undetermined: true });
  });
});

test('a profile that is not required has no gap, fails nothing and is never undetermined', () => {
  const counts = [trackedCount('dev'), callCount(), { ...UNVERIFIABLE, roleArn: arn('Admin') }];
  expect(complianceOf(counts)[0]).toMatchObject({
    profile: 'dev',
    required: false,
    untracked: 1,
    unverifiable: 2,
    hasGap: false,
    undetermined: false,
    fails: false,
  });
});

test('untracked calls are counted by the surest way that placed them', () => {
  const counts = [
    TRACKED,
    callCount({ ...PROD, calls: 3 }),
    callCount({ ...PROD, category: 'orphaned', calls: 4 }),
    callCount({ roleArn: arn('Nobody') }),
    callCount({ roleArn: undefined, calls: 7 }),
    callCount({ ...PROD, allowedBy: 'ci', calls: 9 }),
  ];
  expect(placedBy(evidenceOf(counts).claims, counts)).toEqual({ tracked: 7, name: 1 });
});
