import { expect, test } from 'vitest';
import { disagreements, isOtherRole } from '../../../src/model/attribution/disagreement.js';
import { roleClaims } from '../../../src/model/attribution/role-claims.js';
import { ADMIN, arn, claim } from './claims.js';

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

test('of the map its ARN alone is compared, and roles are told by their ARN, sorted', () => {
  const claims = roleClaims(
    [
      claim(arn('Z'), 'z', 'tracked', 1),
      claim(arn('Z'), 'other', 'aws_config'),
      claim(ADMIN, 'by-arn', 'map'),
      claim('Admin', 'by-name', 'map'),
      claim(ADMIN, 'by-arn', 'aws_config'),
      claim(arn('A'), 'a', 'map'),
      claim(arn('A'), 'b', 'aws_config'),
    ],
    [],
  );
  expect(disagreements(claims).map(({ roleArn }) => roleArn)).toEqual([arn('A'), arn('Z')]);
});

test('a role is another than a profile’s where the map or the AWS config gives the profile roles, by ARN or name', () => {
  const claims = roleClaims(
    [
      claim('Admin', 'prod', 'map'),
      claim(arn('Dev'), 'dev', 'aws_config'),
      claim(arn('Build'), 'dev', 'aws_config'),
      claim(ADMIN, 'qa', 'tracked', 1),
    ],
    [],
  );
  expect(isOtherRole(claims, 'prod', arn('team/Admin'))).toBe(false);
  expect(isOtherRole(claims, 'prod', arn('Dev'))).toBe(true);
  expect(isOtherRole(claims, 'dev', ADMIN)).toBe(true);
  expect(isOtherRole(claims, 'dev', arn('Dev'))).toBe(false);
  expect(isOtherRole(claims, 'dev', arn('Build'))).toBe(false);
  expect(isOtherRole(claims, 'qa', arn('Dev'))).toBe(false);
});
