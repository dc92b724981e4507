import { describe, expect, it } from 'vitest';
import { objects } from '../support/cli.js';
import { eventIdOf } from '../support/cloudtrail.js';
import { idOf, sessionRow } from '../support/sessions.js';
import { auditOf, fileOf, roleArn, roleRecord, runOver, untracked } from '../support/trail.js';

/** Alice's session in prod, from noon of 2026-01-20 for a quarter of an hour. */
const SESSION = sessionRow(5040, { status: 'active' });
const ID = idOf(5040);
const EVE = { type: 'IAMUser', principalId: 'AIDA', arn: 'arn:aws:iam::111122223333:user/eve' };
/** Bob's, revoked five minutes after it began. */
const REVOKED = sessionRow(5101, {
  status: 'revoked',
  user: 'bob',
  expires_at: '2026-01-20T15:00:00Z',
  updated_at: '2026-01-20T13:06:00.5Z',
});

const records = [
  roleRecord(1, { at: '2026-01-20T12:05:00Z', tag: ID }),
  roleRecord(2, { at: '2026-01-20T12:20:01Z', tag: ID }),
  roleRecord(3, { at: '2026-01-20T13:11:01Z', identity: `sentinel-${idOf(5101)}`, caller: EVE }),
  roleRecord(4, { at: '2026-01-20T12:05:00Z', tag: ID, identity: 'sentinel:eve:direct:1' }),
  roleRecord(5),
];
const sessions = [SESSION, REVOKED];

describe('anomalies are listed after the findings, the newest first, and change no category', () => {
  it('in the report', async () => {
    const { code, stdout } = await untracked(records, sessions);
    expect(stdout).toContain('Tracked:          4 (80.0%)\nUntracked:        1\n');
    expect(stdout.slice(stdout.indexOf('Untracked Sessions'))).toBe(`Untracked Sessions (1)
----------------------
[no_source_identity] 2026-01-20T12:00:00Z
  Event ID: ${eventIdOf(5)}
  Role: ${roleArn('Prod')}
  Source IP: 198.51.100.7
  Reason: No SourceIdentity set on AssumeRole call

Anomalies (3)
-------------
[after_revocation] 2026-01-20T13:11:01Z
  Event ID: ${eventIdOf(3)}
  Role: ${roleArn('Prod')}
  Source IP: 198.51.100.7
  Caller: arn:aws:iam::111122223333:user/eve
  Session: ${idOf(5101)} (bob, ${String(REVOKED['profile'])})
[outside_session] 2026-01-20T12:20:01Z
  Event ID: ${eventIdOf(2)}
  Role: ${roleArn('Prod')}
  Source IP: 198.51.100.7
  Caller: arn:aws:sts::111122223333:assumed-role/Broker/i-0abc
  Session: ${ID} (alice, prod)
[user_mismatch] 2026-01-20T12:05:00Z
  Event ID: ${eventIdOf(4)}
  Role: ${roleArn('Prod')}
  Source IP: 198.51.100.7
  Caller: arn:aws:sts::111122223333:assumed-role/Broker/i-0abc
  Session: ${ID} (alice, prod)

Result: 1 untracked session(s) detected - compliance gap
`);
    expect(code).toBe(1);
  });

  it('alone they are no gap', async () => {
    const { code, stdout } = await untracked(records.slice(0, 2), sessions);
    expect(stdout).toContain('\nAnomalies (1)\n-------------\n');
    expect(stdout).toContain('\nResult: All sessions properly tracked\n');
    expect(code).toBe(0);
  });

  it('in JSON', async () => {
    const { anomalies, untracked_sessions, anomalous_sessions } = await auditOf(records, sessions);
    expect(anomalies).toEqual({ outside_session: 1, after_revocation: 1, user_mismatch: 1 });
    expect(untracked_sessions.map(({ event_id }) => event_id)).toEqual([eventIdOf(5)]);
    expect(anomalous_sessions).toMatchObject([
      { event_id: eventIdOf(3), anomaly: 'after_revocation', matched_by: 'session_id' },
      { event_id: eventIdOf(2), anomaly: 'outside_session', matched_by: 'tag', session_id: ID },
      { event_id: eventIdOf(4), anomaly: 'user_mismatch', session_user: 'alice', profile: 'prod' },
    ]);
  });

  it('as a column of export verdicts', async () => {
    const args = ['--format', 'ndjson', '--columns', 'event_id,category,anomaly,matched_by'];
    const { stdout } = await runOver(['export', 'verdicts'], records, sessions, args);
    expect(objects(stdout)).toEqual([
      { event_id: eventIdOf(1), category: 'tracked', matched_by: 'tag' },
      {
        event_id: eventIdOf(2),
        category: 'tracked',
        anomaly: 'outside_session',
        matched_by: 'tag',
      },
      {
        event_id: eventIdOf(3),
        category: 'tracked',
        anomaly: 'after_revocation',
        matched_by: 'session_id',
      },
      { event_id: eventIdOf(4), category: 'tracked', anomaly: 'user_mismatch', matched_by: 'tag' },
      { event_id: eventIdOf(5), category: 'no_source_identity' },
    ]);
  });

  it('of one profile where one is asked for', async () => {
    const { anomalies } = await auditOf(records, sessions, ['--profile', 'prod']);
    expect(anomalies).toEqual({ outside_session: 1, user_mismatch: 1 });
  });

  it('several of one event are one entry, and each is counted', async () => {
    const late = roleRecord(1, { at: '2026-01-21T00:00:00Z', tag: idOf(5101), caller: EVE });
    const args = ['--broker', roleArn('Broker')];
    const document = await auditOf([late], sessions, args);
    expect(document.anomalies).toEqual({
      after_revocation: 1,
      outside_session: 1,
      unexpected_caller: 1,
    });
    expect(document.anomalous_sessions).toMatchObject([
      { anomaly: 'after_revocation,outside_session,unexpected_caller' },
    ]);
    const { stdout } = await untracked([late], sessions, args);
    expect(stdout).toContain('[after_revocation, outside_session, unexpected_caller] 2026-01-21');
  });
});

describe('--broker knows a broker by', () => {
  const some = [
    roleRecord(1, { at: '2026-01-20T12:05:00Z', tag: ID }),
    roleRecord(2, { at: '2026-01-20T12:05:00Z', tag: ID, caller: EVE }),
    roleRecord(3, { caller: EVE }),
  ];

  it.each([
    ['the ARN of a user', ['arn:aws:iam::111122223333:user/eve'], [1]],
    ['that of an assumed role', ['arn:aws:sts::111122223333:assumed-role/Broker/i-0abc'], [2]],
    ['that of the role', [roleArn('Broker')], [2]],
    ['a pattern', ['arn:aws:sts::*:assumed-role/Broker/*'], [2]],
    ['any of several', [roleArn('Broker'), '*:user/e*'], []],
    ['none of them', [roleArn('Other')], [1, 2]],
    ['nothing less than all of it', ['Broker', 'arn:aws:iam::111122223333:user/ev'], [1, 2]],
  ])('%s', async (_, brokers, unexpected) => {
    const { anomalous_sessions } = await auditOf(some, sessions, ['--broker', ...brokers]);
    expect(anomalous_sessions).toMatchObject(
      unexpected.map((n) => ({ event_id: eventIdOf(n), anomaly: 'unexpected_caller' })),
    );
    expect(anomalous_sessions.length).toBe(unexpected.length);
  });
});

describe('a role is a mismatch where it is not one of the profile of the session', () => {
  const some = ['Prod', 'Admin'].map((role, n) =>
    roleRecord(n, { at: '2026-01-20T12:05:00Z', tag: ID, role }),
  );

  it.each([
    ['--profile-map, by ARN', '--profile-map', `${roleArn('Prod')}: prod\n`, 1],
    ['--profile-map, by name', '--profile-map', 'Prod: prod\n', 1],
    ['--aws-config', '--aws-config', `[profile prod]\nrole_arn = ${roleArn('Prod')}\n`, 1],
    ['neither, which only knows another', '--profile-map', 'Prod: staging\n', 0],
  ])('by %s', async (_, option, content, count) => {
    const args = [option, fileOf('roles', content)];
    const { anomalous_sessions } = await auditOf(some, sessions, args);
    expect(anomalous_sessions).toMatchObject(
      [{ event_id: eventIdOf(1), anomaly: 'role_mismatch' }].slice(0, count),
    );
    expect(anomalous_sessions.length).toBe(count);
  });
});
