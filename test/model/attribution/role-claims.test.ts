import { expect, test } from 'vitest';
import { namesOf, roleClaims, roleNameOf } from '../../../src/model/attribution/role-claims.js';
import { ADMIN, arn, claim } from './claims.js';

test('a role of a profile is known by a claim or a session whose profile is a role, not by a suspicion or a name', () => {
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

test('the claims on a role are those on its ARN, on its name, and on its permission set', () => {
  const reserved = arn('aws-reserved/sso.amazonaws.com/AWSReservedSSO_Power');
  const power = `${reserved}_0123456789abcdef`;
  const claims = roleClaims(
    [
      claim(arn('team/Admin'), 'by-arn', 'tracked', 1),
      claim('Admin', 'by-name', 'map'),
      claim(ADMIN, 'other-path', 'tracked', 1),
      claim(reserved, 'by-set', 'aws_config'),
    ],
    [],
  );
  const profilesOn = (role: string): string[] => claims.on(role).map(({ profile }) => profile);
  expect(profilesOn(arn('team/Admin'))).toEqual(['by-arn', 'by-name']);
  expect(profilesOn(power)).toEqual(['by-set']);
  expect(profilesOn(arn('Nobody'))).toEqual([]);
  expect(namesOf(power)).toEqual([power, roleNameOf(power), reserved]);
  expect(namesOf('Admin')).toEqual(['Admin']);
});

test('explicit are the claims of the map and the AWS config', () => {
  const claims = roleClaims(
    [
      claim(ADMIN, 'prod', 'tracked', 1),
      claim('Admin', 'prod', 'map'),
      claim(ADMIN, 'prod', 'aws_config'),
      claim(ADMIN, 'prod', 'suspected', 1),
    ],
    [],
  );
  expect(claims.explicitFor('prod').map(({ way }) => way)).toEqual(['map', 'aws_config']);
  expect(claims.explicitFor('dev')).toEqual([]);
});

test('a profile is mentioned by an option, a session, or any claim', () => {
  const claims = roleClaims([claim(ADMIN, 'claimed', 'suspected', 1)], ['asked'], ['session']);
  expect(claims.profiles()).toEqual(['asked', 'session', 'claimed']);
  expect(['asked', 'session', 'claimed', 'Admin'].map(claims.isMentioned)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('roles are those that have an ARN and more than a suspicion', () => {
  const claims = roleClaims(
    [
      claim(ADMIN, 'dev', 'suspected', 1),
      claim(ADMIN, 'prod', 'tracked', 1),
      claim(arn('Qa'), 'qa', 'suspected', 1),
      claim('Dev', 'dev', 'map'),
      claim(arn('Ops'), 'ops', 'map'),
    ],
    [],
  );
  expect(claims.roles()).toEqual([ADMIN, arn('Ops')]);
});
