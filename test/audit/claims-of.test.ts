import { describe, expect, test } from 'vitest';
import { claimsOf } from '../../src/audit/claims-of.js';
import type { CallCount } from '../../src/model/verdict/call-count.js';
import { arn, callCount, trackedCount } from './counts.js';

const NOTHING_KNOWN = {
  explicit: new Map<string, string>(),
  awsConfig: new Map<string, string[]>(),
};

const ways = (counts: CallCount[], role = 'Admin'): [string, string, number][] =>
  claimsOf(counts, NOTHING_KNOWN, [])
    .on(arn(role))
    .map(({ profile, way, calls }) => [profile, way, calls]);

describe('what a tracked call says of its role', () => {
  test('is that it is its session’s profile’s, with the number of calls', () => {
    const counts = [
      trackedCount('prod', { calls: 3 }),
      trackedCount('prod', { calls: 4, hasTag: true }),
    ];
    expect(ways([...counts, callCount()])).toEqual([['prod', 'tracked', 7]]);
  });

  test('is said for sure and suspected where some of its calls are anomalous', () => {
    const anomalous = trackedCount('prod', { calls: 2, anomalies: ['user_mismatch'] });
    expect(ways([trackedCount('prod', { calls: 3 }), anomalous])).toEqual([
      ['prod', 'tracked', 3],
      ['prod', 'suspected', 2],
    ]);
  });

  test('is a suspicion where the call is anomalous', () => {
    expect(ways([trackedCount('prod', { anomalies: ['user_mismatch'] })])).toEqual([
      ['prod', 'suspected', 1],
    ]);
  });

  test('is nothing where it is of a later hop', () => {
    expect(ways([trackedCount('prod', { hop: 'later' })])).toEqual([]);
  });

  test('is a suspicion where the caller’s role was assumed with an identity, and hops are not shown', () => {
    const hop = { hop: 'unknown', callerRoleArn: arn('First') } as const;
    const first = callCount({ roleArn: arn('First'), hasIdentity: true, category: 'orphaned' });
    expect(ways([trackedCount('prod', hop)])).toEqual([['prod', 'tracked', 1]]);
    expect(ways([trackedCount('prod', hop), first])).toEqual([['prod', 'suspected', 1]]);
    expect(ways([first, trackedCount('prod', hop)])).toEqual([['prod', 'suspected', 1]]);
    const without = { ...first, hasIdentity: false };
    expect(ways([without, trackedCount('prod', hop)])).toEqual([['prod', 'tracked', 1]]);
    const tracked = trackedCount('dev', { roleArn: arn('First') });
    expect(ways([tracked, trackedCount('prod', hop)])).toEqual([['prod', 'suspected', 1]]);
  });

  test('is nothing where the session has no profile, or the call no role', () => {
    expect(ways([trackedCount('prod', { sessionProfile: undefined })])).toEqual([]);
    expect(
      claimsOf([trackedCount('prod', { roleArn: undefined })], NOTHING_KNOWN, []).isMentioned(
        'prod',
      ),
    ).toBe(true);
  });
});

test('the map and the AWS config are claims of their own', () => {
  const known = {
    explicit: new Map([['Admin', 'by-map']]),
    awsConfig: new Map([[arn('Admin'), ['one', 'two']]]),
  };
  const claims = claimsOf([], known, ['named']);
  expect(claims.on(arn('Admin')).map(({ profile, way }) => [profile, way])).toEqual([
    ['one', 'aws_config'],
    ['two', 'aws_config'],
    ['by-map', 'map'],
  ]);
  expect(['by-map', 'one', 'named', 'other'].map(claims.isMentioned)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('profiles of sessions are mentioned, and one that is a role knows it', () => {
  const claims = claimsOf([], NOTHING_KNOWN, [], [arn('Self'), 'prod']);
  expect([arn('Self'), 'prod'].map(claims.isMentioned)).toEqual([true, true]);
  expect([arn('Self'), 'prod'].map(claims.knowsRoleOf)).toEqual([true, false]);
  const ofCall = claimsOf([trackedCount(arn('Other'), { hop: 'later' })], NOTHING_KNOWN, []);
  expect(ofCall.knowsRoleOf(arn('Other'))).toBe(true);
});
