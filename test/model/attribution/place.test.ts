import { expect, test } from 'vitest';
import { chargedTo, place } from '../../../src/model/attribution/place.js';
import { type Claim, roleClaims } from '../../../src/model/attribution/role-claims.js';
import { ADMIN, arn, claim } from './claims.js';

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
      claim(ADMIN, 'rare-c', 'tracked', 1),
      claim(arn('Other'), 'elsewhere', 'tracked', 5),
    ],
    [],
    { by: 'tracked', sure: ['often', 'rare-a', 'rare-b', 'rare-c', 'config'], possible: [] },
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
      claim(ADMIN, 'z', 'suspected', 2),
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
    'its name once, where a profile of that name is suspected too',
    [claim(ADMIN, 'Admin', 'suspected', 1), claim(ADMIN, 'dev', 'suspected', 1)],
    [],
    { by: 'name', sure: ['Admin'], possible: ['dev'] },
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

test('a role that is not an ARN is placed by its name alone, also where a profile is called so', () => {
  expect(place('prod', roleClaims([], ['prod'], ['prod']))).toMatchObject({ by: 'name' });
});
