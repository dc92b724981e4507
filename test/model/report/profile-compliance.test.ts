import { expect, test } from 'vitest';
import {
  type ProfileCompliance,
  countProfiles,
  profileRate,
} from '../../../src/model/report/profile-compliance.js';

const profile = (more: Partial<ProfileCompliance> = {}): ProfileCompliance => ({
  profile: 'prod',
  required: true,
  rule: 'r',
  tracked: 0,
  untracked: 0,
  unverifiable: 0,
  isKnown: true,
  hasGap: false,
  mayHideCalls: false,
  isWithoutRole: false,
  undetermined: false,
  fails: false,
  ...more,
});

test.each<[string, Partial<ProfileCompliance>, number | undefined]>([
  ['that nobody used', {}, 100],
  ['that nothing knows', { isKnown: false }, undefined],
  ['of which no call could be verified', { unverifiable: 2 }, undefined],
  ['with calls that were judged', { tracked: 3, untracked: 1, unverifiable: 9 }, 75],
  ['that nothing knows but calls', { tracked: 1, isKnown: false }, 100],
])('the rate of a profile %s', (_, more, rate) => {
  expect(profileRate(profile(more))).toBe(rate);
});

test('of the required profiles, compliant are those that are neither a gap nor undetermined', () => {
  const profiles = [
    profile(),
    profile(),
    profile(),
    profile({ isKnown: false }),
    profile({ hasGap: true }),
    profile({ hasGap: true }),
    profile({ undetermined: true }),
    profile({ required: false, untracked: 5 }),
  ];
  expect(countProfiles(profiles)).toEqual({ required: 7, compliant: 3, gaps: 2, undetermined: 1 });
});
