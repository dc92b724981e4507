import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ended, cli, scratch } from '../support/cli.js';

/** Asking AWS would fail at once. */
const NO_AWS = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
const WEEK = ['--since', '2026-01-17', '--until', '2026-01-24'];
const EXAMPLES = [
  '--events',
  'examples/data/AWSLogs',
  '--sessions',
  'examples/data/sessions.ndjson',
];

function file(name: string, text: string): string {
  const path = join(scratch(), name);
  writeFileSync(path, text);
  return path;
}

/** A policy that requires these profiles. */
function policy(...profiles: string[]): string[] {
  const rule = `  - {name: tracked, effect: require_server_session, conditions: {profiles: [${profiles.join(', ')}]}}`;
  return ['--policy', file('policy.yaml', `version: "1"\nrules:\n${rule}\n`)];
}

const run = (...args: readonly string[]): Promise<Ended> =>
  cli(['session-compliance', ...args], { env: NO_AWS });

interface Report {
  readonly profiles: readonly Record<string, unknown>[];
  readonly [name: string]: unknown;
}
const reportOf = ({ stdout }: Ended): Report => JSON.parse(stdout) as Report;

describe('session-compliance', () => {
  it('counts untracked use of a role against the profile that is tracked through it', async () => {
    const ended = await run(...WEEK, ...EXAMPLES, ...policy('prod'), '--json');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe(`${JSON.stringify(reportOf(ended), null, 2)}\n`);
    expect(reportOf(ended)).toMatchObject({
      required_profiles: 1,
      fully_compliant_profiles: 0,
      profiles_with_gaps: 1,
      unattributed_events: 1,
      complete: true,
    });
    expect(reportOf(ended).profiles).toContainEqual({
      profile: 'prod',
      policy_required: true,
      policy_rule: 'tracked',
      tracked_count: 14,
      untracked_count: 2,
      compliance_rate: 87.5,
      has_gap: true,
      undetermined: false,
    });
  });

  it('agrees with untracked-sessions on the same input', async () => {
    const audit = await cli(['untracked-sessions', ...WEEK, ...EXAMPLES, '--json'], {
      env: NO_AWS,
    });
    const report = reportOf(await run(...WEEK, ...EXAMPLES, '--json'));
    const names = ['total_events', 'tracked_events', 'untracked_events', 'orphaned_events'];
    for (const name of [...names, 'excluded', 'anomalies', 'regions', 'start_time', 'end_time']) {
      expect(report[name], name).toEqual((JSON.parse(audit.stdout) as Report)[name]);
    }
  });

  it('never calls a profile compliant whose every use went around Sentinel', async () => {
    const sessions = ['--sessions', 'test/data/one-session.ndjson'];
    const around = [...WEEK, '--events', 'examples/data/AWSLogs', ...sessions, ...policy('prod')];
    const unplaced = await run(...around, '--json');
    expect(unplaced.code).not.toBe(0);
    expect(reportOf(unplaced).profiles.find(({ profile }) => profile === 'prod')).toMatchObject({
      has_gap: false,
      undetermined: true,
    });
    expect(reportOf(unplaced).fully_compliant_profiles).toBe(0);
    const map = file('map.yaml', 'ProductionAdmin: prod\n');
    const placed = await run(...around, '--json', '--profile-map', map);
    expect(placed.code).toBe(1);
    expect(reportOf(placed)).toMatchObject({ profiles_with_gaps: 1 });
    const config = file(
      'config',
      '[profile prod]\nrole_arn = arn:aws:iam::123456789012:role/ProductionAdmin\n',
    );
    expect((await run(...around, '--aws-config', config)).code).toBe(1);
  });

  it('ends with 0 when all is kept, and 3 when nobody can tell', async () => {
    const allow = file(
      'allow.yaml',
      'rules:\n  - {name: all, reason: known, event_name: AssumeRole}\n',
    );
    const kept = await run(...WEEK, ...EXAMPLES, ...policy('prod', 'staging'), '--allow', allow);
    expect([kept.code, kept.stdout]).toEqual([
      0,
      expect.stringContaining('Result: All required profiles fully compliant'),
    ]);
    const broken = file('broken.json', '{"Records":[{"eventSource":"sts.amazonaws.com"');
    const part = await run(...WEEK, '--events', broken, ...EXAMPLES.slice(2), ...policy('prod'));
    expect([part.code, part.stdout]).toEqual([3, expect.stringContaining('Incomplete')]);
  });

  it('lists a required profile without events, and the one that is asked for', async () => {
    const { profiles } = reportOf(await run(...WEEK, ...EXAMPLES, ...policy('backup'), '--json'));
    expect(profiles).toContainEqual(
      expect.objectContaining({ profile: 'backup', tracked_count: 0, untracked_count: 0 }),
    );
    const asked = reportOf(await run(...WEEK, ...EXAMPLES, '--profile', 'nobody', '--json'));
    expect(asked.profiles).toMatchObject([{ profile: 'nobody', tracked_count: 0 }]);
  });

  it('says so where no policy is given, and requires nothing', async () => {
    const { code, stdout } = await run(...WEEK, ...EXAMPLES);
    expect([code, stdout]).toEqual([0, expect.stringContaining('no policy given')]);
  });

  it('--fail-on chooses what makes a gap fail, and none turns 1 off', async () => {
    const args = [...WEEK, ...EXAMPLES, ...policy('staging')];
    expect((await run(...args, '--fail-on', 'non_sentinel_format')).code).toBe(1);
    expect((await run(...args, '--fail-on', 'orphaned')).code).toBe(0);
    expect((await run(...args, '--fail-on', 'after_revocation')).code).toBe(1);
    expect((await run(...args, '--fail-on', 'none')).code).toBe(0);
  });

  it('writes annotations that a profile cannot break out of', async () => {
    const sessions = file(
      'sessions.ndjson',
      `${JSON.stringify({
        id: 'a1b2c3d4e5f67890',
        user: 'alice',
        profile: 'prod\n::error::forged %0A',
        status: 'active',
        started_at: '2026-01-20T10:00:00Z',
        expires_at: '2026-01-20T18:00:00Z',
        created_at: '2026-01-20T10:00:00Z',
      })}\n`,
    );
    const rules = 'version: "1"\nrules:\n  - {name: tracked, effect: require_server_session}\n';
    const policyFile = ['--policy', file('policy.yaml', rules)];
    const logs = ['--events', 'examples/data/AWSLogs', '--sessions', sessions];
    const { stdout } = await run(...WEEK, ...logs, ...policyFile, '--format', 'github');
    for (const line of stdout.trimEnd().split('\n'))
      expect(line).toMatch(/^::(error|warning) title=/);
    expect(stdout).toContain('prod%0A::error::forged %250A');
  });
});

describe('session-compliance refuses before it reads', () => {
  it.each<[string, readonly string[], string]>([
    ['no --since', ['--events', 'examples/data/AWSLogs'], '--since: is needed'],
    ['no policy to explain', ['--explain-policy'], '--explain-policy: needs --policy FILE'],
    [
      'a policy that is wrong',
      [...WEEK, '--policy', file('p.yaml', 'version: "2"\nrules: []\n')],
      'p.yaml:1:10: version',
    ],
    ['github elsewhere', [], ''],
  ])('%s', async (_, args, message) => {
    if (message === '') {
      const { code, stderr } = await cli(['export', '--format', 'github'], { env: NO_AWS });
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining('github is for session-compliance'),
      ]);
      return;
    }
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('every error of a policy at once, each with its line', async () => {
    const path = file(
      'p.yaml',
      'version: "1"\nrules:\n  - {name: a, effect: permit}\n  - {effect: deny, conditions: {mode: [serve]}}\n',
    );
    const { code, stderr } = await run(...WEEK, '--policy', path);
    expect(code).toBe(2);
    expect(stderr).toContain(`${path}:3:`);
    expect(stderr).toContain(`${path}:4:`);
  });
});
