import { describe, expect, test } from 'vitest';
import { type KnownRoles, RoleProfiles } from '../../../src/model/attribution/role-profiles.js';

const arn = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;

function known(
  explicit: Record<string, string> = {},
  awsConfig: Record<string, readonly string[]> = {},
): KnownRoles {
  return {
    explicit: new Map(Object.entries(explicit)),
    awsConfig: new Map(Object.entries(awsConfig)),
  };
}

function learned(roles: RoleProfiles, ...pairs: [role: string, profile: string][]): RoleProfiles {
  for (const [role, profile] of pairs) roles.learn(role, profile);
  return roles;
}

describe('the profiles of a role', () => {
  test('are those of the map before all others, the ARN before the name', () => {
    const roles = learned(
      new RoleProfiles(
        known({ Admin: 'by-name', [arn('Admin')]: 'by-arn' }, { [arn('Admin')]: ['config'] }),
      ),
      [arn('Admin'), 'seen'],
      [arn('team/Admin'), 'seen'],
    );
    expect(roles.profilesOf(arn('Admin'))).toMatchObject({ profiles: ['by-arn'], by: 'map' });
    expect(roles.profilesOf(arn('team/Admin'))).toMatchObject({ profiles: ['by-name'], by: 'map' });
  });

  test('are those whose single sign-on makes the role, whatever its ending and region', () => {
    const path = 'aws-reserved/sso.amazonaws.com';
    const configured = { [arn(`${path}/AWSReservedSSO_Admin`)]: ['sso'] };
    const roles = new RoleProfiles(known({}, configured));
    const real = arn(`${path}/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef`);
    expect(roles.profilesOf(real)).toMatchObject({ profiles: ['sso'], by: 'aws_config' });
    expect(roles.mismatches('sso', real)).toBe(false);
    expect(roles.mismatches('sso', arn('Admin'))).toBe(true);
  });

  test('are those of the tracked events, the most used first, and those of the AWS config', () => {
    const roles = learned(
      new RoleProfiles(known({}, { [arn('Admin')]: ['config'] })),
      [arn('Admin'), 'rare-b'],
      [arn('Admin'), 'often'],
      [arn('Admin'), 'rare-a'],
      [arn('Admin'), 'often'],
      [arn('Other'), 'elsewhere'],
    );
    expect(roles.profilesOf(arn('Admin'))).toMatchObject({
      profiles: ['often', 'rare-a', 'rare-b', 'config'],
      by: 'tracked',
    });
  });

  test('are not those of events that are only suspected, which stand beside in their order', () => {
    const roles = learned(new RoleProfiles(known()), [arn('Admin'), 'dev']);
    for (const profile of ['z', 'a', 'dev']) roles.suspect(arn('Admin'), profile);
    expect(roles.profilesOf(arn('Admin'))).toEqual({
      profiles: ['dev'],
      suspected: ['a', 'z'],
      by: 'tracked',
    });
    expect(
      ['dev', 'a', 'Admin', arn('Admin'), 'b'].map((name) => roles.mayBeOf(arn('Admin'), name)),
    ).toEqual([true, true, true, true, false]);
  });

  test('are all those of the AWS config that have it', () => {
    const roles = new RoleProfiles(known({}, { [arn('Admin')]: ['prod', 'prod-eu'] }));
    expect(roles.profilesOf(arn('Admin'))).toMatchObject({
      profiles: ['prod', 'prod-eu'],
      by: 'aws_config',
    });
  });

  test('are the role itself where a session names it as its profile', () => {
    const roles = learned(new RoleProfiles(known()), [arn('Broker'), arn('Admin')]);
    expect(roles.profilesOf(arn('Admin'))).toMatchObject({
      profiles: [arn('Admin')],
      by: 'session_profile',
    });
    expect(roles.profilesOf(arn('team/Admin')).by).toBe('role_name');
  });

  test.each([
    [arn('Admin'), 'Admin'],
    [arn('team/eu/Admin'), 'Admin'],
    ['Admin', 'Admin'],
  ])('are at last its name: %s', (role, name) => {
    expect(new RoleProfiles(known()).profilesOf(role)).toMatchObject({
      profiles: [name],
      by: 'role_name',
    });
  });
});

describe('disagreements', () => {
  test('are roles that two ways place differently, with all that each says', () => {
    const roles = learned(
      new RoleProfiles(
        known({ [arn('B')]: 'map', Name: 'map' }, { [arn('A')]: ['config'], [arn('B')]: ['x'] }),
      ),
      [arn('A'), 'seen'],
      [arn('path/Name'), 'seen'],
      [arn('path/Name'), 'map'],
    );
    expect(roles.disagreements()).toEqual([
      { roleArn: arn('A'), ways: { tracked: ['seen'], aws_config: ['config'] } },
      { roleArn: arn('B'), ways: { map: ['map'], aws_config: ['x'] } },
      { roleArn: arn('path/Name'), ways: { map: ['map'], tracked: ['map', 'seen'] } },
    ]);
  });

  test('are none where the ways say the same, in whatever order, or only one says something', () => {
    const roles = learned(
      new RoleProfiles(
        known(
          { [arn('A')]: 'prod', Nobody: 'x' },
          { [arn('A')]: ['prod'], [arn('B')]: ['b', 'a'], [arn('C')]: ['c'] },
        ),
      ),
      [arn('A'), 'prod'],
      [arn('B'), 'a'],
      [arn('B'), 'b'],
      [arn('D'), 'one'],
      [arn('D'), 'two'],
    );
    expect(roles.disagreements()).toEqual([]);
  });
});

describe('the roles of a profile', () => {
  const roles = learned(
    new RoleProfiles(
      known(
        { [arn('Admin')]: 'prod', Reader: 'prod', Dev: 'dev' },
        { [arn('Admin')]: ['prod'], [arn('eu/Admin')]: ['prod', 'eu'] },
      ),
    ),
    [arn('Seen'), 'seen'],
  );

  test('are those of the map and of the AWS config, each once', () => {
    expect(roles.rolesFor('prod')).toEqual([arn('Admin'), 'Reader', arn('eu/Admin')]);
    expect(roles.rolesFor('eu')).toEqual([arn('eu/Admin')]);
  });

  test('are not known from tracked events, nor of a profile that nobody names', () => {
    expect(roles.rolesFor('seen')).toBeUndefined();
    expect(roles.rolesFor('staging')).toBeUndefined();
  });

  test.each([
    ['prod', arn('Admin'), false],
    ['prod', arn('eu/Admin'), false],
    ['prod', arn('any/path/Reader'), false],
    ['prod', arn('other/Admin'), true],
    ['prod', arn('Dev'), true],
    ['dev', arn('Dev'), false],
    ['eu', arn('Admin'), true],
    ['seen', arn('Admin'), false],
    ['staging', arn('Admin'), false],
  ])('of %s are mismatched by %s: %s', (profile, role, expected) => {
    expect(roles.mismatches(profile, role)).toBe(expected);
  });
});
