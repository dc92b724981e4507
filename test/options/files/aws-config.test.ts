import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readAwsRoles } from '../../../src/options/files/aws-config.js';
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

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('an AWS config file', () => {
  test('gives roles the profiles that take them, in the order of the file', async () => {
    expect([...(await readAwsRoles(configFile(CONFIG)))]).toEqual([
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
    expect([...(await readAwsRoles(file))]).toEqual([['arn:x', [name]]]);
  });

  test('that has a profile twice gives both roles', async () => {
    const file = configFile('[profile a]\nrole_arn=x\n[profile a]\nrole_arn=y\n');
    expect([...(await readAwsRoles(file)).keys()]).toEqual(['x', 'y']);
  });

  test('without roles gives nothing', async () => {
    expect((await readAwsRoles(configFile(''))).size).toBe(0);
    expect((await readAwsRoles(configFile('[profile a]\nregion = x\nrole_arn =\n'))).size).toBe(0);
  });

  test('is read anew each time', async () => {
    const path = configFile('[profile a]\nrole_arn = r\n');
    expect([...(await readAwsRoles(path))]).toEqual([['r', ['a']]]);
    writeFileSync(path, '[profile b]\nrole_arn = r\n');
    expect([...(await readAwsRoles(path))]).toEqual([['r', ['b']]]);
  });

  test('that is named must be there', async () => {
    const missing = join(temporaryFolder(), 'no');
    await expect(readAwsRoles(missing)).rejects.toThrow(
      expect.objectContaining({
        name: 'UsageError',
        option: '--aws-config',
        exitCode: 2,
        message: expect.stringContaining(`${missing} cannot be read: ENOENT`),
      }),
    );
    await expect(readAwsRoles(temporaryFolder(), 'AWS_CONFIG_FILE')).rejects.toThrow(
      expect.objectContaining({ option: 'AWS_CONFIG_FILE' }),
    );
  });

  test('of the user is read where there is one', async () => {
    const home = temporaryFolder();
    vi.stubEnv('HOME', home);
    expect((await readAwsRoles(undefined)).size).toBe(0);
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws', 'config'), '[profile a]\nrole_arn = r\n');
    expect([...(await readAwsRoles(undefined))]).toEqual([['r', ['a']]]);
    expect([...(await readAwsRoles('~/.aws/config'))]).toEqual([['r', ['a']]]);
  });

  test('of the user that is there must be readable', async () => {
    const home = temporaryFolder();
    vi.stubEnv('HOME', home);
    mkdirSync(join(home, '.aws', 'config'), { recursive: true });
    await expect(readAwsRoles(undefined)).rejects.toThrow('EISDIR');
  });
});
