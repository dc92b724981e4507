import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { AuditError, ConfigurationError, ExitCode, SourceError } from '../../../src/errors.js';
import { hintFor } from '../../../src/hints.js';
import { answerOf } from '../../../src/aws/answer.js';
import { type AwsOptions, clientConfig, regionOf } from '../../../src/aws/aws.js';
import {
  type FakeAws,
  type SeenRequest,
  startFakeAws,
  startInstanceMetadata,
} from '../../support/aws.js';
import { temporaryFolder } from '../../support/contracts.js';
import { keptReading } from '../../support/records.js';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'x' };

describe('who asks', () => {
  let aws: FakeAws;
  let metadata: FakeAws;
  beforeAll(async () => {
    aws = await startFakeAws();
    metadata = await startInstanceMetadata();
    // What the SDK itself would find on an instance, if it were let.
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) {
      vi.stubEnv(name, '');
    }
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', metadata.url);
    vi.stubEnv('HOME', '/nonexistent');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    aws.close();
    metadata.close();
  });

  /** Asks who asks, and says which key signed for which region. */
  async function ask(
    options: Partial<AwsOptions> & { readonly config?: string; readonly credentials?: string },
    more: { ask?: (question: string) => Promise<string>; signal?: AbortSignal } = {},
  ): Promise<{ seen: SeenRequest[]; notes: string[] }> {
    const { config = '', credentials = '', env = {}, ...rest } = options;
    const folder = temporaryFolder();
    const [configFile, credentialsFile] = [join(folder, 'config'), join(folder, 'credentials')];
    writeFileSync(configFile, config.replaceAll('AWS_URL', aws.url));
    writeFileSync(credentialsFile, credentials);
    const { context, notes } = keptReading(more.signal);
    const from = {
      ...rest,
      env: { AWS_CONFIG_FILE: configFile, AWS_SHARED_CREDENTIALS_FILE: credentialsFile, ...env },
    };
    const before = aws.seen.length;
    const reading = { ...context, ask: more.ask };
    const client = new STSClient(await clientConfig('STS', from, reading));
    try {
      const asked = { action: 'sts:GetCallerIdentity', of: 'the credentials in use' };
      await answerOf(client.send(new GetCallerIdentityCommand({})), asked, context.signal);
    } finally {
      client.destroy();
    }
    return { seen: aws.seen.slice(before), notes };
  }

  async function failure(...args: Parameters<typeof ask>): Promise<AuditError> {
    const error: unknown = await ask(...args).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AuditError);
    return error as AuditError;
  }

  const credentials = `
[one]
aws_access_key_id = AKIAONE
aws_secret_access_key = x
[two]
aws_access_key_id = AKIATWO
aws_secret_access_key = x
region = eu-north-1
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = x
`;
  const at = (): Partial<AwsOptions> => ({ endpointUrl: aws.url, region: 'eu-west-1' });

  test.each<[string, Partial<AwsOptions>, string, RegExp | undefined]>([
    ['the option', { awsProfile: 'one' }, 'AKIAONE', undefined],
    [
      'the option before the keys of the environment',
      { awsProfile: 'one', env: KEYS },
      'AKIAONE',
      /AWS profile one is used, not the keys of the environment/,
    ],
    [
      'the option before the variables',
      { awsProfile: 'one', env: { AWS_PROFILE: 'two', AWS_DEFAULT_PROFILE: 'two' } },
      'AKIAONE',
      undefined,
    ],
    ['the keys of the environment', { env: KEYS }, 'AKIAENV', undefined],
    [
      'the keys of the environment before a variable',
      { env: { ...KEYS, AWS_PROFILE: 'two' } },
      'AKIAENV',
      /keys of the environment .* are used, not those of AWS profile two \(AWS_PROFILE\)/,
    ],
    ['AWS_PROFILE', { env: { AWS_PROFILE: 'two' } }, 'AKIATWO', undefined],
    ['AWS_DEFAULT_PROFILE', { env: { AWS_DEFAULT_PROFILE: 'two' } }, 'AKIATWO', undefined],
    [
      'AWS_DEFAULT_PROFILE before AWS_PROFILE',
      { env: { AWS_PROFILE: 'one', AWS_DEFAULT_PROFILE: 'two' } },
      'AKIATWO',
      undefined,
    ],
    [
      'an empty variable names none',
      { awsProfile: 'one', env: { AWS_PROFILE: '' } },
      'AKIAONE',
      undefined,
    ],
  ])('%s', async (_, options, key, note) => {
    const { seen, notes } = await ask({ ...at(), ...options, credentials });
    expect(seen.map((request) => request.key)).toEqual([key]);
    expect(notes).toEqual(note === undefined ? [] : [expect.stringMatching(note)]);
  });

  test('the region is of the option, the environment, the profile, in this order', async () => {
    const where = async (options: Partial<AwsOptions>): Promise<unknown> =>
      (await ask({ endpointUrl: aws.url, awsProfile: 'two', credentials, ...options })).seen[0]
        ?.region;
    expect(await where({ region: 'us-west-2', env: { AWS_REGION: 'us-east-2' } })).toBe(
      'us-west-2',
    );
    expect(await where({ env: { AWS_REGION: 'us-east-2', AWS_DEFAULT_REGION: 'x' } })).toBe(
      'us-east-2',
    );
    expect(await where({ env: { AWS_DEFAULT_REGION: 'us-east-2' } })).toBe('us-east-2');
    expect(await where({})).toBe('eu-north-1');
    const named = { awsProfile: undefined, env: { AWS_DEFAULT_PROFILE: 'two' } };
    expect(await where(named)).toBe('eu-north-1');
    expect(await where({ ...named, env: { ...named.env, ...KEYS } })).toBe('eu-north-1');
  });

  test.each<[string, Partial<AwsOptions>, string]>([
    ['the environment', { env: { ...KEYS, AWS_REGION: 'eu-west-1a' } }, 'eu-west-1a'],
    ['the environment', { env: { ...KEYS, AWS_DEFAULT_REGION: 'eu-wset-1' } }, 'eu-wset-1'],
    ['the profile', { awsProfile: 'p' }, 'us-east-1b'],
    ['the options', { awsProfile: 'p', region: 'local' }, 'local'],
  ])('what %s gives as a region and is none is said before any request', async (...row) => {
    const [, options, region] = row;
    const keys = 'aws_access_key_id = A\naws_secret_access_key = x\n';
    const config = `[profile p]\nregion = us-east-1b\n${keys}`;
    const error = await failure({ ...options, config });
    expect([error.exitCode, error.message]).toEqual([2, expect.stringContaining(`"${region}"`)]);
    expect(hintFor(error)).toBeDefined();
  });

  test('no region at all is a usage error, before any request', async () => {
    vi.stubEnv('AWS_REGION', '');
    const { context } = keptReading();
    const env = { ...KEYS, AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
    const client = new STSClient(await clientConfig('STS', { env }, context));
    await expect(regionOf(client)).rejects.toMatchObject({
      exitCode: 2,
      message: 'no AWS region is known',
      facts: { code: 'NoRegion' },
    });
  });

  test.each<[string, Partial<AwsOptions>]>([
    ['the option', { awsProfile: 'p' }],
    ['AWS_PROFILE', { env: { AWS_PROFILE: 'p' } }],
    ['AWS_DEFAULT_PROFILE', { env: { AWS_DEFAULT_PROFILE: 'p' } }],
    ['AWS_PROFILE beside keys', { env: { AWS_PROFILE: 'p', ...KEYS } }],
  ])('endpoint and services of a profile hold when %s names it', async (_, options) => {
    const keys = 'region = eu-west-1\naws_access_key_id = A\naws_secret_access_key = x\n';
    const services = '[services local]\nsts =\n  endpoint_url = AWS_URL\n';
    for (const config of [
      `[profile p]\n${keys}endpoint_url = AWS_URL\n`,
      `[profile p]\n${keys}services = local\nendpoint_url = http://127.0.0.1:1\n${services}`,
    ]) {
      expect((await ask({ ...options, config })).seen.length).toBe(1);
    }
  });

  test('a section of services that is not there is said', async () => {
    const config = '[profile p]\nregion = eu-west-1\nservices = lcoal\n';
    const error = await failure({ awsProfile: 'p', config });
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain('there is no section [services lcoal]');
  });

  test.each<[string, Partial<AwsOptions>]>([
    ['the option', { awsProfile: 'oen' }],
    ['AWS_PROFILE', { env: { AWS_PROFILE: 'oen' } }],
    ['AWS_DEFAULT_PROFILE', { env: { AWS_DEFAULT_PROFILE: 'oen' } }],
    ['AWS_PROFILE beside keys', { env: { ...KEYS, AWS_PROFILE: 'oen' } }],
  ])('a profile that %s names and that is not there is a usage error', async (_, options) => {
    const before = aws.seen.length + metadata.seen.length;
    const error = await failure({ ...at(), ...options, credentials });
    expect(error.exitCode).toBe(ExitCode.Usage);
    expect(error.message).toMatch(/no AWS profile "oen".*\/config and .*\/credentials/);
    expect(hintFor(error)).toBe('did you mean one?');
    expect(aws.seen.length + metadata.seen.length).toBe(before);
  });

  test.each<[string, string, RegExp]>([
    [
      'no source of credentials',
      '[profile p]\noutput = json\n',
      /p: names no source of credentials/,
    ],
    [
      'a program that fails',
      `[profile p]\ncredential_process = sh -c "echo 'vault is locked' >&2; echo 'unlock it' >&2; exit 7"\n`,
      /credential_process failed with exit code 7: vault is locked \/ unlock it$/,
    ],
    [
      'a program that is not there',
      '[profile p]\ncredential_process = /nonexistent/x\n',
      /exit code 127: .*\/nonexistent\/x/,
    ],
    [
      'a program that asks',
      '[profile p]\ncredential_process = echo "Code: "\n',
      /did not print JSON/,
    ],
    [
      'a program of another version',
      `[profile p]\ncredential_process = echo '{"Version":2}'\n`,
      /did not print "Version": 1/,
    ],
    [
      'a program with half a pair',
      `[profile p]\ncredential_process = echo '{"Version":1,"AccessKeyId":"A"}'\n`,
      /printed no AccessKeyId and SecretAccessKey/,
    ],
    [
      'a program with old keys',
      `[profile p]\ncredential_process = echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"x","Expiration":"2020-01-01T00:00:00Z"}'\n`,
      /expired at 2020-01-01T00:00:00Z/,
    ],
    [
      'a program of its source that fails',
      `[profile p]\nrole_arn = arn:aws:iam::1:role/R\nsource_profile = q\n[profile q]\ncredential_process = sh -c "echo locked >&2; exit 7"\n`,
      /credential_process of its source_profile failed: locked/,
    ],
    [
      'a source that is not there',
      '[profile p]\nrole_arn = arn:aws:iam::1:role/R\nsource_profile = bsae\n[profile base]\naws_access_key_id=A\naws_secret_access_key=x\n',
      /its source_profile "bsae" is in neither of/,
    ],
    [
      'a session of single sign-on that is not there',
      '[profile p]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\n',
      /no section \[sso-session corp\]/,
    ],
    [
      'single sign-on without a token',
      '[profile p]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\n[sso-session corp]\nsso_start_url = https://x.invalid\nsso_region = us-east-1\n',
      /p: .*token.*aws sso login/,
    ],
    [
      'half a pair of keys',
      '[profile p]\naws_access_key_id = A\n',
      /aws_access_key_id but no aws_secret_access_key/,
    ],
    [
      'the other half',
      '[profile p]\naws_secret_access_key = A\n',
      /aws_secret_access_key but no aws_access_key_id/,
    ],
    [
      'a blank in a key',
      '[profile p]\naws_access_key_id = A B\naws_secret_access_key = x\n',
      /aws_access_key_id of AWS profile p has a blank/,
    ],
    [
      'half a pair in its source',
      '[profile p]\nrole_arn = arn:aws:iam::1:role/R\nsource_profile = q\n[profile q]\naws_access_key_id = A\n',
      /AWS profile q has aws_access_key_id but no/,
    ],
    [
      'a source that is none',
      '[profile p]\nrole_arn = arn:aws:iam::1:role/R\ncredential_source = Moon\n',
      /p: Unsupported credential source/,
    ],
  ])(
    'a profile with %s ends with its own reason, and nobody stands in',
    async (_, config, reason) => {
      const before = metadata.seen.length;
      const error = await failure({ ...at(), awsProfile: 'p', config });
      expect(error).toBeInstanceOf(SourceError);
      expect(error.message).toMatch(reason);
      expect(error.message).not.toContain('\n');
      expect(hintFor(error)).toBeDefined();
      expect(metadata.seen.length).toBe(before);
      const byVariable = await failure({ ...at(), env: { AWS_PROFILE: 'p' }, config });
      const withoutFolder = (text: string): string =>
        text.replaceAll(/\S*\/(?=config|credentials)/g, '');
      expect(withoutFolder(byVariable.message)).toBe(withoutFolder(error.message));
      expect(metadata.seen.length).toBe(before);
    },
  );

  test.each([
    ['AWS_ACCESS_KEY_ID', /environment has AWS_SECRET_ACCESS_KEY but no AWS_ACCESS_KEY_ID/],
    ['AWS_SECRET_ACCESS_KEY', /environment has AWS_ACCESS_KEY_ID but no AWS_SECRET_ACCESS_KEY/],
  ])('without %s the environment has half a pair', async (missing, message) => {
    const error = await failure({ ...at(), env: { ...KEYS, [missing]: '' } });
    expect([error.exitCode, error.message]).toEqual([3, expect.stringMatching(message)]);
  });

  test.each([
    ['AWS_SESSION_TOKEN', 'abc\r', 'a line end'],
    ['AWS_SESSION_TOKEN', 'abc\n', 'a line end'],
    ['AWS_SESSION_TOKEN', 'abc def', 'a blank'],
    ['AWS_SESSION_TOKEN', 'ab\u00e9', 'a character that cannot be sent'],
    ['AWS_ACCESS_KEY_ID', 'AKIA\r\n', 'a line end'],
    ['AWS_SECRET_ACCESS_KEY', 'x ', 'a blank'],
  ])('%s of %j has %s, which is said before any request', async (name, value, what) => {
    const before = aws.seen.length;
    const error = await failure({ ...at(), env: { ...KEYS, [name]: value } });
    expect(error.message).toBe(`${name} of the environment has ${what} in it`);
    expect(aws.seen.length).toBe(before);
  });

  test('what a program prints is checked as well', async () => {
    const keys = JSON.stringify({
      Version: 1,
      AccessKeyId: 'A',
      SecretAccessKey: 'x',
      SessionToken: 'a b',
    });
    const config = `[profile p]\ncredential_process = printf '%s' '${keys}'\n`;
    const error = await failure({ ...at(), awsProfile: 'p', config });
    expect(error.message).toBe('session token of AWS profile p has a blank in it');
  });

  test('the keys of a program sign', async () => {
    const keys = JSON.stringify({ Version: 1, AccessKeyId: 'AKIAPROG', SecretAccessKey: 'x' });
    const config = `[profile p]\ncredential_process = printf '%s' '${keys}'\n`;
    const { seen } = await ask({ ...at(), awsProfile: 'p', config });
    expect(seen[0]?.key).toBe('AKIAPROG');
  });

  const roles = `
[profile role]
role_arn = arn:aws:iam::1:role/Audit
source_profile = base
[profile far]
role_arn = arn:aws:iam::1:role/Far
source_profile = role
[profile instance]
role_arn = arn:aws:iam::1:role/OfInstance
credential_source = Ec2InstanceMetadata
[profile beyond]
role_arn = arn:aws:iam::1:role/Beyond
source_profile = instance
[profile mfa]
role_arn = arn:aws:iam::1:role/Mfa
source_profile = base
mfa_serial = arn:aws:iam::1:mfa/pat
[profile base]
aws_access_key_id = AKIABASE
aws_secret_access_key = x
`;

  test.each([
    ['role', ['AKIABASE', 'ASIAAudit']],
    ['far', ['AKIABASE', 'ASIAAudit', 'ASIAFar']],
    ['instance', ['ASIAINSTANCE', 'ASIAOfInstance']],
    ['beyond', ['ASIAINSTANCE', 'ASIAOfInstance', 'ASIABeyond']],
  ])('the role of profile %s is assumed by what it names', async (awsProfile, keys) => {
    const env = { AWS_ENDPOINT_URL_STS: aws.url };
    const { seen } = await ask({ region: 'eu-west-1', awsProfile, config: roles, env });
    expect(seen.map((request) => request.key)).toEqual(keys);
    expect(new Set(seen.map(({ region }) => region))).toEqual(new Set(['eu-west-1']));
  });

  test('keys of the environment that a profile asks for sign, and are not said to be left out', async () => {
    const config =
      '[profile p]\nrole_arn = arn:aws:iam::1:role/R\ncredential_source = Environment\n';
    for (const [name, value] of Object.entries(KEYS)) vi.stubEnv(name, value);
    const env = { ...KEYS, AWS_ENDPOINT_URL_STS: aws.url };
    const { seen, notes } = await ask({ region: 'eu-west-1', awsProfile: 'p', config, env });
    for (const name of Object.keys(KEYS)) vi.stubEnv(name, undefined);
    expect(seen.map(({ key }) => key)).toEqual(['AKIAENV', 'ASIAR']);
    expect(notes).toEqual([]);
  });

  test('a role is assumed at the endpoint that the profile names', async () => {
    const config = roles.replace('[profile role]', '[profile role]\nendpoint_url = AWS_URL');
    const { seen } = await ask({ region: 'eu-west-1', awsProfile: 'role', config });
    expect(seen.map(({ operation }) => operation)).toEqual(['AssumeRole', 'GetCallerIdentity']);
  });

  test('the code of an MFA device is asked for once in a run, and sent', async () => {
    const questions: string[] = [];
    const env = { AWS_ENDPOINT_URL_STS: aws.url };
    const { seen } = await ask(
      { region: 'eu-west-1', awsProfile: 'mfa', config: roles, env },
      {
        ask: async (question) => {
          questions.push(question);
          return ' 123456 ';
        },
      },
    );
    expect(questions).toEqual(['MFA code of arn:aws:iam::1:mfa/pat for AWS profile mfa: ']);
    expect(seen[0]?.form).toMatchObject({
      SerialNumber: 'arn:aws:iam::1:mfa/pat',
      TokenCode: '123456',
    });
    expect(seen[1]?.key).toBe('ASIAMfa');
  });

  test.each([
    ['no terminal', undefined, /there is no terminal at which to ask/],
    ['no answer', async () => '', /none was entered/],
  ])('with %s a profile with MFA says what to do', async (_, answer, reason) => {
    const more = answer === undefined ? {} : { ask: answer };
    const error = await failure({ ...at(), awsProfile: 'mfa', config: roles }, more);
    expect([error.exitCode, error.message]).toEqual([3, expect.stringMatching(reason)]);
    expect(hintFor(error)).toMatch(/aws-vault exec.*credential_process/);
  });

  test('the metadata of an instance is never asked through a proxy', async () => {
    const proxy = await startFakeAws();
    onTestFinished(() => proxy.close());
    const before = metadata.seen.length;
    const env = { HTTP_PROXY: proxy.url, http_proxy: proxy.url };
    await ask({ ...at(), env });
    expect(metadata.seen.length).toBeGreaterThan(before);
    expect(proxy.seen.map(({ operation, key }) => [operation, key])).toEqual([
      ['GetCallerIdentity', 'ASIAINSTANCE'],
    ]);
  });

  test('without any name the chain of the SDK is asked, and finds the role of the instance', async () => {
    const { seen } = await ask(at());
    expect(seen[0]?.key).toBe('ASIAINSTANCE');
  });
});
