import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import { formatInstant, parseInstant } from '../../../src/model/time/instant.js';
import {
  type AuditOptions,
  checkCompliance,
  checkUntracked,
  checkVerdicts,
} from '../../../src/options/check/audit-options.js';
import { checkEvents } from '../../../src/options/check/event-options.js';
import { readRequest } from '../../../src/options/read/request.js';
import { fileOf, roleArn } from '../../support/trail.js';

type Env = Readonly<Record<string, string>>;
const now = parseInstant('2026-01-24T12:00:00Z')!;
const AUDIT = 'untracked-sessions --since 7d --events /dev/null';
const LOOKUP = 'untracked-sessions --since 7d';

/** What a command line comes to; `export events` has only a part of it. */
async function optionsOf(line: string, given: Env = {}): Promise<AuditOptions> {
  const env = { HOME: '/nonexistent', AWS_CONFIG_FILE: '/dev/null', ...given };
  const request = await readRequest(line.split(' '), env, '1.2.3', 80);
  if (request.kind !== 'command') throw new Error(`${line} is ${request.kind}`);
  if (request.name === 'untracked-sessions') return checkUntracked(request.given, env, now);
  if (request.name === 'session-compliance') return checkCompliance(request.given, env, now);
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
    sessions: { table: 'sentinel-sessions', sessions: [] },
    output: { format: 'table' },
    brokers: [],
    allow: [],
    kinds: { serviceCalls: false, failedCalls: false },
    lookupConcurrency: 8,
    role: undefined,
    profile: undefined,
    clipped: undefined,
    vouched: undefined,
    maxSession: 43_200,
  });
  expect([...options.failOn]).toEqual(['no_source_identity', 'non_sentinel_format', 'orphaned']);
  expect(options.readIdentity('sentinel-0123456789abcdef')).toBeDefined();
});

test('every option is taken over', async () => {
  const allow = fileOf('allow.yaml', 'rules: [{ name: CI, reason: deploys, role: "*" }]');
  const map = fileOf('map.yaml', `${roleArn('Prod')}: prod\n`);
  const config = fileOf('config', `[profile dev]\nrole_arn = ${roleArn('Dev')}\n`);
  const policy = fileOf('policy.yaml', 'version: "1"\nrules: [{ name: r, effect: allow }]');
  const options = await optionsOf(
    `${AUDIT} --include-service-calls --include-failed-calls --role ${roleArn('R*')} --profile p --policy ${policy} --max-session 1h --sessions-since 2026-01-01 --sessions-until 1d ` +
      `--broker a b* --lookup-concurrency 3 --identity-pattern s-.+ ` +
      `--allow ${allow} --profile-map ${map} --aws-config ${config}`,
  );
  expect(options).toMatchObject({
    kinds: { serviceCalls: true, failedCalls: true },
    role: roleArn('R*'),
    policy: { policy: { rules: [{ name: 'r' }] }, warnings: [expect.anything()] },
    maxSession: 3600,
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

describe('sessions are vouched for', () => {
  const vouchedBy = async (line: string): Promise<unknown> => (await optionsOf(line)).vouched;

  test('in every command that judges, from a time on or between two', async () => {
    const since = parseInstant('2026-01-10T00:00:00Z');
    const until = parseInstant('2026-01-20T00:00:00Z');
    for (const command of ['untracked-sessions', 'session-compliance', 'export verdicts']) {
      const line = `${command} --since 7d --events - --sessions-since 2026-01-10`;
      expect(await vouchedBy(line)).toEqual({ since, until: undefined });
      expect(await vouchedBy(`${line} --sessions-until 2026-01-20`)).toEqual({ since, until });
      expect((await optionsOf(line)).maxSession).toBe(12 * 3600);
    }
  });

  test.each([
    ['--sessions-until 1d', '--sessions-until', /needs --sessions-since WHEN/],
    ['--sessions-since 1d --sessions-until 2d', '--sessions-since', /the window is backwards/],
    ['--sessions-since soon', '--sessions-since', /is not a duration or a time/],
    ['--max-session 0h', '--max-session', /"0h" is shorter than a second/],
    ['--max-session 999ms', '--max-session', /"999ms" is shorter than a second/],
    ['--max-session 12', '--max-session', /"12" is not a duration/],
    ['--max-session 1.5d2x', '--max-session', /is not a duration/],
  ])('and wrong ones are refused: %s', async (more, option, message) => {
    const failure = await failureOf(`${AUDIT} ${more}`);
    expect(failure).toMatchObject({ option, message: expect.stringMatching(message) });
  });
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
    const { from } = await optionsOf(`${LOOKUP} --event-regions eu-west-1,us-east-1,eu-west-1`);
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
  [`${AUDIT} --fail-on orphan`, '--fail-on', /"orphan" is not a valid value/],
  [`${AUDIT} --fail-on tracked`, '--fail-on', /"tracked" is not a valid value/],
  [`${AUDIT} --fail-on none,orphaned`, '--fail-on', /"none" cannot be combined/],
  [`${AUDIT} --fail-on orphaned,orphaned`, '--fail-on', /given twice/],
  [`${AUDIT} --identity-pattern (`, '--identity-pattern', /./],
  [`${AUDIT} --event-name AssumeRol`, '--event-name', /"AssumeRol" is not a valid value/],
  [`${AUDIT} --event-name AssumeRoot`, '--event-name', /"AssumeRoot" is not a valid value/],
  [`${AUDIT} --columns device_id`, '--columns', /"device_id" is not a valid value/],
  [`${AUDIT} --columns audit`, '--columns', /"audit" is not a valid value/],
  [`${AUDIT} --lookup-concurrency 0`, '--lookup-concurrency', /not a whole number/],
  [`${AUDIT} --broker`, '--broker', /needs a value/],
  [`${AUDIT} --user alice`, '--user', /is not an option of/],
  [`${AUDIT} --allow /no/where`, '--allow', /no\/where/],
  [`${AUDIT} --profile-map /no/where`, '--profile-map', /no\/where/],
  [`${AUDIT} --aws-config /no/where`, '--aws-config', /there is no file/],
  [`${LOOKUP} --event-regions EU!`, '--event-regions', /not a valid region name/],
  [`${LOOKUP} --event-accounts 111122223333`, '--event-accounts', /is only for/],
  [`${LOOKUP} --event-regions all,us-east-1`, '--event-regions', /cannot be combined/],
  [
    'untracked-sessions --since 7d --events - --sessions -',
    '--events',
    /already read by --sessions/,
  ],
  ['untracked-sessions --since 7d --events - -', '--events', /only once/],
  ['untracked-sessions --since 7d --events /no/where', '--events', /no file or folder/],
  ['untracked-sessions --since 7d --events s3://b/x', '--events', /is not a place in S3/],
  ['untracked-sessions --since 7d --events S3://logs/x', '--events', /is not a place in S3/],
  ['export --out s3://bucket', '--out', /is not an object/],
  ['export --out s3://bucket/folder/', '--out', /is not an object/],
  ['export --sessions s3://bucket/a --out s3://bucket/a/x.csv', '--out', /which is read/],
  ['export --rejects s3://bucket/x', '--rejects', /a file of this machine/],
  ['export --out x.csv --sse-kms-key-id alias/a', '--sse-kms-key-id', /only for an output in S3/],
  ['untracked-sessions --since 200d --until 100d', '--until', /90 days/],
  ['untracked-sessions --since 200d --until 90d', '--until', /90 days/],
  [
    'export events --events - --format ocsf --out a.parquet.gz',
    '--out',
    /cannot be compressed again/,
  ],
  ['export events --user alice', '--user', /is not an option of export events/],
  ['export events --table x', '--table', /is not an option of export events/],
  ['export events --broker x', '--broker', /is not an option of export events/],
  ['export events --columns category --events -', '--columns', /"category" is not a valid value/],
  ['export verdicts --status active', '--status', /is not an option of export verdicts/],
  [
    'export verdicts --columns device_id --events -',
    '--columns',
    /"device_id" is not a valid value/,
  ],
  ['export verdicts --fail-on none', '--fail-on', /is not an option of/],
  ['export sessions --role x', '--role', /is not an option of export sessions/],
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
    message: expect.stringContaining('there is no file /no/where') as string,
  });
  const given = await failureOf(`${AUDIT} --aws-config /no/such`, env);
  expect(given).toMatchObject({
    option: '--aws-config',
    message: expect.stringContaining('there is no file /no/such') as string,
  });
  const setting = { ...env, SENTINEL_AUDIT_AWS_CONFIG: '/no/such' };
  expect((await failureOf(AUDIT, setting)).option).toBe('SENTINEL_AUDIT_AWS_CONFIG');
});
