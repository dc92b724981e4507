import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type NamedFile, readAwsRoles } from '../../../src/options/files/aws-config.js';
import { knownRole } from '../../../src/model/aws/sso-role.js';
import { temporaryFolder } from '../../support/contracts.js';

const CONFIG = `[default]
region = eu-west-1
role_arn = arn:aws:iam::123456789012:role/Default

# the two of production
[profile prod]
role_arn = arn:aws:iam::123456789012:role/team/Admin
source_profile = default
s3 =
  max_concurrent_requests = 10
[profile "prod-eu"]
role_arn=arn:aws:iam::123456789012:role/team/Admin   ; the same
region = eu-central-1

[profile dev]
region = eu-west-1
[sso-session corp]
role_arn = arn:aws:iam::123456789012:role/NoProfile
[stray]
role_arn = arn:aws:iam::123456789012:role/NoProfile
`;

function configFile(content: string): string {
  const path = join(temporaryFolder(), 'config');
  writeFileSync(path, content);
  return path;
}

const origin = '--aws-config';
const named = (content: string): NamedFile => ({ path: configFile(content), origin });

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('an AWS config file', () => {
  test('gives roles the profiles that take them, in the order of the file', async () => {
    expect([...(await readAwsRoles(named(CONFIG)))]).toEqual([
      ['arn:aws:iam::123456789012:role/Default', ['default']],
      ['arn:aws:iam::123456789012:role/team/Admin', ['prod', 'prod-eu']],
    ]);
  });

  test.each([
    ["[profile 'prod eu']", 'prod eu'],
    ['[profile "prod eu"]', 'prod eu'],
    ['[profile   prod ]  # ours', 'prod'],
    ['[profile a,b~(c)=d;é]', 'a,b~(c)=d;é'],
    ['\ufeff[default]', 'default'],
  ])('%s is a profile', async (section, name) => {
    const file = configFile(
      `${section}\r\nrole_arn = "arn:x"  ; why\r\n[sso-session s]\nrole_arn=y\n`,
    );
    expect([...(await readAwsRoles({ path: file, origin }))]).toEqual([['arn:x', [name]]]);
  });

  test('that has a profile twice gives both roles', async () => {
    const file = configFile('[profile a]\nrole_arn=x\n[profile a]\nrole_arn=y\n');
    expect([...(await readAwsRoles({ path: file, origin })).keys()]).toEqual(['x', 'y']);
  });

  test('without roles gives nothing', async () => {
    expect((await readAwsRoles(named(''))).size).toBe(0);
    expect((await readAwsRoles(named('[profile a]\nregion = x\nrole_arn =\n'))).size).toBe(0);
  });

  test('is read anew each time', async () => {
    const path = configFile('[profile a]\nrole_arn = r\n');
    expect([...(await readAwsRoles({ path, origin }))]).toEqual([['r', ['a']]]);
    writeFileSync(path, '[profile b]\nrole_arn = r\n');
    expect([...(await readAwsRoles({ path, origin }))]).toEqual([['r', ['b']]]);
  });

  test('that is named must be there', async () => {
    const missing = join(temporaryFolder(), 'no');
    await expect(readAwsRoles({ path: missing, origin })).rejects.toThrow(
      expect.objectContaining({
        name: 'UsageError',
        option: '--aws-config',
        exitCode: 2,
        message: expect.stringContaining(`there is no file ${missing}`),
      }),
    );
    await expect(
      readAwsRoles({ path: temporaryFolder(), origin: 'AWS_CONFIG_FILE' }),
    ).rejects.toThrow(expect.objectContaining({ option: 'AWS_CONFIG_FILE' }));
  });

  test('of the user is read where there is one', async () => {
    const home = temporaryFolder();
    vi.stubEnv('HOME', home);
    expect((await readAwsRoles({ path: undefined, origin })).size).toBe(0);
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws', 'config'), '[profile a]\nrole_arn = r\n');
    expect([...(await readAwsRoles({ path: undefined, origin }))]).toEqual([['r', ['a']]]);
    expect([...(await readAwsRoles({ path: '~/.aws/config', origin }))]).toEqual([['r', ['a']]]);
  });

  test('of the user that is there must be readable', async () => {
    const home = temporaryFolder();
    vi.stubEnv('HOME', home);
    mkdirSync(join(home, '.aws', 'config'), { recursive: true });
    await expect(readAwsRoles({ path: undefined, origin })).rejects.toThrow('it is a folder');
  });
});

describe('the credentials file', () => {
  const CREDENTIALS = `[prod]
role_arn = arn:aws:iam::123456789012:role/Admin
source_profile = base
[base]
aws_access_key_id = AKIAHIDDEN
aws_secret_access_key = HIDDEN
`;

  test('names roles as well, under its sections as they are', async () => {
    const config = named('[profile dev]\nrole_arn = arn:dev\n[prod]\nrole_arn = arn:stray\n');
    const roles = await readAwsRoles(config, named(CREDENTIALS));
    expect([...roles]).toEqual([
      ['arn:dev', ['dev']],
      ['arn:aws:iam::123456789012:role/Admin', ['prod']],
    ]);
    expect(JSON.stringify([...roles])).not.toContain('HIDDEN');
    expect([...(await readAwsRoles(config)).keys()]).toEqual(['arn:dev']);
  });

  test('that is named must be there; the usual one need not', async () => {
    const missing = { path: join(temporaryFolder(), 'no'), origin: 'AWS_SHARED_CREDENTIALS_FILE' };
    await expect(readAwsRoles(named(''), missing)).rejects.toMatchObject({
      option: 'AWS_SHARED_CREDENTIALS_FILE',
    });
    vi.stubEnv('HOME', temporaryFolder());
    const usual = { ...missing, path: undefined };
    expect((await readAwsRoles(named(''), usual)).size).toBe(0);
  });
});

describe('single sign-on', () => {
  const SSO = 'sso_account_id = 111122223333\nsso_role_name = Audit_Read\n';
  const ROLE =
    'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Audit_Read';

  test("makes the role of its account and permission set the profile's", async () => {
    const roles = await readAwsRoles(
      named(`[profile a]\nsso_session = s\n${SSO}[profile b]\n${SSO}`),
    );
    expect([...roles]).toEqual([[ROLE, ['a', 'b']]]);
    for (const region of ['', 'eu-west-1/']) {
      const seen = `arn:aws-us-gov:iam::111122223333:role/aws-reserved/sso.amazonaws.com/${region}AWSReservedSSO_Audit_Read_0123456789abcdef`;
      expect(knownRole(seen)).toBe(ROLE);
    }
  });

  test.each([
    'arn:aws:iam::111122223333:role/AWSReservedSSO_Audit_Read_0123456789abcdef',
    'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Audit_Read',
    'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/x/y/AWSReservedSSO_A_0123456789abcdef',
    'AWSReservedSSO_Audit_Read_0123456789abcdef',
  ])('has no other role: %s', (role) => {
    expect(knownRole(role)).toBe(role);
  });

  test('gives way to a role of the profile, and needs both of its keys', async () => {
    const both = await readAwsRoles(named(`[profile a]\n${SSO}role_arn = arn:x\n`));
    expect([...both.keys()]).toEqual(['arn:x']);
    for (const line of SSO.trim().split('\n')) {
      expect((await readAwsRoles(named(`[profile a]\n${line}\n`))).size).toBe(0);
    }
  });
});

describe('include_profile', () => {
  test.each([
    ['[profile common]\nrole_arn = r\n[profile p]\ninclude_profile = common\n', ['common', 'p']],
    ['[profile p]\ninclude_profile = common\n[profile common]\nrole_arn = r\n', ['p', 'common']],
    [
      '[profile a]\nrole_arn = r\n[profile b]\ninclude_profile = a\n[profile c]\ninclude_profile = b\n',
      ['a', 'b', 'c'],
    ],
    ['[profile a]\nrole_arn = r\n[profile b]\ninclude_profile = a\nrole_arn = own\n', ['a']],
    ['[profile a]\nrole_arn = r\n[profile b]\ninclude_profile = nosuch\n', ['a']],
    ['[profile a]\ninclude_profile = b\n[profile b]\ninclude_profile = a\n', undefined],
  ])('gives what a profile lacks: %j', async (config, profiles) => {
    expect((await readAwsRoles(named(config))).get('r')).toEqual(profiles);
  });
});
