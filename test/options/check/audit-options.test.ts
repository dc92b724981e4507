import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import { formatInstant, parseInstant } from '../../../src/model/time/instant.js';
import {
  type AuditOptions,
  checkUntracked,
  checkVerdicts,
} from '../../../src/options/check/audit-options.js';
import { checkEvents } from '../../../src/options/check/event-options.js';
import { readRequest } from '../../../src/options/read/request.js';
import { fileOf, roleArn } from '../../support/trail.js';

type Env = Readonly<Record<string, string>>;
const now = parseInstant('2026-01-24T12:00:00Z')!;
const AUDIT = 'untracked-sessions --since 7d --events /dev/null';

/** What a command line comes to; `export events` has only a part of it. */
async function optionsOf(line: string, given: Env = {}): Promise<AuditOptions> {
  const env = { HOME: '/nonexistent', AWS_CONFIG_FILE: '/dev/null', ...given };
  const request = await readRequest(line.split(' '), env, '1.2.3', 80);
  if (request.kind !== 'command') throw new Error(`${line} is ${request.kind}`);
  if (request.name === 'untracked-sessions') return checkUntracked(request.given, env, now);
  return request.what === 'verdicts'
    ? checkVerdicts(request.given, env, now)
    : (checkEvents(request.given, env, now) as AuditOptions);
}

async function failureOf(line: string, env: Env = {}): Promise<UsageError> {
  const failure: unknown = await optionsOf(line, env).catch((error: unknown) => error);
  if (failure instanceof UsageError) return failure;
  throw new Error(`${line} was taken: ${String(failure)}`);
}

test('without options CloudTrail and the table that Sentinel names are asked, for people', async () => {
  const options = await optionsOf('untracked-sessions --since 24h');
  expect(options).toMatchObject({
    from: {
      logs: undefined,
      eventRegions: undefined,
      eventNames: ['AssumeRole'],
    },
    kinds: { serviceCalls: false, failedCalls: false },
    sessions: { table: 'sentinel-sessions', sessions: [] },
    output: { format: 'table' },
    brokers: [],
    allow: [],
    lookupConcurrency: 8,
    role: undefined,
    profile: undefined,
    clipped: undefined,
    vouched: undefined,
    maxSession: undefined,
  });
  expect([...options.failOn]).toEqual(['no_source_identity', 'non_sentinel_format', 'orphaned']);
  expect(options.readIdentity('sentinel-0123456789abcdef')).toBeDefined();
});

test('every option is taken over', async () => {
  const allow = fileOf('allow.yaml', 'rules: [{ name: CI, reason: deploys, role: "*" }]');
  const map = fileOf('map.yaml', `${roleArn('Prod')}: prod\n`);
  const config = fileOf('config', `[profile dev]\nrole_arn = ${roleArn('Dev')}\n`);
  const options = await optionsOf(
    `${AUDIT} --include-service-calls --include-failed-calls --role arn:*/r --profile p --sessions-since 2026-01-01 --sessions-until 1d ` +
      `--broker a b* --lookup-concurrency 3 --identity-pattern s-.+ ` +
      `--allow ${allow} --profile-map ${map} --aws-config ${config}`,
  );
  expect(options).toMatchObject({
    kinds: { serviceCalls: true, failedCalls: true },
    role: 'arn:*/r',
    vouched: {
      since: parseInstant('2026-01-01T00:00:00Z'),
      until: parseInstant('2026-01-23T12:00:00Z'),
    },
    profile: 'p',
    brokers: ['a', 'b*'],
    lookupConcurrency: 3,
    allow: [{ name: 'CI', role: '*' }],
  });
  expect([...options.knownRoles.explicit]).toEqual([[roleArn('Prod'), 'prod']]);
  expect([...options.knownRoles.awsConfig]).toEqual([[roleArn('Dev'), ['dev']]]);
  expect(options.readIdentity('s-x')).toBeDefined();
  expect(options.readIdentity('sentinel-0123456789abcdef')).toBeUndefined();
});

test.each([
  ['AssumeRole', ['AssumeRole']],
  ['AssumeRoleWithSAML, AssumeRole'.replace(' ', ''), ['AssumeRoleWithSAML', 'AssumeRole']],
  ['all', ['AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity']],
])('--event-name %s', async (names, expected) => {
  expect((await optionsOf(`${AUDIT} --event-name ${names}`)).from.eventNames).toEqual(expected);
});

test.each([
  ['none', []],
  ['orphaned', ['orphaned']],
  ['orphaned,after_revocation', ['orphaned', 'after_revocation']],
])('--fail-on %s', async (list, expected) => {
  expect([...(await optionsOf(`${AUDIT} --fail-on ${list}`)).failOn]).toEqual(expected);
});

describe('events come from', () => {
  test('CloudTrail where it is named, or nothing is; else from paths', async () => {
    const logs = async (more: string): Promise<unknown> =>
      (await optionsOf(`untracked-sessions --since 7d ${more}`)).from.logs;
    expect(await logs('--events lookup')).toBeUndefined();
    expect(await logs('--events /dev/null -')).toEqual(['/dev/null', '-']);
  });

  test('regions, each once', async () => {
    const { from } = await optionsOf(`${AUDIT} --event-regions eu-west-1,us-east-1,eu-west-1`);
    expect(from.eventRegions).toEqual(['eu-west-1', 'us-east-1']);
  });
});

describe('the window', () => {
  const windowOf = async (line: string): Promise<readonly string[]> => {
    const { since, until } = (await optionsOf(line)).from.window;
    return [formatInstant(since), formatInstant(until)];
  };

  test('is measured back from now, both ends, and ends now', async () => {
    expect(await windowOf('untracked-sessions --since 24h --until 1h')).toEqual([
      '2026-01-23T12:00:00Z',
      '2026-01-24T11:00:00Z',
    ]);
    expect((await windowOf('untracked-sessions --since 24h'))[1]).toBe('2026-01-24T12:00:00Z');
  });

  test('of files goes back as far as is asked, or without end in an export', async () => {
    const { from, clipped } = await optionsOf(`${AUDIT} --since 200d`);
    expect([from.window.since.seconds, clipped]).toEqual([now.seconds - 200 * 86_400, undefined]);
    expect((await windowOf('export events --events /dev/null'))[0]).toBe('0000-01-01T00:00:00Z');
  });

  test.each([
    ['90d', false, 'of the 90 days'],
    ['2161h', false, 'an hour more'],
    ['2161h1s', true, 'more than an hour more'],
    ['200d', true, 'far more'],
  ])('of lookups is cut to 90 days: %s is said to be: %s', async (since, isSaid) => {
    const { from, clipped } = await optionsOf(`untracked-sessions --since ${since}`);
    expect(formatInstant(from.window.since)).toBe('2025-10-26T12:00:00Z');
    expect(clipped !== undefined).toBe(isSaid);
    if (isSaid) expect(clipped).toContain('90 days');
  });

  test.each([
    ['', '2026-01-24T11:45:00Z'],
    ['--until 5m', '2026-01-24T11:45:00Z'],
    ['--until 14m59s', '2026-01-24T11:45:00Z'],
    ['--until 15m', undefined],
    ['--until 1d', undefined],
  ])('that ends within the last 15 minutes is fresh up to then: %j %s', async (until, fresh) => {
    const { freshUntil } = await optionsOf(`${AUDIT} ${until}`.trim());
    expect(freshUntil && formatInstant(freshUntil)).toBe(fresh);
  });
});

test('export events and export verdicts need no window, and are CSV', async () => {
  for (const what of ['events', 'verdicts']) {
    const { output } = await optionsOf(`export ${what} --events /dev/null`);
    expect(output.format).toBe('csv');
  }
});

test.each([
  ['untracked-sessions --events /dev/null', '--since', /is needed/],
  [`${AUDIT} --until 8d`, '--since', /backwards/],
  [`${AUDIT} --fail-on orphan`, '--fail-on', /there is no "orphan"/],
  [`${AUDIT} --fail-on tracked`, '--fail-on', /there is no "tracked"/],
  [`${AUDIT} --fail-on none,orphaned`, '--fail-on', /none stands alone/],
  [`${AUDIT} --fail-on orphaned,orphaned`, '--fail-on', /named twice/],
  [`${AUDIT} --identity-pattern (`, '--identity-pattern', /./],
  [`${AUDIT} --event-name AssumeRol`, '--event-name', /there is no "AssumeRol"/],
  [`${AUDIT} --event-name AssumeRoot`, '--event-name', /there is no "AssumeRoot"/],
  [`${AUDIT} --columns device_id`, '--columns', /there is no "device_id" here/],
  [`${AUDIT} --columns audit`, '--columns', /there is no "audit" here/],
  [`${AUDIT} --lookup-concurrency 0`, '--lookup-concurrency', /not a whole number/],
  [`${AUDIT} --broker`, '--broker', /needs a value/],
  [`${AUDIT} --user alice`, '--user', /no such option here/],
  [`${AUDIT} --allow /no/where`, '--allow', /no\/where/],
  [`${AUDIT} --profile-map /no/where`, '--profile-map', /no\/where/],
  [`${AUDIT} --aws-config /no/where`, '--aws-config', /cannot be read/],
  [`${AUDIT} --event-regions EU!`, '--event-regions', /no region/],
  ['untracked-sessions --since 7d --events - --sessions -', '--events', /--sessions already/],
  ['untracked-sessions --since 7d --events - -', '--events', /only once/],
  ['untracked-sessions --since 7d --events /no/where', '--events', /no file or folder/],
  ['untracked-sessions --since 200d --until 100d', '--until', /90 days/],
  ['untracked-sessions --since 200d --until 90d', '--until', /90 days/],
  ['export events --user alice', '--user', /is not for export events/],
  ['export events --table x', '--table', /is not for export events/],
  ['export events --broker x', '--broker', /is not for export events/],
  ['export events --columns category --events -', '--columns', /there is no "category" here/],
  ['export verdicts --status active', '--status', /is not for export verdicts/],
  ['export verdicts --columns device_id --events -', '--columns', /there is no "device_id" here/],
  ['export verdicts --fail-on none', '--fail-on', /no such option here/],
  ['export sessions --role x', '--role', /is not for export sessions/],
])('%s is a usage error', async (line, option, message) => {
  expect(await failureOf(line)).toMatchObject({
    option,
    message: expect.stringMatching(message),
    exitCode: 2,
  });
});

test('a hint says what lies beyond the 90 days, and what is near', async () => {
  const far = await failureOf('untracked-sessions --since 200d --until 100d');
  expect(far.hint).toContain('--events PATH');
  expect((await failureOf(`${AUDIT} --fail-on orphan`)).hint).toContain('orphaned');
});

test('an error names the variable that it came from', async () => {
  const env = { SENTINEL_AUDIT_FAIL_ON: 'all' };
  expect((await failureOf(AUDIT, env)).option).toBe('SENTINEL_AUDIT_FAIL_ON');
  const pattern = { SENTINEL_AUDIT_IDENTITY_PATTERN: '(' };
  expect((await failureOf(AUDIT, pattern)).option).toBe('SENTINEL_AUDIT_IDENTITY_PATTERN');
});

test('an AWS config file that is missing is blamed on whatever named it', async () => {
  const env = { AWS_CONFIG_FILE: '/no/where' };
  expect(await failureOf(AUDIT, env)).toMatchObject({
    option: 'AWS_CONFIG_FILE',
    message: expect.stringContaining('/no/where cannot be read') as string,
  });
  const given = await failureOf(`${AUDIT} --aws-config /no/such`, env);
  expect(given).toMatchObject({
    option: '--aws-config',
    message: expect.stringContaining('/no/such cannot be read') as string,
  });
  const setting = { ...env, SENTINEL_AUDIT_AWS_CONFIG: '/no/such' };
  expect((await failureOf(AUDIT, setting)).option).toBe('SENTINEL_AUDIT_AWS_CONFIG');
});
