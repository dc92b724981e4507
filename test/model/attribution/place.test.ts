import { describe, expect, test } from 'vitest';
import { disagreements, isOtherRole } from '../../../src/model/attribution/disagreement.js';
import { chargedTo, place } from '../../../src/model/attribution/place.js';
import { type Claim, roleClaims } from '../../../src/model/attribution/role-claims.js';

const arn = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const claim = (role: string, profile: string, way: Claim['way'], calls = 0): Claim => {
  return { role, profile, way, calls };
};

const ADMIN = arn('Admin');

/** Claims in, placement out. */
test.each<[string, Claim[], string[], Omit<ReturnType<typeof place>, never>]>([
  ['nothing but its name', [], [], { by: 'name', sure: ['Admin'], possible: [] }],
  ['a name that somebody mentions', [], ['Admin'], { by: 'name', sure: ['Admin'], possible: [] }],
  [
    'the map by ARN before the map by name and all else',
    [
      claim('Admin', 'by-name', 'map'),
      claim(ADMIN, 'by-arn', 'map'),
      claim(ADMIN, 'seen', 'tracked', 9),
      claim(ADMIN, 'config', 'aws_config'),
    ],
    ['Admin'],
    { by: 'map', sure: ['by-arn'], possible: [] },
  ],
  [
    'the map by name',
    [claim('Admin', 'by-name', 'map')],
    [],
    { by: 'map', sure: ['by-name'], possible: [] },
  ],
  [
    'tracked calls, the most used first, then the AWS config',
    [
      claim(ADMIN, 'config', 'aws_config'),
      claim(ADMIN, 'rare-b', 'tracked', 1),
      claim(ADMIN, 'often', 'tracked', 2),
      claim(ADMIN, 'rare-a', 'tracked', 1),
      claim(arn('Other'), 'elsewhere', 'tracked', 5),
    ],
    [],
    { by: 'tracked', sure: ['often', 'rare-a', 'rare-b', 'config'], possible: [] },
  ],
  [
    'the AWS config in the order of the file, and a namesake that somebody mentions',
    [claim(ADMIN, 'z', 'aws_config'), claim(ADMIN, 'a', 'aws_config')],
    ['Admin', 'other'],
    { by: 'aws_config', sure: ['z', 'a'], possible: ['Admin'] },
  ],
  [
    'suspected profiles besides the sure ones',
    [
      claim(ADMIN, 'dev', 'tracked', 1),
      claim(ADMIN, 'z', 'suspected', 1),
      claim(ADMIN, 'a', 'suspected', 1),
      claim(ADMIN, 'dev', 'suspected', 1),
    ],
    [],
    { by: 'tracked', sure: ['dev'], possible: ['a', 'z'] },
  ],
  [
    'suspected profiles besides a name that somebody mentions',
    [claim(ADMIN, 'dev', 'suspected', 1)],
    ['Admin'],
    { by: 'name', sure: ['Admin'], possible: ['dev'] },
  ],
  [
    'suspected profiles alone, where nobody mentions its name',
    [claim(ADMIN, 'dev', 'suspected', 1)],
    [],
    { by: 'name', sure: [], possible: ['dev'] },
  ],
  [
    'a profile that is the role',
    [],
    [ADMIN],
    { by: 'session_profile', sure: [ADMIN], possible: [] },
  ],
])('a role is placed by %s', (_, claims, mentioned, placement) => {
  expect(place(ADMIN, roleClaims(claims, mentioned))).toEqual(placement);
  expect(chargedTo(placement)).toEqual([...placement.sure, ...placement.possible]);
});

describe('a role of a profile', () => {
  test('is known by a claim or a session whose profile is a role, not by a suspicion or a name', () => {
    const claims = roleClaims(
      [claim(ADMIN, 'prod', 'tracked', 1), claim(ADMIN, 'dev', 'suspected', 1)],
      ['Admin', arn('InThePolicy')],
      ['Admin', arn('Self')],
    );
    const known = ['prod', 'dev', 'Admin', arn('InThePolicy'), arn('Self'), 'none'].map(
      claims.knowsRoleOf,
    );
    expect(known).toEqual([true, false, false, false, true, false]);
  });

  test('is another where the map or the AWS config gives the profile roles, by ARN or name', () => {
    const claims = roleClaims(
      [
        claim('Admin', 'prod', 'map'),
        claim(arn('Dev'), 'dev', 'aws_config'),
        claim(ADMIN, 'qa', 'tracked', 1),
      ],
      [],
    );
    expect(isOtherRole(claims, 'prod', arn('team/Admin'))).toBe(false);
    expect(isOtherRole(claims, 'prod', arn('Dev'))).toBe(true);
    expect(isOtherRole(claims, 'dev', ADMIN)).toBe(true);
    expect(isOtherRole(claims, 'qa', arn('Dev'))).toBe(false);
  });
});

test('sources disagree where they name different sets of profiles', () => {
  const claims = roleClaims(
    [
      claim(ADMIN, 'a', 'tracked', 2),
      claim(ADMIN, 'b', 'tracked', 1),
      claim(ADMIN, 'b', 'aws_config'),
      claim(ADMIN, 'a', 'aws_config'),
      claim('Dev', 'dev', 'map'),
      claim(arn('Dev'), 'other', 'tracked', 1),
      claim(arn('Qa'), 'qa', 'suspected', 1),
      claim(arn('Qa'), 'prod', 'aws_config'),
    ],
    [],
  );
  expect(disagreements(claims)).toEqual([
    { roleArn: arn('Dev'), profiles: { map: ['dev'], tracked: ['other'] } },
  ]);
});
