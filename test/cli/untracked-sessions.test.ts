import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, cli, objects, scratch } from '../support/cli.js';
import { type TrailRecord, eventIdOf } from '../support/cloudtrail.js';
import { type Endpoint, createTable, startDynalite } from '../support/dynamodb.js';
import { ended, runProgram, startProgram } from '../support/program.js';
import { type Fault, startProxy } from '../support/proxy.js';
import { type Row, idOf, sessionRow, sessionRows } from '../support/sessions.js';
import {
  type AuditDocument,
  NO_AWS,
  WINDOW,
  auditOf,
  fileOf,
  ndjsonOf,
  roleArn,
  roleRecord,
  untracked,
  writeTrail,
} from '../support/trail.js';

/** Alice's session in prod, from noon of 2026-01-20 for a quarter of an hour. */
const SESSION = sessionRow(5040, { status: 'active' });
/** No role event: a log without any is no empty trail. */
const OTHER = roleRecord(99, { more: { eventName: 'GetCallerIdentity' } });
const ID = idOf(5040);
/** One of the week before, so that what is orphaned can be told to be. */
const OLD = sessionRow(0, { created_at: '2026-01-10T00:00:00Z' });

const tracked = (n: number, at = '2026-01-20T12:05:00Z'): TrailRecord =>
  roleRecord(n, { at, tag: ID });
const bypass = (n: number, more: TrailRecord = {}): TrailRecord => roleRecord(n, { more });
const orphan = (n: number, at?: string): TrailRecord =>
  roleRecord(n, { identity: `sentinel-${idOf(9)}`, ...(at !== undefined && { at }) });
const service = { userIdentity: { type: 'AWSService', invokedBy: 'rds.amazonaws.com' } };
const failed = { errorCode: 'AccessDenied', requestParameters: null, responseElements: null };
/** Calls that issued credentials, and do not say of which role. */
const roleless = (n: number): TrailRecord =>
  bypass(n, { requestParameters: null, resources: undefined });
/** The ids of these calls in the order of findings of one time. */
const inOrderOfIds = (...calls: readonly number[]): string[] => calls.map(eventIdOf).toSorted();
const foundIn = ({ untracked_sessions }: AuditDocument, name = 'event_id'): unknown[] =>
  untracked_sessions.map((finding) => finding[name]);
const run = (records: readonly TrailRecord[], args: readonly string[] = []): Promise<Ended> =>
  untracked(records, [SESSION, OLD], args);

describe('the JSON document', () => {
  it('has exactly these fields, written as JSON.stringify would', async () => {
    const { code, stdout, stderr } = await run(
      [tracked(1), tracked(2, '2026-01-20T13:00:00Z'), bypass(3), orphan(4)],
      ['--json'],
    );
    const document = JSON.parse(stdout) as AuditDocument;
    expect(stdout).toBe(`${JSON.stringify(document, null, 2)}\n`);
    expect(document).toEqual({
      start_time: '2026-01-17T00:00:00Z',
      end_time: '2026-01-24T00:00:00Z',
      total_events: 4,
      tracked_events: 2,
      untracked_events: 1,
      orphaned_events: 1,
      unverifiable_events: 0,
      unattributed_events: 0,
      compliance_rate: 50,
      complete: true,
      rejected: 0,
      regions: ['us-east-1'],
      excluded: {
        service_calls: 0,
        failed_calls: 0,
        duplicates: 0,
        outside_window: 0,
        not_judged: 0,
        allowed: 0,
        filtered_out: 0,
      },
      not_judged_by_name: {},
      coverage: {
        sessions: {
          sources: [{ name: 'session files', sessions: 2, without_source_identity: 2 }],
          spans: [{ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }],
        },
        events: {
          accounts: ['111122223333'],
          regions: ['us-east-1'],
          first_day: '2026-01-20',
          last_day: '2026-01-20',
          files: 1,
          missing: ['no log file of 2026-01-17 to 2026-01-19, 2026-01-21 to 2026-01-23'],
        },
      },
      caveats: ['unchecked_callers', 'sessions_without_identity', 'orphans_of_tvm'].map(
        (cause) => expect.objectContaining({ code: cause, weight: 'note' }) as unknown,
      ),
      anomalies: { outside_session: 1 },
      untracked_sessions: [
        expect.objectContaining({
          event_id: eventIdOf(4),
          source_identity: `sentinel-${idOf(9)}`,
          category: 'orphaned',
        }),
        {
          event_id: eventIdOf(3),
          event_time: '2026-01-20T12:00:00Z',
          event_name: 'AssumeRole',
          role_arn: roleArn('Prod'),
          principal_id: 'AROAEXAMPLEBROKER:i-0abc',
          caller_arn: 'arn:aws:sts::111122223333:assumed-role/Broker/i-0abc',
          caller_account_id: '111122223333',
          account_id: '111122223333',
          region: 'us-east-1',
          source_ip: '198.51.100.7',
          user_agent: 'aws-sdk-go-v2/1.30.0',
          category: 'no_source_identity',
          reason: 'No SourceIdentity set on AssumeRole call',
          profile: 'prod',
        },
      ],
      anomalous_sessions: [expect.objectContaining({ event_id: eventIdOf(2) })],
    });
    expect(code).toBe(1);
    expect(stderr).toContain('4 events judged: 2 tracked (50.0%), 1 untracked, 1 orphaned\n');
  });

  it('is whole without role events, and says when CloudTrail may still be delivering', async () => {
    const { stdout } = await run([OTHER], ['--json']);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(stdout).toBe(`${JSON.stringify(document, null, 2)}\n`);
    expect(document).toMatchObject({
      total_events: 0,
      compliance_rate: 100,
      complete: true,
      regions: [],
      anomalies: {},
      untracked_sessions: [],
    });
    expect(document).not.toHaveProperty('fresh_until');
    const fresh = await run([], ['--json', '--since', '1h', '--until', '5m']);
    expect(fresh.stdout).toMatch(/"fresh_until": "20\d\d-/);
    expect(fresh.stderr).toContain('CloudTrail may still be delivering');
  });

  it('has a rate that is the number, not the text', async () => {
    const { compliance_rate } = await auditOf([tracked(1), bypass(2), bypass(3)], [SESSION]);
    expect(compliance_rate).toBeCloseTo(100 / 3, 10);
  });
});

describe('CSV and NDJSON have one finding a row, and the summary on standard error', () => {
  const records = [tracked(1), bypass(2), orphan(3), tracked(4, '2026-01-20T13:00:00Z')];

  it('csv', async () => {
    const { code, stdout, stderr } = await run(records, ['--format', 'csv']);
    const rows = parse(stdout, { columns: true }) as Record<string, string>[];
    expect(Object.keys(rows[0]!).slice(0, 15)).toEqual(
      'event_id,event_time,event_name,role_arn,principal_id,caller_arn,caller_account_id,account_id,region,source_ip,user_agent,source_identity,category,reason,profile'.split(
        ',',
      ),
    );
    expect(rows.map(({ event_id }) => event_id)).toEqual([eventIdOf(3), eventIdOf(2)]);
    expect(stderr).toContain('4 events judged: 2 tracked (50.0%), 1 untracked, 1 orphaned\n');
    expect(stderr).toContain('counted apart: ');
    expect(code).toBe(1);
  });

  it('ndjson', async () => {
    const { stdout, stderr } = await run(records, ['--format', 'ndjson']);
    const { untracked_sessions } = await auditOf(records, [SESSION, OLD]);
    expect(objects(stdout)).toEqual(untracked_sessions);
    expect(stderr).toContain('4 events judged: ');
  });

  it('with the columns that are asked for, and a header alone without findings', async () => {
    const args = ['--format', 'csv', '--columns', 'category,event_id'];
    expect((await run(records, args)).stdout).toBe(
      `category,event_id\norphaned,${eventIdOf(3)}\nno_source_identity,${eventIdOf(2)}\n`,
    );
    expect((await run([tracked(1)], args)).stdout).toBe('category,event_id\n');
  });
});

describe('what is counted apart is in no total', () => {
  const pair = (n: number, sharedEventID: string, other = false): TrailRecord =>
    bypass(n, {
      sharedEventID,
      ...(other && {
        recipientAccountId: '444455556666',
        userIdentity: { type: 'AWSAccount', principalId: 'AROA:x', accountId: '111122223333' },
      }),
    });
  const records = [
    tracked(1),
    bypass(2),
    orphan(3),
    bypass(4, service),
    bypass(5, { userIdentity: { invokedBy: 'ec2.amazonaws.com' } }),
    bypass(6, failed),
    bypass(2),
    orphan(3),
    tracked(1),
    pair(7, 'shared-1', true),
    pair(8, 'shared-1'),
    pair(9, 'shared-2'),
    pair(10, 'shared-2', true),
    roleRecord(11, { at: '2026-01-16T23:59:59Z' }),
    roleRecord(12, { at: '2026-01-24T00:00:00Z' }),
    roleRecord(13, { at: '2026-01-17T00:00:00Z' }),
    roleRecord(14, { at: '2026-01-23T23:59:59Z' }),
    bypass(15, { eventName: 'AssumeRoleWithSAML' }),
    bypass(16, { eventName: 'AssumeRoot' }),
    bypass(17, { eventName: 'AssumeRoleWithWebIdentity' }),
    bypass(18, { eventName: 'GetCallerIdentity' }),
  ];

  it('by why, and total = tracked + untracked + orphaned', async () => {
    const document = await auditOf(records, [SESSION, OLD]);
    expect(document.excluded).toEqual({
      service_calls: 2,
      failed_calls: 1,
      duplicates: 5,
      outside_window: 2,
      not_judged: 3,
      allowed: 0,
      filtered_out: 0,
    });
    const { total_events, tracked_events, untracked_events, orphaned_events } = document;
    expect([total_events, tracked_events, untracked_events, orphaned_events]).toEqual([7, 1, 5, 1]);
    const kept = [2, 3, 8, 9, 13, 14].map(eventIdOf);
    expect(foundIn(document).toSorted()).toEqual(kept.toSorted());
    expect(foundIn(document, 'caller_arn').every(Boolean)).toBe(true);
  });

  it('in the report and in the summary line too', async () => {
    const { stdout } = await run(records);
    expect(stdout).toContain(`Counted Apart
-------------
Service calls:    2
Failed calls:     1
Duplicates:       5
Outside window:   2
Not judged:       3
Allowed:          0
Filtered out:     0
`);
    expect((await run(records, ['--format', 'csv'])).stderr).toContain(
      '2 service calls, 1 failed calls, 5 duplicates, 2 outside window, 3 not judged, 0 allowed, 0 filtered out\n',
    );
  });

  it.each([
    ['--include-service-calls', 'service_calls', 9],
    ['--include-failed-calls', 'failed_calls', 8],
  ])('unless %s judges it', async (option, why, total) => {
    const document = await auditOf(records, [SESSION, OLD], [option]);
    expect([document.excluded[why], document.total_events]).toEqual([0, total]);
  });

  it.each([
    ['AssumeRoleWithSAML', [15], 9],
    ['AssumeRoleWithSAML,AssumeRoleWithWebIdentity', [15, 17], 8],
    ['all', [2, 3, 8, 9, 13, 14, 15, 17], 1],
  ])('--event-name %s', async (names, found, notJudged) => {
    const document = await auditOf(records.slice(0, 21), [SESSION, OLD], ['--event-name', names]);
    expect(foundIn(document).toSorted()).toEqual(found.map(eventIdOf).toSorted());
    expect(document.excluded['not_judged']).toBeGreaterThanOrEqual(1);
    if (names === 'all') expect(document.excluded['not_judged']).toBe(notJudged);
  });

  it('--role chooses the role that was assumed', async () => {
    const some = [tracked(1), bypass(2), roleRecord(3, { role: 'Broker' })];
    for (const role of [roleArn('Prod'), roleArn('Pr*'), '*/Prod']) {
      const document = await auditOf(some, [SESSION], ['--role', role]);
      expect([document.total_events, foundIn(document)]).toEqual([2, [eventIdOf(2)]]);
      expect(document.excluded['filtered_out']).toBe(1);
    }
  });

  it('--role of a role that no call assumed is said: no rate, code 0', async () => {
    const args = ['--role', roleArn('Nobody')];
    const { code, stdout, stderr } = await run([tracked(1), bypass(2)], [...args, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      total_events: 0,
      untracked_sessions: [],
      excluded: { filtered_out: 2 },
      caveats: expect.arrayContaining([
        expect.objectContaining({ code: 'unknown_role', weight: 'note', count: 1 }),
      ]) as unknown,
    });
    expect(JSON.parse(stdout)).not.toHaveProperty('compliance_rate');
    expect(stderr).toContain(`note: no call of the window assumed the role ${roleArn('Nobody')}\n`);
    expect(code).toBe(0);
    const report = await run([tracked(1), bypass(2)], args);
    expect(report.stdout).not.toContain('All sessions properly tracked');
    expect(report.stdout).not.toContain('%');
  });

  it('--role keeps events that say no role, which may be the one, and says so', async () => {
    const some = [tracked(1), roleless(2), roleless(3), roleRecord(4, { role: 'Broker' })];
    const args = ['--role', roleArn('Prod'), '--json'];
    const { code, stdout, stderr } = await run(some, args);
    const document = JSON.parse(stdout) as AuditDocument;
    expect(foundIn(document)).toEqual(inOrderOfIds(2, 3));
    expect([document.total_events, document.excluded['filtered_out']]).toEqual([3, 1]);
    expect(stderr).toContain(
      `note: 2 findings have no role ARN; included because they may belong to ${roleArn('Prod')}\n`,
    );
    expect(code).toBe(1);
    expect((await run([tracked(1), roleless(2)])).stderr).not.toContain('no role ARN');
    expect((await run([tracked(1)], args)).stderr).not.toContain('no role ARN');
  });
});

describe('--profile', () => {
  const others = [SESSION, sessionRow(5041, { status: 'active' })]; // of staging
  const records = [
    bypass(1),
    roleRecord(2, { role: 'Staging' }),
    roleRecord(3, { role: 'Unseen' }),
    tracked(4),
    roleRecord(5, { at: '2026-01-20T12:05:00Z', role: 'Staging', tag: idOf(5041) }),
  ];
  const profiles = async (args: readonly string[]): Promise<unknown> =>
    foundIn(await auditOf(records, others, args), 'profile');

  it('is learned from tracked events, also from those that come later', async () => {
    expect(await profiles([])).toEqual(['prod', 'Unseen', 'staging']);
    const document = await auditOf(records, others, ['--profile', 'prod']);
    expect(foundIn(document)).toEqual([eventIdOf(1)]);
    expect(document).toMatchObject({
      total_events: 2,
      tracked_events: 1,
      untracked_events: 1,
      unattributed_events: 1,
      excluded: { filtered_out: 3 },
    });
  });

  it('that nothing knows is undecided: code 3, no rate, and the nearest name', async () => {
    const args = ['--profile', 'stagin', '--json'];
    const { code, stdout, stderr } = await untracked(records, others, args);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(document).toMatchObject({
      total_events: 0,
      excluded: { filtered_out: 5 },
      caveats: expect.arrayContaining([
        expect.objectContaining({ code: 'unknown_profile', weight: 'undecided' }),
      ]) as unknown,
    });
    expect(document).not.toHaveProperty('compliance_rate');
    expect(code).toBe(3);
    expect(stderr).toMatch(/note: no session.* knows the profile stagin.*staging.*--profile-map/);
    expect(stderr).toMatch(/--policy/);
  });

  it('keeps an event that says no role, which may be of any', async () => {
    const withOne = [...records, roleless(6)];
    for (const [profile, own] of [
      ['prod', 1],
      ['staging', 2],
    ] as const) {
      const document = await auditOf(withOne, others, ['--profile', profile]);
      expect(foundIn(document).toSorted()).toEqual([own, 6].map(eventIdOf).toSorted());
      expect(document.total_events).toBe(3);
    }
  });

  describe('of which no role is known', () => {
    const unplaced = [roleRecord(1, { role: 'X' }), roleRecord(2, { role: 'X' })];
    const chosen = (map?: string, form = ['--json']): Promise<Ended> => {
      const args = map === undefined ? [] : ['--profile-map', fileOf('map.yaml', map)];
      return run(unplaced, ['--profile', 'prod', ...form, ...args]);
    };
    const fact = '2 untracked calls may belong to prod: no role of it is known';

    it('cannot be told to have no findings: code 3, and a note', async () => {
      const { code, stdout, stderr } = await chosen();
      const document = JSON.parse(stdout) as AuditDocument;
      expect([code, foundIn(document)]).toEqual([3, []]);
      expect(document).toMatchObject({ unattributed_events: 2, excluded: { filtered_out: 2 } });
      expect(document).not.toHaveProperty('compliance_rate');
      expect(stderr).toContain(`note: ${fact}; give --profile-map\n`);
      const report = await chosen(undefined, []);
      expect(report.stdout).toContain(`Result: Undecided - ${fact}\n`);
      expect(report.stdout).toContain('Tracked:          0\n');
    });

    it('is hidden from nothing by a map that places the events elsewhere', async () => {
      const { code, stderr } = await chosen('X: dev\n');
      expect(code).toBe(0);
      expect(stderr).not.toContain('may belong to');
    });

    it('has what a map says to be its own', async () => {
      const { code, stdout, stderr } = await chosen('X: prod\n');
      expect([code, foundIn(JSON.parse(stdout) as AuditDocument).length]).toEqual([1, 2]);
      expect(stderr).not.toContain('may belong to');
    });

    it('is said to have none once one is known, or where a name says so', async () => {
      const elsewhere = roleRecord(2, { role: 'X' });
      const learned = await run([tracked(1), elsewhere], ['--profile', 'prod']);
      const named = await run([elsewhere], ['--profile', 'X', '--fail-on', 'none']);
      for (const { code, stderr } of [learned, named]) {
        expect([code, stderr]).toEqual([0, expect.not.stringContaining('may belong to')]);
      }
    });
  });

  it('is not learned from a second hop', async () => {
    const caller = {
      type: 'AssumedRole',
      principalId: 'x',
      sessionContext: { sourceIdentity: `sentinel-${ID}` },
    };
    const hop = roleRecord(6, { at: '2026-01-20T12:05:00Z', role: 'Unseen', tag: ID, caller });
    const document = await auditOf([...records, hop], others);
    expect(foundIn(document, 'profile')).toEqual(['prod', 'Unseen', 'staging']);
  });

  it('is what --profile-map says first, by ARN or by name', async () => {
    const map = fileOf('map.yaml', `${roleArn('Prod')}: production\nUnseen: hidden\n`);
    expect(await profiles(['--profile-map', map])).toEqual(['production', 'hidden', 'staging']);
  });

  it('is what --aws-config says too', async () => {
    const config = fileOf(
      'config',
      `[profile prod-eu]\nrole_arn = ${roleArn('Prod')}\n[profile hidden]\nrole_arn = ${roleArn('Unseen')}\n`,
    );
    expect(await profiles(['--aws-config', config])).toEqual(['prod;prod-eu', 'hidden', 'staging']);
    const { stdout } = await untracked(records, others, ['--json'], {
      env: { AWS_CONFIG_FILE: config },
    });
    expect(foundIn(JSON.parse(stdout) as AuditDocument, 'profile')[1]).toBe('hidden');
  });
});

it.each(['(a+)+b', 's-x|(?<user>a+)+b'])(
  'an identity that --identity-pattern %s could be tried on for ever is judged within seconds',
  async (pattern) => {
    const record = roleRecord(1, { identity: 'a'.repeat(60) });
    const inputs = [
      '--events',
      writeTrail([record]),
      '--sessions',
      fileOf('s', ndjsonOf([SESSION])),
    ];
    const args = [...inputs, '--identity-pattern', pattern, '--format', 'ndjson'];
    const { code, stdout } = await runProgram(['untracked-sessions', ...WINDOW, ...args]);
    expect(code).toBe(1);
    expect(objects(stdout)).toMatchObject([{ category: 'non_sentinel_format' }]);
  },
);

describe('the exit code', () => {
  const broken = roleRecord(90, { at: '2026-01-20T12:00:00Z', more: { eventTime: 'soon' } });
  const unverifiable = orphan(3, '2026-01-18T00:00:00Z');
  const ofStaging = sessionRow(5041, { status: 'active' });
  /** Sessions that are complete from midnight of the 20th on: calls are covered from noon on. */
  const young = (records: readonly TrailRecord[], args: readonly string[] = []): Promise<Ended> => {
    const sessions = fileOf('sessions.ndjson', ndjsonOf([SESSION, ofStaging]));
    const inputs = ['--events', writeTrail(records), '--sessions', sessions];
    const since = ['--sessions-since', '2026-01-20', '--sessions-until', '2026-02-01'];
    return cli(['untracked-sessions', ...WINDOW, ...inputs, ...since, ...args], { env: NO_AWS });
  };

  it.each<[number, string, readonly TrailRecord[], readonly string[]]>([
    [0, 'nothing found', [tracked(1)], []],
    [1, 'a finding', [tracked(1), bypass(2)], []],
    [1, 'an orphaned event', [orphan(2, '2026-01-20T12:30:00Z')], []],
    [0, 'a finding that is not to fail', [bypass(2)], ['--fail-on', 'orphaned']],
    [0, 'findings, and none is to fail', [bypass(2)], ['--fail-on', 'none']],
    [1, 'a finding that is named', [bypass(2)], ['--fail-on', 'orphaned,no_source_identity']],
    [0, 'an anomaly', [tracked(1, '2026-01-20T13:00:00Z')], []],
    [
      1,
      'an anomaly that is named',
      [tracked(1, '2026-01-20T13:00:00Z')],
      ['--fail-on', 'outside_session'],
    ],
    [3, 'a row that is no event', [tracked(1), broken], []],
    [3, 'a row that is no event beside a finding', [bypass(2), broken], []],
    [3, 'such a row when nothing is to fail', [bypass(2), broken], ['--fail-on', 'none']],
    [3, 'only what cannot be verified', [tracked(1), unverifiable], []],
    [0, 'the same when nothing is to fail', [unverifiable], ['--fail-on', 'none']],
    [
      0,
      'the same when orphans are not to fail',
      [unverifiable],
      ['--fail-on', 'no_source_identity'],
    ],
    [
      3,
      'what cannot be verified beside a finding that is not to fail',
      [unverifiable, bypass(2)],
      ['--fail-on', 'orphaned'],
    ],
    [1, 'what cannot be verified beside a finding', [unverifiable, bypass(2)], []],
    [0, 'a finding of another profile', [tracked(1), bypass(2)], ['--profile', 'staging']],
    [
      0,
      'what cannot be verified of another profile',
      [tracked(1), unverifiable],
      ['--profile', 'staging'],
    ],
    [3, 'a profile that nothing knows', [tracked(1), bypass(2)], ['--profile', 'nobody']],
  ])('is %i for %s', async (expected, _, records, args) => {
    expect((await young(records, args)).code).toBe(expected);
  });

  it('is 3 for a file that breaks off, which is named, and the others are judged', async () => {
    const folder = writeTrail([bypass(2)]);
    const whole = gzipSync(JSON.stringify({ Records: [bypass(3)] }));
    const cut = fileOf('cut.json.gz', whole.subarray(0, -20));
    const args = ['--events', folder, cut, '--sessions', fileOf('s', ndjsonOf([SESSION]))];
    const { code, stdout, stderr } = await cli(['untracked-sessions', ...WINDOW, ...args], {
      env: NO_AWS,
    });
    expect(code).toBe(3);
    expect(stderr).toContain(`${cut}: `);
    expect(stdout).toContain(eventIdOf(2));
    expect(stdout).toContain('Result: 1 untracked');
  });

  it('an incomplete run does not say that all is tracked', async () => {
    const { stdout, stderr } = await young([tracked(1), broken]);
    expect(stdout).not.toContain('All sessions properly tracked');
    expect(stdout).toMatch(/\nResult: Incomplete/);
    expect(stderr).toContain('incomplete: 1 row could not be understood');
    expect(await auditOf([tracked(1), broken], [SESSION])).toMatchObject({
      complete: false,
      rejected: 1,
    });
  });

  it('--strict stops at the first row that is no event, without a report', async () => {
    const { code, stdout } = await young([broken, bypass(2)], ['--strict']);
    expect([code, stdout]).toEqual([3, '']);
  });
});

describe('an orphaned event cannot be told from a session that could not be read', () => {
  const record = roleRecord(1, { at: '2026-01-20T12:05:00Z', identity: `sentinel-${ID}` });

  it.each([
    ['in a row that is rejected', ndjsonOf([OLD, { ...SESSION, expires_at: 'soon' }])],
    [
      'in a file that breaks off',
      gzipSync(ndjsonOf([OLD, ...sessionRows(2000, 100), SESSION])).subarray(0, 60_000),
    ],
  ])('%s', async (_, sessions) => {
    const inputs = ['--events', writeTrail([record]), '--sessions', fileOf('s', sessions)];
    const args = ['untracked-sessions', ...WINDOW, ...inputs, '--format', 'ndjson'];
    const { code, stdout } = await cli(args, { env: NO_AWS });
    expect(code).toBe(3);
    const orphaned = objects(stdout).filter(({ category }) => category === 'orphaned');
    expect(orphaned.filter(({ unverifiable }) => unverifiable !== true)).toEqual([]);
  });
});

describe('a caveat is given only where it helps: in JSON, and as a note with what to do', () => {
  interface Told {
    readonly code: number | null;
    readonly caveats: readonly Readonly<Record<string, unknown>>[];
    readonly notes: string;
  }
  const told = async (
    records: readonly TrailRecord[],
    sessions: readonly Row[] = [SESSION, OLD],
    args: readonly string[] = [],
  ): Promise<Told> => {
    const { code, stdout, stderr } = await untracked(records, sessions, ['--json', ...args]);
    const { caveats } = JSON.parse(stdout) as Pick<Told, 'caveats'>;
    const notes = stderr.split('\n').filter((line) => line.startsWith('note: '));
    for (const { text } of caveats) {
      expect(notes).toContainEqual(expect.stringContaining(`note: ${String(text)}`));
    }
    expect(notes.length).toBe(caveats.length);
    return { code, caveats, notes: notes.join('\n') };
  };
  const numberOf = ({ caveats }: Told, code: string): unknown =>
    caveats.find((caveat) => caveat['code'] === code)?.['count'];
  const numberIn = async (code: string, ...input: Parameters<typeof told>): Promise<unknown> =>
    numberOf(await told(...input), code);

  it('no event carries an identity: one problem of configuration', async () => {
    const some = await told([bypass(1), bypass(2)]);
    expect(numberOf(some, 'no_source_identity')).toBe(2);
    expect(some.notes).toContain(
      'no call carries a SourceIdentity: this is one problem of configuration, not one bypass for each call',
    );
    expect(await numberIn('no_source_identity', [bypass(1), tracked(2)])).toBeUndefined();
    const identified = roleRecord(2, { identity: 'ci-1' });
    expect(await numberIn('no_source_identity', [bypass(1), identified])).toBeUndefined();
    expect(await told([OTHER])).toEqual({ code: 0, caveats: [], notes: '' });
  });

  it('orphaned events by what made them', async () => {
    const named = (n: number, roleSessionName: string): TrailRecord =>
      roleRecord(n, {
        more: {
          requestParameters: {
            roleArn: roleArn('Prod'),
            roleSessionName,
            sourceIdentity: `sentinel-${idOf(9)}`,
          },
        },
      });
    const records = [
      named(1, 'tvm-alice-1'),
      named(2, 'tvm-alice-2'),
      named(3, 'sentinel-1768910400000000000'),
      named(4, 'deploy'),
    ];
    const some = await told(records);
    expect([numberOf(some, 'orphans_of_tvm'), numberOf(some, 'orphans_of_cli')]).toEqual([2, 1]);
    expect(some.notes).toContain('session tracking is off');
    expect(some.notes).toContain('keeps no session');
    const none = await told([named(4, 'deploy'), bypass(5), tracked(6)]);
    expect([numberOf(none, 'orphans_of_tvm'), numberOf(none, 'orphans_of_cli')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('records of one id that differ: two calls, and AWS writes no such pair', async () => {
    const records = [
      roleRecord(1),
      roleRecord(1),
      roleRecord(1, { role: 'Other' }),
      roleRecord(2),
      roleRecord(2, { at: '2026-01-20T12:00:01Z' }),
    ];
    const { stdout } = await run(records, ['--json']);
    expect(JSON.parse(stdout)).toMatchObject({ total_events: 4, excluded: { duplicates: 1 } });
    expect(await numberIn('contradicting_records', records)).toBe(2);
    expect(await numberIn('contradicting_records', records.slice(0, 2))).toBeUndefined();
  });
});

describe('what somebody else wrote', () => {
  const acting =
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
  const texts = ['=cmd|calc', '+1', '@SUM(A1)', '\t=1', "'=x", '\u001b[2J\u202e\n]0;owned\u0007'];
  const idOfText = (text: string): string => eventIdOf(texts.indexOf(text));
  const records = texts.map((text, n) =>
    roleRecord(n, {
      identity: text,
      role: text,
      more: { userAgent: text, sourceIPAddress: text, awsRegion: text },
    }),
  );

  it('is shown and not sent by the report, one line a field', async () => {
    const { stdout, stderr } = await run(records);
    expect(stdout + stderr).not.toMatch(acting);
    expect(stdout).toContain('  Source Identity: \\x1b[2J\\u202e\\n]0;owned\\x07\n');
    expect(stdout.split('\n').filter((line) => line.startsWith('  Source IP: ')).length).toBe(6);
  });

  it('is no formula in a CSV, and whole in NDJSON and JSON', async () => {
    const csv = await run(records, ['--format', 'csv']);
    const rows = parse(csv.stdout, { columns: true }) as Record<string, string>[];
    expect(rows.length).toBe(6);
    for (const cell of rows.flatMap(Object.values)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    const ndjson = await run(records, ['--format', 'ndjson']);
    expect(ndjson.stdout).not.toMatch(acting);
    const inOrder = texts.toSorted((a, b) => (idOfText(a) < idOfText(b) ? -1 : 1));
    expect(objects(ndjson.stdout).map((row) => row['user_agent'])).toEqual(inOrder);
    const json = await run(records, ['--json']);
    expect(json.stdout).not.toMatch(acting);
    const document = JSON.parse(json.stdout) as AuditDocument;
    expect(foundIn(document, 'source_identity')).toEqual(inOrder);
    expect([...document.regions].toSorted()).toEqual([...texts].toSorted());
  });
});

/** Parts of the credentials that the records hold. */
const secret = /HIDDEN|ASIAEXAMPLE/;

describe('credentials', () => {
  const rejected = roleRecord(3, { more: { eventID: undefined } });
  const records = [tracked(1), bypass(2), rejected];

  it.each(['human', 'json', 'csv', 'ndjson'])('are not in %s, nor in a message', async (format) => {
    const rejects = join(scratch(), 'rejects');
    const args = ['--format', format, '--rejects', rejects, '--verbose'];
    const { code, stdout, stderr } = await run(records, args);
    expect(code).toBe(3);
    expect(stdout + stderr).not.toMatch(secret);
    const kept = readFileSync(rejects, 'utf8');
    expect(kept).not.toMatch(secret);
    expect(objects(kept)).toMatchObject([{ reason: 'eventID: missing' }]);
  });
});

describe('nothing is left in the temporary folder', () => {
  const halves = [1, 2].map((n) => bypass(n, { sharedEventID: `s-${n}` }));
  const log = JSON.stringify({ Records: [...halves, orphan(3), tracked(4)] });
  let endpoint: Endpoint;

  beforeAll(async () => {
    endpoint = await startDynalite();
    await createTable(endpoint.url, 'sentinel-sessions', [SESSION]);
  });
  afterAll(() => endpoint.close());

  async function through(
    faultFor: (operation: string) => Fault | undefined,
    work: (url: string, folder: string) => Promise<Ended>,
  ): Promise<readonly [number | null, string, readonly string[]]> {
    const folder = scratch();
    const proxy = await startProxy(endpoint.url, faultFor);
    try {
      const { code, stdout } = await work(proxy.url, folder);
      return [code, stdout, readdirSync(folder)];
    } finally {
      proxy.close();
    }
  }
  const auditing = (url: string, TMPDIR: string): Promise<Ended> =>
    cli(['untracked-sessions', ...WINDOW, '--events', '-', '--format', 'ndjson'], {
      env: { AWS_ENDPOINT_URL: url, TMPDIR },
      stdin: log,
    });

  it('after success', async () => {
    const [code, stdout, left] = await through(() => undefined, auditing);
    expect([code, objects(stdout).length, left]).toEqual([1, 3, []]);
  });

  it.each(['DescribeTable', 'BatchGetItem', 'Scan'])(
    'after a table whose %s fails: code 3 and no report',
    async (broken) => {
      const fault = { kind: 'error', status: 400, type: 'AccessDeniedException' } as const;
      const result = await through((name) => (name === broken ? fault : undefined), auditing);
      expect(result).toEqual([3, '', []]);
    },
  );

  const ofSessions = ['untracked-sessions', ...WINDOW, '--sessions', '-'];

  it('after an interruption while sessions are asked for', async () => {
    let hanging = (): void => {};
    const hangs = new Promise<void>((resolve) => (hanging = resolve));
    const result = await through(
      (operation) => {
        if (operation !== 'Scan') return undefined;
        hanging();
        return { kind: 'hang' };
      },
      async (url, TMPDIR) => {
        const env = { AWS_ENDPOINT_URL: url, TMPDIR };
        const events = ['--events', writeTrail(halves), '--table', 'sentinel-sessions'];
        const child = startProgram([...ofSessions, ...events], { env });
        child.stdin?.end(JSON.stringify(SESSION));
        await hangs;
        expect(readdirSync(TMPDIR)).toEqual([]); // the files have been read
        child.kill('SIGINT');
        return ended(child);
      },
    );
    expect(result).toEqual([130, '', []]);
  });

  it('after an interruption while sessions come through standard input', async () => {
    const TMPDIR = scratch();
    const child = startProgram([...ofSessions, '--events', writeTrail(halves)], {
      env: { TMPDIR },
    });
    child.stdin?.write('{"id":');
    while (readdirSync(TMPDIR).length === 0) await sleep(20);
    child.kill('SIGINT');
    expect((await ended(child)).code).toBe(130);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it('nor credentials while logs come through standard input', async () => {
    const TMPDIR = scratch();
    const child = startProgram(['untracked-sessions', ...WINDOW, '--events', '-'], {
      env: { AWS_ENDPOINT_URL: endpoint.url, TMPDIR },
    });
    const records = Array.from({ length: 2000 }, (_, n) => JSON.stringify(bypass(n)));
    const more = records.join(); // far more than a pipe holds: when it is written, most has been read
    await new Promise((resolve) => child.stdin?.write(`${log.slice(0, -2)},${more}`, resolve));
    const files = readdirSync(TMPDIR, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toMatch(secret);
    }
    child.kill('SIGINT');
    expect((await ended(child)).code).toBe(130);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it('after --out, which is whole and for its owner alone', async () => {
    const [TMPDIR, folder] = [scratch(), scratch()];
    const out = join(folder, 'report.json.gz');
    const { code, stdout } = await untracked([bypass(1)], [SESSION], ['--out', out], {
      env: { TMPDIR },
    });
    expect([code, stdout, readdirSync(TMPDIR)]).toEqual([1, '', []]);
    expect(readdirSync(folder)).toEqual(['report.json.gz']);
  });
});

describe('the live table and files tell the same', () => {
  const sessions = [
    SESSION,
    OLD,
    sessionRow(5041, { source_identity: 'sentinel:bob:direct:1' }),
    sessionRow(5042),
  ];
  const records = [
    tracked(1),
    bypass(2),
    orphan(3),
    roleRecord(4, { identity: `sentinel-${idOf(5042)}`, role: 'Other' }),
    roleRecord(5, { identity: 'sentinel:bob:direct:1', role: 'Staging' }),
    roleRecord(6, { identity: 'ci' }),
    roleRecord(7, { tag: 'no id', identity: `sentinel-${ID}` }),
  ];
  let endpoint: Endpoint;

  beforeAll(async () => {
    endpoint = await startDynalite();
    await createTable(endpoint.url, 'sentinel-sessions', sessions);
    await createTable(endpoint.url, 'half', sessions.slice(0, 2));
  });
  afterAll(() => endpoint.close());

  async function live(
    args: readonly string[],
    of: readonly TrailRecord[] = records,
    url = endpoint.url,
  ): Promise<unknown> {
    const { stdout } = await cli(
      ['untracked-sessions', ...WINDOW, '--json', '--events', writeTrail(of), ...args],
      { env: { AWS_ENDPOINT_URL: url } },
    );
    return JSON.parse(stdout);
  }

  /** Without what is the sources' own: their rows, the time for which they vouch, and who asks them. */
  const apartFromSource = (document: unknown): unknown => {
    const {
      identity: _,
      coverage,
      caveats,
      ...rest
    } = document as {
      readonly identity: unknown;
      readonly coverage: { readonly events: unknown };
      readonly caveats: readonly { readonly code: string }[];
    };
    const others = caveats.filter(({ code }) => code !== 'sessions_without_identity');
    return { ...rest, caveats: others, events: coverage.events };
  };

  it('the table, the files, and both together', async () => {
    const expected = await auditOf(records, sessions);
    expect(expected).toMatchObject({ tracked_events: 4, untracked_events: 2, orphaned_events: 1 });
    expect(apartFromSource(await live([]))).toEqual(apartFromSource(expected));
    const rest = fileOf('rest.ndjson', ndjsonOf(sessions.slice(1)));
    const both = await live(['--table', 'half', '--sessions', rest]);
    expect(apartFromSource(both)).toEqual(apartFromSource(expected));
  });

  it.each([
    ['a file that is none of sessions', ['--sessions', fileOf('foreign.csv', 'a,b\n1,2\n')]],
    ['a table that is not there', ['--table', 'no-such']],
    ['one under a budget', ['--table', 'no-such', '--max-rcu', '5']],
    ['one beside a file', ['--table', 'no-such', '--sessions', fileOf('s', ndjsonOf(sessions))]],
  ])('%s is code 3 though no call needs it', async (_, args) => {
    const trail = writeTrail([roleRecord(1, { more: { eventName: 'GetCallerIdentity' } })]);
    const { code } = await cli(['untracked-sessions', ...WINDOW, '--events', trail, ...args], {
      env: { AWS_ENDPOINT_URL: endpoint.url },
    });
    expect(code).toBe(3);
  });

  it('also of profiles that only sessions know whom no call names', async () => {
    const some = [tracked(1), roleRecord(2, { role: 'dev' }), bypass(3)];
    expect(apartFromSource(await live([], some))).toEqual(
      apartFromSource(await auditOf(some, sessions)),
    );
    const shared = [roleRecord(1, { role: 'dev', tag: ID, at: '2026-01-20T12:05:00Z' }), some[1]!];
    const { untracked_sessions: found } = (await live([], shared)) as AuditDocument;
    expect(found).toMatchObject([{ profile: 'prod;dev' }]);
  });

  it('the table without a time to live covers from half a day after its oldest session until now', async () => {
    const before = orphan(8, '2026-01-17T11:59:59Z');
    const after = orphan(9, '2026-01-17T12:00:00Z');
    const young = sessions.filter((row) => row !== OLD);
    const oldest = sessionRow(0, { created_at: '2026-01-17T00:00:00Z' });
    await createTable(endpoint.url, 'young', [...young, oldest]);
    const started = Date.now();
    const document = await live(['--table', 'young'], [...records, before, after]);
    expect(document).toMatchObject({ orphaned_events: 2, unverifiable_events: 1 });
    const { coverage } = document as {
      coverage: { sessions: { sources: unknown; spans: readonly Record<'from' | 'to', string>[] } };
    };
    const [span, ...more] = coverage.sessions.spans;
    expect([span!.from, more]).toEqual(['2026-01-17T00:00:00Z', []]);
    expect(Date.parse(span!.to)).toBeGreaterThanOrEqual(started - 1000);
    expect(coverage.sessions.sources).toMatchObject([{ name: 'table young', sessions: 4 }]);
  });

  it.each<[string, Fault]>([
    [
      'has a time to live',
      {
        kind: 'answer',
        body: JSON.stringify({ TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED' } }),
      },
    ],
    ['may not be asked for it', { kind: 'error', status: 400, type: 'AccessDeniedException' }],
  ])('a table that %s covers nothing', async (_, fault) => {
    const proxy = await startProxy(endpoint.url, (operation) =>
      operation === 'DescribeTimeToLive' ? fault : undefined,
    );
    try {
      expect(await live([], [orphan(3)])).toMatchObject({ orphaned_events: 1 });
      expect(await live([], [orphan(3)], proxy.url)).toMatchObject({
        orphaned_events: 0,
        unverifiable_events: 1,
        coverage: { sessions: { spans: [] } },
      });
    } finally {
      proxy.close();
    }
  });

  it('files are vouched for to their own newest session, whatever the table beside them holds', async () => {
    await createTable(endpoint.url, 'later', [sessionRow(7920)]); // of 2026-01-22T12:00
    const files = ['--sessions', fileOf('old.ndjson', ndjsonOf([OLD, SESSION]))];
    const document = await live(
      ['--table', 'later', ...files, '--sessions-since', '2026-01-01'],
      [tracked(1), orphan(2, '2026-01-21T12:00:00Z')],
    );
    expect(document).toMatchObject({ orphaned_events: 0, unverifiable_events: 1 });
  });

  it('the oldest session of files says nothing of the table beside them', async () => {
    await createTable(endpoint.url, 'new', [SESSION]); // of 2026-01-20T12:00
    const old = fileOf('old.ndjson', ndjsonOf([OLD])); // of 2026-01-10
    const document = await live(
      ['--table', 'new', '--sessions', old],
      [tracked(1), orphan(2, '2026-01-18T00:00:00Z')],
    );
    expect(document).toMatchObject({ orphaned_events: 0, unverifiable_events: 1 });
  });
});
