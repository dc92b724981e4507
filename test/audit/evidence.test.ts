import { expect, test } from 'vitest';
import { profilesOf } from '../../src/audit/evidence.js';
import { type Claim, roleClaims } from '../../src/model/attribution/role-claims.js';
import { arn, callCount, trackedCount } from './counts.js';

const claim = (profile: string, way: Claim['way']): Claim => {
  return { role: arn('Admin'), profile, way, calls: 1 };
};
const CLAIMS = roleClaims([claim('prod', 'tracked'), claim('qa', 'aws_config')], ['Admin']);

test('a tracked call is of the profile of its session, whoever has a claim on its role', () => {
  expect(profilesOf(trackedCount('dev'), CLAIMS)).toEqual(['dev']);
  expect(profilesOf(trackedCount('dev', { sessionProfile: undefined }), CLAIMS)).toEqual([]);
});

test('any other call is of every profile that has a claim on its role, the surest first', () => {
  const all = ['prod', 'qa', 'Admin'];
  expect(profilesOf(callCount(), CLAIMS)).toEqual(all);
  expect(profilesOf(callCount({ category: 'orphaned' }), CLAIMS)).toEqual(all);
});

test('a call that does not say its role is of no profile that is known', () => {
  expect(profilesOf(callCount({ roleArn: undefined }), CLAIMS)).toEqual([]);
});
