import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { type Ended, cli, objects } from '../support/cli.js';
import { eventIdOf } from '../support/cloudtrail.js';
import { idOf, sessionRow } from '../support/sessions.js';
import { NO_AWS, fileOf, ndjsonOf, roleArn, roleRecord, runOver } from '../support/trail.js';

const SESSION = sessionRow(5040, { status: 'active' });
const ID = idOf(5040);
const at = '2026-01-20T12:05:00Z';
const service = { userIdentity: { type: 'AWSService', invokedBy: 'rds.amazonaws.com' } };
const records = [
  roleRecord(1, { at, tag: ID, identity: `sentinel-${ID}` }),
  roleRecord(2, { at, role: 'Other' }),
  roleRecord(3, { at, more: service }),
  roleRecord(4, { at, more: { errorCode: 'AccessDenied', requestParameters: null } }),
  roleRecord(2, { at, role: 'Other' }),
  roleRecord(5, { at: '2026-01-24T00:00:00Z' }),
  roleRecord(6, { at, more: { eventName: 'AssumeRoleWithSAML' } }),
  roleRecord(7, { at, more: { eventName: 'AssumeRoot' } }),
];
const EVENT_COLUMNS =
  'event_id,event_time,event_name,region,account_id,role_arn,source_identity,session_tag,role_session_name,principal_id,caller_arn,caller_account_id,caller_type,identity_provider,invoked_by,source_ip,user_agent,error_code';

const events = (args: readonly string[] = []): Promise<Ended> =>
  runOver(['export', 'events'], records, [], args);
const verdicts = (args: readonly string[] = []): Promise<Ended> =>
  runOver(['export', 'verdicts'], records, [SESSION], args);
const idsOf = ({ stdout }: Ended): unknown[] => objects(stdout).map(({ event_id }) => event_id);

describe('export events', () => {
  it('is CSV with every column, each event once, failed ones and those of services among them', async () => {
    const { code, stdout, stderr } = await events();
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe(EVENT_COLUMNS);
    const rows = parse(stdout, { columns: true }) as Record<string, string>[];
    expect(rows.map(({ event_id }) => event_id)).toEqual([1, 2, 3, 4].map(eventIdOf));
    expect(rows[0]).toEqual({
      event_id: eventIdOf(1),
      event_time: at,
      event_name: 'AssumeRole',
      region: 'us-east-1',
      account_id: '111122223333',
      role_arn: roleArn('Prod'),
      source_identity: `sentinel-${ID}`,
      session_tag: ID,
      role_session_name: 'tvm-1',
      principal_id: 'AROAEXAMPLEBROKER:i-0abc',
      caller_arn: 'arn:aws:sts::111122223333:assumed-role/Broker/i-0abc',
      caller_account_id: '111122223333',
      caller_type: 'AssumedRole',
      identity_provider: '',
      invoked_by: '',
      source_ip: '198.51.100.7',
      user_agent: 'aws-sdk-go-v2/1.30.0',
      error_code: '',
    });
    expect(rows[2]).toMatchObject({ invoked_by: 'rds.amazonaws.com', caller_arn: '' });
    expect(rows[3]).toMatchObject({ error_code: 'AccessDenied', role_arn: roleArn('Prod') });
    expect(stderr).toContain(
      'exported 4 events; left out: 1 duplicates, 1 outside the window, 2 of other calls\n',
    );
    expect(stdout + stderr).not.toMatch(/HIDDEN|ASIA/);
  });

  it.each<[string, readonly string[], readonly number[]]>([
    ['one call', ['--event-name', 'AssumeRoleWithSAML'], [6]],
    ['the three calls', ['--event-name', 'all'], [1, 2, 3, 4, 6]],
    ['one role', ['--role', roleArn('Other')], [2]],
    ['a role that nobody took', ['--role', 'arn:aws:iam::123456789012:role/x'], []],
    ['a later window', ['--since', '2026-01-20T12:05:01Z'], []],
    ['a window that begins then', ['--since', at], [1, 2, 3, 4]],
  ])('of %s', async (_, args, expected) => {
    const ended = await events(['--format', 'ndjson', ...args]);
    expect(idsOf(ended)).toEqual(expected.map(eventIdOf));
    expect(ended.code).toBe(0);
  });

  it('of one role keeps what says no role', async () => {
    const roleless = { requestParameters: null, resources: undefined };
    const some = [...records.slice(0, 2), ...[8, 9].map((n) => roleRecord(n, { more: roleless }))];
    const args = ['--role', roleArn('Other'), '--format', 'ndjson'];
    const ended = await runOver(['export', 'events'], some, [], args);
    expect(idsOf(ended)).toEqual([2, 8, 9].map(eventIdOf));
  });

  it('as NDJSON, JSON and a table, with the columns that are asked for', async () => {
    const args = ['--columns', 'error_code,event_id', '--format'];
    const rows = objects((await events([...args, 'ndjson'])).stdout);
    expect(rows[0]).toEqual({ event_id: eventIdOf(1) });
    expect(rows[3]).toEqual({ error_code: 'AccessDenied', event_id: eventIdOf(4) });
    const json = await events([...args, 'json']);
    expect(JSON.parse(json.stdout)).toEqual({ events: rows });
    expect(json.stdout).toBe(`${JSON.stringify({ events: rows }, null, 2)}\n`);
    expect((await events([...args, 'table'])).stdout).toMatch(/^Error +Event ID *\n-+ +-+\n/);
    const none = ['--role', 'arn:aws:iam::111122223333:role/None', ...args, 'table'];
    expect((await events(none)).stdout).toContain('No events found.');
  });

  it('needs no window, and reads standard input', async () => {
    const { code, stdout } = await cli(
      ['export', 'events', '--events', '-', '--columns', 'event_id'],
      {
        env: NO_AWS,
        stdin: ndjsonOf(records),
      },
    );
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1, -1)).toEqual([1, 2, 3, 4, 5].map(eventIdOf));
  });

  it('goes on after a row that is no event, and ends with 3', async () => {
    const path = fileOf('log.ndjson', ndjsonOf([records[0]!, { ...records[1], eventTime: 7 }]));
    const { code, stdout, stderr } = await cli(
      ['export', 'events', '--events', path, '--format', 'ndjson'],
      { env: NO_AWS },
    );
    expect([code, objects(stdout).length]).toEqual([3, 1]);
    expect(stderr).toContain(`${path}:2: eventTime: expected text, found a number`);
  });
});

describe('export verdicts', () => {
  it('has every judged event with its category, tracked ones too', async () => {
    const { code, stdout, stderr } = await verdicts();
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe(
      `${EVENT_COLUMNS},category,reason,profile,matched_by,session_id,session_user,anomaly,unverifiable`,
    );
    const rows = parse(stdout, { columns: true }) as Record<string, string>[];
    expect(rows).toMatchObject([
      {
        event_id: eventIdOf(1),
        category: 'tracked',
        reason: '',
        profile: 'prod',
        matched_by: 'tag',
        session_id: ID,
        session_user: 'alice',
        anomaly: '',
      },
      {
        event_id: eventIdOf(2),
        category: 'no_source_identity',
        reason: 'No SourceIdentity set on AssumeRole call',
        profile: 'Other',
        matched_by: '',
      },
    ]);
    expect(rows.length).toBe(2);
    expect(stderr).toContain(
      'exported 2 verdicts; counted apart: 1 service calls, 1 failed calls, 1 duplicates, 1 outside window, 2 not judged, 0 allowed, 0 filtered out\n',
    );
  });

  it.each<[string, readonly string[], readonly number[]]>([
    [
      'services and failed calls',
      ['--include-service-calls', '--include-failed-calls'],
      [1, 2, 3, 4],
    ],
    ['the three calls', ['--event-name', 'all'], [1, 2, 6]],
    ['one role', ['--role', roleArn('Prod')], [1]],
    ['one profile', ['--profile', 'Other'], [2]],
  ])('of %s', async (_, args, expected) => {
    expect(idsOf(await verdicts(['--format', 'ndjson', ...args]))).toEqual(expected.map(eventIdOf));
  });

  it('of a profile of which no role is known says what may be of it too', async () => {
    const { code, stderr } = await verdicts(['--profile', 'nobody']);
    expect(stderr).toContain('1 untracked call may belong to nobody: no role of it is known');
    expect(stderr).toMatch(/no session, .* knows the profile nobody/);
    expect(stderr).toContain('exported 0 verdicts; ');
    expect(stderr).toContain(' 2 filtered out\n');
    expect(code).toBe(3); // a name that nothing knows
    const { stderr: known } = await verdicts(['--profile', 'prod']);
    expect(known).not.toContain('may belong to');
    expect(known).not.toContain('knows the profile');
  });

  it('says in which way a session was found: tag before identity before id', async () => {
    const other = sessionRow(5041, { source_identity: 'alice@laptop' });
    const some = [
      roleRecord(1, { tag: ID, identity: 'alice@laptop' }),
      roleRecord(2, { identity: 'alice@laptop' }),
      roleRecord(3, { identity: `sentinel-${ID}` }),
      roleRecord(4, { tag: idOf(1), identity: `sentinel-${ID}` }),
      roleRecord(5, { tag: idOf(1), identity: `sentinel-${idOf(1)}` }),
    ];
    const args = ['--format', 'ndjson', '--columns', 'category,matched_by,session_id'];
    const { stdout } = await runOver(['export', 'verdicts'], some, [SESSION, other], args);
    expect(objects(stdout)).toEqual([
      { category: 'tracked', matched_by: 'tag', session_id: ID },
      { category: 'tracked', matched_by: 'source_identity', session_id: idOf(5041) },
      { category: 'tracked', matched_by: 'session_id', session_id: ID },
      { category: 'tracked', matched_by: 'session_id', session_id: ID },
      { category: 'orphaned' },
    ]);
  });
});
