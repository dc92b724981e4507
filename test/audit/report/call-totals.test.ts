import { describe, expect, test } from 'vitest';
import { failingIn, rateOfTotals, totalsOf } from '../../../src/audit/report/call-totals.js';
import { callCount, trackedCount } from '../counts.js';

const COUNTS = [
  trackedCount('dev', { calls: 20 }),
  trackedCount('dev', { calls: 5, anomalies: ['user_mismatch'] }),
  trackedCount('dev', { calls: 2, anomalies: ['user_mismatch', 'role_mismatch'] }),
  trackedCount('dev', { calls: 1, isChecked: false }),
  callCount({ calls: 100 }),
  callCount({ calls: 30, category: 'non_sentinel_format' }),
  callCount({ calls: 9, category: 'orphaned' }),
  callCount({ calls: 4, category: 'orphaned', unverifiable: true }),
  callCount({ calls: 3, unverifiable: true }), // its tag names a session
];

test('each call is in one of tracked, untracked, orphaned and unverifiable', () => {
  expect(totalsOf(COUNTS)).toEqual({
    total: 174,
    tracked: 28,
    untracked: 130,
    orphaned: 9,
    unverifiable: 7,
    anomalous: 7,
    anomalies: { user_mismatch: 7, role_mismatch: 2 },
    unchecked: 1,
  });
});

describe('calls that make a run fail', () => {
  test.each<[string[], number]>([
    [[], 0],
    [['no_source_identity'], 100],
    [['no_source_identity', 'non_sentinel_format', 'orphaned'], 139],
    [['orphaned'], 9],
    [['role_mismatch'], 2],
    [['user_mismatch', 'role_mismatch'], 9], // two anomalies of one call are two findings
    [['tracked'], 28],
  ])('where %j are to fail are %i, and none that cannot be verified', (failOn, calls) => {
    expect(failingIn(COUNTS, new Set(failOn))).toBe(calls);
  });
});

test.each<[string, Parameters<typeof callCount>[0][], boolean, number | undefined]>([
  ['nothing, where all is known', [], true, 100],
  ['nothing, where something is not known', [], false, undefined],
  ['calls that cannot be verified alone', [{ unverifiable: true }], true, undefined],
  ['calls that were judged, whatever is not known', [{ category: 'tracked' }, {}], false, 50],
  [
    'calls that were judged, beside some that cannot be verified',
    [{ category: 'tracked' }, { unverifiable: true }],
    true,
    100,
  ],
  ['untracked and orphaned calls', [{}, { category: 'orphaned' }], true, 0],
])('the rate of %s', (_, counts, isKnown, rate) => {
  expect(rateOfTotals(totalsOf(counts.map(callCount)), isKnown)).toBe(rate);
});
