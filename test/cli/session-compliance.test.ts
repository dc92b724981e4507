import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ended, cli, scratch } from '../support/cli.js';
import type { TrailRecord } from '../support/cloudtrail.js';
import { type Row, idOf, sessionRow } from '../support/sessions.js';
import {
  VOUCHED,
  ndjsonOf,
  roleArn,
  roleRecord,
  runOver,
  untracked,
  writeTrail,
} from '../support/trail.js';

/** Asking AWS would fail at once. */
const NO_AWS = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
const WEEK = ['--since', '2026-01-17', '--until', '2026-01-24'];
const EXAMPLE_FILES = [
  '--events',
  'examples/data/AWSLogs',
  '--sessions',
  'examples/data/sessions.ndjson',
];
/** The examples, whose sessions are all there. */
const EXAMPLES = [...EXAMPLE_FILES, ...VOUCHED];

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
      unverifiable_count: 0,
      compliance_rate: 87.5,
      has_gap: true,
      undetermined: false,
    });
  });

  it('counts what cannot be verified apart, in no rate and no gap', async () => {
    const ended = await run(...WEEK, ...EXAMPLE_FILES, ...policy('prod'), '--json');
    const { compliance_rate, ...row } = rowOf(ended, 'prod') as Report;
    expect(row).toMatchObject({ tracked_count: 14, untracked_count: 1, unverifiable_count: 1 });
    expect(compliance_rate).toBeCloseTo((14 / 15) * 100, 10);
    expect(reportOf(ended)).toMatchObject({ orphaned_events: 0, unverifiable_events: 1 });
  });

  it('agrees with untracked-sessions on the same input', async () => {
    const audit = await cli(['untracked-sessions', ...WEEK, ...EXAMPLES, '--json'], {
      env: NO_AWS,
    });
    const report = reportOf(await run(...WEEK, ...EXAMPLES, '--json'));
    const kinds = ['total', 'tracked', 'untracked', 'orphaned', 'unverifiable', 'unattributed'];
    const names = [...kinds.map((kind) => `${kind}_events`), 'excluded', 'anomalies', 'regions'];
    for (const name of [...names, 'start_time', 'end_time', 'complete', 'rejected', 'coverage']) {
      expect(report, name).toHaveProperty(name);
      expect(report[name], name).toEqual((JSON.parse(audit.stdout) as Report)[name]);
    }
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
});

/** Sessions of prod and of dev, which began at noon of 2026-01-20 and two minutes later. */
const PROD = sessionRow(5040, { status: 'active' });
const DEV = sessionRow(5042, { status: 'active' });
const AFTER_ALL = '2026-01-20T12:30:00Z';
const trackedBy = (n: number, session: Row, more: Parameters<typeof roleRecord>[1] = {}) =>
  roleRecord(n, { at: '2026-01-20T12:05:00Z', tag: String(session['id']), ...more });
/** Of a session that is not there. */
const unverifiable = (n: number): TrailRecord =>
  roleRecord(n, { at: '2026-01-18T00:00:00Z', identity: `sentinel-${idOf(9)}` });
const over = (
  records: readonly TrailRecord[],
  sessions: readonly Row[],
  ...args: readonly string[]
): Promise<Ended> => runOver(['session-compliance'], records, sessions, args);
/** As {@link over}, of sessions that nobody vouches for. */
const overUnsure = (
  records: readonly TrailRecord[],
  sessions: readonly Row[],
  ...args: readonly string[]
): Promise<Ended> => {
  const files = ['--sessions', file('sessions.ndjson', ndjsonOf(sessions))];
  return run(...WEEK, '--events', writeTrail(records), ...files, ...args);
};
const configOf = (profile: string, role = 'Prod'): string[] => [
  '--aws-config',
  file('config', `[profile ${profile}]\nrole_arn = ${roleArn(role)}\n`),
];
const mapOf = (...lines: string[]): string[] => [
  '--profile-map',
  file('map.yaml', lines.join('\n')),
];
const rowOf = (ended: Ended, profile: string): unknown =>
  reportOf(ended).profiles.find((row) => row['profile'] === profile);

describe('whose a role is', () => {
  const bypasses = [roleRecord(8), roleRecord(9)];

  it('is not learned from an event that cannot be right', async () => {
    for (const [at, way] of [
      [AFTER_ALL, { role_name: 2 }],
      ['2026-01-20T12:05:00Z', { tracked: 2 }],
    ] as const) {
      const ended = await over([trackedBy(1, DEV, { at }), ...bypasses], [PROD, DEV], '--json');
      expect(reportOf(ended)).toMatchObject({ tracked_events: 1, attributed_by: way });
    }
  });

  it.each([
    ['one that cannot be right', AFTER_ALL],
    ['a sound one', '2026-01-20T12:05:00Z'],
  ])('is not moved away from the AWS config by %s', async (_, at) => {
    const records = [trackedBy(1, DEV, { at }), ...bypasses];
    const ended = await over(
      records,
      [PROD, DEV],
      ...policy('prod'),
      ...configOf('prod'),
      '--json',
    );
    expect(ended.code).toBe(1);
    expect(rowOf(ended, 'prod')).toMatchObject({ untracked_count: 2, has_gap: true });
  });

  it.each([
    ['only events that cannot be right were tracked through it', [AFTER_ALL], 'prod'],
    ['another profile was tracked through it, and it has its name', [], 'Prod'],
    ['the same, in an event that cannot be right', [], 'Prod'],
  ])('may be that of a required profile where %s', async (way, ats, required) => {
    const dressed = way.includes('cannot be right') && ats.length === 0;
    const records = [
      ...ats.map((at, n) => trackedBy(n + 1, PROD, { at })),
      trackedBy(5, DEV, {
        at: dressed ? AFTER_ALL : '2026-01-20T12:05:00Z',
        ...(ats.length > 0 && { role: 'Dev' }),
      }),
      trackedBy(6, PROD, { role: 'Known' }),
      ...bypasses,
    ];
    const args = [...policy(required), '--json'];
    const ended = await over(records, [PROD, DEV], ...args);
    expect(ended.code).toBe(1);
    expect(rowOf(ended, required)).toMatchObject({ untracked_count: 2, has_gap: true });
    const asked = await untracked(records, [PROD, DEV], ['--profile', required, '--json']);
    expect(JSON.parse(asked.stdout)).toMatchObject({ untracked_events: 2 });
    const mapped = await over(records, [PROD, DEV], ...args, ...mapOf('Prod: dev', 'Dev: dev'));
    expect(rowOf(mapped, required)).toMatchObject({ untracked_count: 0, has_gap: false });
  });

  it('is known by a session of that very role, though nothing is tracked', async () => {
    const required = [...policy(roleArn('Prod')), '--json'];
    const known = await over(bypasses, [sessionRow(0, { profile: roleArn('Prod') })], ...required);
    expect(known.code).toBe(1);
    expect(rowOf(known, roleArn('Prod'))).toMatchObject({ untracked_count: 2, has_gap: true });
    expect(reportOf(known)['attributed_by']).toEqual({ session_profile: 2 });
  });

  it('is that of a required profile that is this very role, wherever else it is placed', async () => {
    const required = [...policy(roleArn('Prod')), '--json'];
    for (const records of [bypasses, [trackedBy(1, DEV), ...bypasses]]) {
      const ended = await over(records, [PROD, DEV], ...required);
      expect(ended.code).toBe(1);
      expect(rowOf(ended, roleArn('Prod'))).toMatchObject({ untracked_count: 2, has_gap: true });
    }
  });

  it('is not known by a policy that names an ARN alone, which may be mistyped', async () => {
    const required = [...policy(roleArn('Prod')), '--json'];
    const other = await over([roleRecord(8, { role: 'Other' })], [PROD], ...required);
    expect([other.code, rowOf(other, roleArn('Prod'))]).toMatchObject([3, { undetermined: true }]);
  });

  it('may be that of a session that was not used, where a policy requires any', async () => {
    const any = file(
      'any.yaml',
      `version: "1"
rules:
  - {name: dev, effect: allow, conditions: {profiles: [dev]}}
  - {name: all, effect: require_server_session, conditions: {mode: [server]}}
`,
    );
    const unused = sessionRow(0, { profile: 'staging' });
    const role = { role: 'staging' };
    const records = [trackedBy(1, DEV, role), roleRecord(2, role)];
    const ended = await over(records, [unused, DEV], '--policy', any, '--json');
    expect(ended.code).toBe(1);
    expect(rowOf(ended, 'staging')).toMatchObject({ untracked_count: 1, has_gap: true });
    const dev = await over(records, [DEV], '--policy', any, '--json');
    expect([dev.code, rowOf(dev, 'staging')]).toEqual([0, undefined]);
  });

  it('stays what it is where a suspicion adds a required profile, which is said', async () => {
    const suspect = trackedBy(2, PROD, { at: AFTER_ALL, role: 'Dev' });
    const records = [trackedBy(1, DEV, { role: 'Dev' }), suspect, roleRecord(3, { role: 'Dev' })];
    const ended = await over(records, [PROD, DEV], ...policy('prod'), '--json');
    expect(ended.code).toBe(1);
    for (const profile of ['dev', 'prod']) {
      expect(rowOf(ended, profile)).toMatchObject({ untracked_count: 1 });
    }
    expect(ended.stderr).toContain(
      'note: 1 untracked call is also counted against profiles seen with this role only in anomalous or possibly chained calls; use --profile-map to settle it\n',
    );
    expect(reportOf(ended)['caveats']).toContainEqual(
      expect.objectContaining({ code: 'suspected_profile', count: 1, weight: 'note' }),
    );
  });

  it('that an event does not say may be any: code 3, and a note', async () => {
    const roleless = roleRecord(2, { more: { requestParameters: null, resources: undefined } });
    const ended = await over([trackedBy(1, PROD), roleless], [PROD], ...policy('prod'), '--json');
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain(
      '1 untracked call has no role ARN: counted under unknown, and may belong to any profile',
    );
  });

  it('is that of all who share it, required or not, the most used first', async () => {
    const shared = [trackedBy(1, PROD), trackedBy(2, PROD), trackedBy(3, DEV), roleRecord(4)];
    const asked = ['--profile', 'dev', '--json'];
    const { profiles } = reportOf(await over(shared, [PROD, DEV], ...asked));
    expect(profiles).toMatchObject([{ profile: 'dev', tracked_count: 1, untracked_count: 1 }]);
    const audit = JSON.parse((await untracked(shared, [PROD, DEV], asked)).stdout) as Report;
    expect(audit).toMatchObject({
      untracked_events: 1,
      untracked_sessions: [{ profile: 'prod;dev' }],
    });
    for (const args of [[], policy('prod'), policy('dev')]) {
      const all = await over(shared, [PROD, DEV], '--json', ...args);
      expect(rowOf(all, 'prod')).toMatchObject({ tracked_count: 2, untracked_count: 1 });
      expect(rowOf(all, 'dev')).toMatchObject({ tracked_count: 1, untracked_count: 1 });
      expect(all.code).toBe(args.length === 0 ? 0 : 1);
    }
  });

  it.each(['session-compliance', 'untracked-sessions'])(
    'is pointed out by %s where the map says it of a role that nobody assumed',
    async (command) => {
      const lines = [
        'Admin: prod',
        `${roleArn('Prod')}: prod`,
        `${roleArn('Prdo')}: dev`,
        'Deev: dev',
      ];
      const records = [trackedBy(1, PROD), roleRecord(2, { role: 'Admin' })];
      const used = await runOver([command], records, [PROD], mapOf(...lines.slice(0, 2)));
      expect(used.stderr).not.toContain('of the profile map');
      const { stderr } = await runOver([command], records, [PROD], mapOf(...lines));
      expect(stderr).toContain(
        `note: no call assumed these roles of the profile map: ${roleArn('Prdo')}, Deev\n`,
      );
    },
  );
});

describe('a profile that is really called unknown', () => {
  it('keeps its tracked events, beside those of sessions without a profile', async () => {
    const named = sessionRow(5040, { status: 'active', profile: 'unknown' });
    const bare = sessionRow(5042, { status: 'active', profile: undefined });
    const records = [trackedBy(1, named), trackedBy(2, named), trackedBy(3, PROD)];
    const alone = await over(records.slice(0, 2), [named], ...policy('unknown'), '--json');
    expect([alone.code, reportOf(alone).profiles]).toEqual([
      0,
      [expect.objectContaining({ profile: 'unknown', tracked_count: 2, compliance_rate: 100 })],
    ]);
    const both = reportOf(await over([...records, trackedBy(4, bare)], [named, bare], '--json'));
    expect(both.profiles).toMatchObject([{ profile: 'unknown', tracked_count: 4 }]);
    expect(both['tracked_events']).toBe(4);
  });
});

describe('--profile leaves out of the exit code what is of another', () => {
  it.each([
    ['prod', 1],
    ['dev', 0],
  ])('an anomaly: %s ends with %i', async (profile, expected) => {
    const records = [trackedBy(1, PROD, { at: AFTER_ALL }), trackedBy(2, DEV)];
    const args = ['--profile', profile, '--fail-on', 'outside_session'];
    for (const format of ['human', 'csv']) {
      const ended = await over(records, [PROD, DEV], ...args, '--format', format);
      expect(ended.code).toBe(expected);
      expect(`${ended.stdout}${ended.stderr}`.includes('outside_session')).toBe(expected === 1);
    }
  });

  it.each([
    ['prod', 3],
    ['dev', 0],
  ])('an event that cannot be verified: %s ends with %i', async (profile, expected) => {
    const records = [trackedBy(1, PROD), trackedBy(2, DEV, { role: 'Dev' }), unverifiable(3)];
    const { code, stderr } = await overUnsure(records, [PROD, DEV], '--profile', profile);
    expect(code).toBe(expected);
    expect(stderr.includes('could not be verified')).toBe(expected === 3);
    expect((await over(records, [PROD, DEV], '--profile', profile)).code).toBe(0);
  });
});

describe('what could not be told is said on standard error', () => {
  const records = [
    trackedBy(1, PROD),
    trackedBy(2, PROD, { at: AFTER_ALL }),
    unverifiable(3),
    roleRecord(4, { role: 'Unseen' }),
    roleRecord(5, { more: { errorCode: 'AccessDenied', responseElements: null } }),
  ];

  it.each(['human', 'json', 'csv', 'ndjson', 'github', 'ocsf'])('in %s', async (format) => {
    const args = [...policy('prod', 'backup'), '--format', format];
    const { code, stdout, stderr } = await overUnsure(records, [PROD], ...args);
    expect(code).toBe(3);
    expect(stderr).toContain('note: 1 call could not be verified: ');
    expect(stderr).toMatch(
      /note: [^\n]*backup[^\n]*: no role of it is known, and 1 untracked call could only be placed by the name of the role; give --profile-map\n/,
    );
    if (format === 'human') {
      expect(stdout).toContain('\nUnverifiable events: 1\n');
      expect(stderr).not.toContain('counted apart');
      return;
    }
    expect(stderr)
      .toContain(`4 events judged: 2 tracked (66.7%), 1 untracked, 0 orphaned, 1 unverifiable
counted apart: 0 service calls, 1 failed calls, 0 duplicates, 0 outside window, 0 not judged, 0 allowed, 0 filtered out
anomalies: 1 outside_session
untracked events placed: 1 by tracked, 1 by role_name
`);
  });

  it('a profile that is undetermined for one reason is not said to be so for another', async () => {
    const fact = /note: it cannot be decided whether ([^\n]*) is compliant: no role of it is known/;
    const { stderr } = await overUnsure(records, [PROD], ...policy('prod', 'backup'));
    expect(fact.exec(stderr)?.[1]).toBe('backup');
  });

  it('a profile that is undetermined by what cannot be verified needs no map', async () => {
    const some = [trackedBy(1, PROD), unverifiable(3)];
    const { stderr } = await overUnsure(some, [PROD], ...policy('prod'));
    expect(stderr).toContain('it cannot be decided whether prod is compliant');
    expect(stderr).not.toContain('--profile-map');
  });

  it.each([
    ['--profile', 'nobody', 3],
    ['--role', roleArn('Nobody'), 0],
  ])('%s %s, of which nothing is known, has no rate', async (option, name, expected) => {
    const some = [trackedBy(1, PROD), roleRecord(2)];
    const { code, stdout, stderr } = await over(some, [PROD], option, name, '--format', 'csv');
    expect(code).toBe(expected);
    expect(stderr).toContain('0 events judged: 0 tracked');
    expect(stderr).not.toContain('%');
    expect(stdout).not.toMatch(/,100,/);
  });

  it('and nothing is said where all could be told', async () => {
    const args = [...policy('prod'), ...configOf('prod')];
    const { code, stderr } = await over(records.slice(0, 1), [PROD], ...args);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('note: ')]);
  });

  it('also that two ways place a role differently', async () => {
    const { stderr } = await over([trackedBy(1, PROD)], [PROD], ...configOf('dev'), '--json');
    expect(stderr).toContain(
      'note: 1 role maps to different profiles in two sources (profile map, tracked calls, AWS config); use --profile-map to settle it\n',
    );
  });
});

it('--explain-policy goes to the file that --out names', async () => {
  const folder = scratch();
  const out = join(folder, 'why.json');
  const { code, stdout } = await run('--explain-policy', ...policy('prod', 'dev'), '--out', out);
  expect([code, stdout, readdirSync(folder)]).toEqual([0, '', ['why.json']]);
  expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
    profiles: [{ profile: 'dev', policy_rule: 'tracked' }, { profile: 'prod' }],
  });
});
