import { describe, expect, test } from 'vitest';
import { callToOcsf } from '../../../src/model/ocsf/authentication.js';
import {
  type ComplianceFacts,
  complianceToOcsf,
} from '../../../src/model/ocsf/compliance-finding.js';
import { verdictToOcsf } from '../../../src/model/ocsf/detection-finding.js';
import type { Caveat } from '../../../src/model/report/caveat.js';
import type { ProfileCompliance } from '../../../src/model/report/profile-compliance.js';
import type { RoleCall } from '../../../src/model/role-call/role-call.js';
import { instantFromMillis } from '../../../src/model/time/instant.js';
import type { AttributedVerdict } from '../../../src/model/verdict/attributed-verdict.js';
import { roleEvent } from '../../support/records.js';

const context = { version: '1.2.3', hash: (text: string) => `hash of ${text}` };
const call: RoleCall = roleEvent(1);

describe('a call', () => {
  const documentOf = (more: Partial<RoleCall>) => callToOcsf({ ...call, ...more }, context);

  test('is a logon of the role session, by the caller', () => {
    expect(documentOf({})).toMatchObject({
      type_uid: 300201,
      time: Date.parse(call.eventTime),
      status_id: 1,
      metadata: {
        product: { name: 'sentinel-audit', vendor_name: 'Sentinel', version: '1.2.3' },
        version: '1.3.0',
        profiles: ['cloud', 'host'],
        uid: call.eventId,
      },
      user: { uid: call.roleArn, name: call.roleSessionName },
      actor: { user: { uid: call.callerArn } },
      service: { name: 'sts.amazonaws.com' },
    });
  });

  test('that failed has the error', () => {
    expect(documentOf({ errorCode: 'AccessDenied' })).toMatchObject({
      status_id: 2,
      status_code: 'AccessDenied',
      api: { response: { error: 'AccessDenied' } },
    });
  });

  test('of nobody knows whom is API activity', () => {
    const nothing = { roleArn: undefined, roleSessionName: undefined, sourceIp: undefined };
    const nobody = { callerArn: undefined, principalId: undefined, callerAccountId: undefined };
    const by = { callerRoleArn: undefined, invokedBy: undefined };
    expect(documentOf({ ...nothing, ...nobody, ...by })).toMatchObject({
      type_uid: 600399,
      activity_name: 'AssumeRole',
      actor: { user: { name: 'Unknown', type_id: 0 } },
      src_endpoint: { name: 'Unknown' },
      metadata: { profiles: ['cloud'] },
    });
  });

  test('of another service names it', () => {
    expect(documentOf({ eventName: 'sso:GetRoleCredentials' })).toMatchObject({
      api: { operation: 'GetRoleCredentials', service: { name: 'sso.amazonaws.com' } },
      metadata: { event_code: 'sso:GetRoleCredentials' },
    });
  });

  test.each([
    ['192.0.2.9', { name: '192.0.2.9', ip: '192.0.2.9' }],
    ['rds.amazonaws.com', { name: 'rds.amazonaws.com', domain: 'rds.amazonaws.com' }],
    ['AWS Internal', { name: 'AWS Internal' }],
  ])('from %s has a source', (sourceIp, endpoint) => {
    const document = JSON.parse(JSON.stringify(documentOf({ sourceIp }))) as object;
    expect(document).toHaveProperty('src_endpoint', endpoint);
  });

  test('keeps in unmapped what OCSF has no place for', () => {
    const identity = { sourceIdentity: 'sentinel-0123456789abcdef', sessionTag: 'tag' };
    expect(documentOf(identity).unmapped).toEqual({
      source_identity: 'sentinel-0123456789abcdef',
      session_tag: 'tag',
    });
    const none = { sourceIdentity: undefined, sessionTag: undefined };
    expect(documentOf(none).unmapped).toBeUndefined();
  });
});

describe('a verdict', () => {
  const documentOf = (more: Partial<AttributedVerdict>) =>
    verdictToOcsf(
      {
        call,
        category: 'no_source_identity',
        match: undefined,
        anomalies: [],
        unverifiable: false,
        profiles: ['prod'],
        ...more,
      },
      context,
    );

  test.each([
    [{ category: 'no_source_identity' }, 4, 1],
    [{ category: 'orphaned' }, 4, 1],
    [{ category: 'non_sentinel_format' }, 3, 1],
    [{ category: 'orphaned', unverifiable: true }, 0, 0],
    [{ category: 'orphaned', call: { ...call, errorCode: 'AccessDenied' } }, 2, 1],
    [{ category: 'tracked' }, 1, 99],
    [{ category: 'tracked', anomalies: ['outside_session'] }, 3, 1],
    [{ category: 'tracked', anomalies: ['outside_session', 'user_mismatch'] }, 4, 1],
  ] as const)('%j has its severity and its status', (more, severity_id, status_id) => {
    expect(documentOf(more)).toMatchObject({ type_uid: 200401, severity_id, status_id });
  });

  test('has an id by account, event and category alone', () => {
    const uidOf = (more: Partial<AttributedVerdict>): unknown =>
      (documentOf(more) as { finding_info: { uid: string } }).finding_info.uid;
    const uid = `hash of ${JSON.stringify([call.accountId, call.eventId, 'orphaned'])}`;
    expect(uidOf({ category: 'orphaned' })).toBe(uid);
    expect(uidOf({ category: 'orphaned', unverifiable: true, profiles: [] })).toBe(uid);
  });

  test('of a call that says no role leads to API activity', () => {
    const denied = { ...call, roleArn: undefined, roleSessionName: undefined };
    const related = [{ uid: call.eventId, type: 'API Activity: Other', type_uid: 600399 }];
    expect(documentOf({ call: denied })).toMatchObject({
      finding_info: { related_events: related },
    });
    expect(documentOf({ call: denied })).not.toHaveProperty('resources.0');
  });

  test('leads to its event and its role', () => {
    expect(documentOf({})).toMatchObject({
      finding_info: { related_events: [{ uid: call.eventId, type_uid: 300201 }] },
      resources: [{ uid: call.roleArn, type: 'AWS::IAM::Role' }],
      unmapped: { profiles: ['prod'] },
    });
  });
});

describe('a profile', () => {
  const row: ProfileCompliance = {
    profile: 'prod',
    required: true,
    rule: 'r',
    tracked: 1,
    untracked: 0,
    unverifiable: 0,
    isKnown: true,
    hasGap: false,
    mayHideCalls: false,
    isWithoutRole: false,
    undetermined: false,
    fails: false,
  };
  const facts: ComplianceFacts = {
    window: { since: instantFromMillis(1000), until: instantFromMillis(2000) },
    identity: undefined,
    caveats: [],
    annotationOf: () => undefined,
  };
  const caveats = (code: Caveat['code'], weight: Caveat['weight']): Partial<ComplianceFacts> => ({
    caveats: [{ code, count: 1, weight, text: 'because' }],
  });
  const documentOf = (more: Partial<ProfileCompliance>, about: Partial<ComplianceFacts> = {}) =>
    complianceToOcsf({ ...facts, ...about })({ ...row, ...more }, context);

  test.each([
    ['passes', {}, {}, 1, 1, 4],
    ['with a gap fails', { hasGap: true, untracked: 1 }, {}, 3, 4, 1],
    ['that is undetermined is warned of', { undetermined: true }, {}, 2, 3, 1],
    ['that nothing requires says so', { required: false }, {}, 99, 1, 99],
    ['that nothing knows is unknown', { isKnown: false }, {}, 0, 0, 0],
    ['passes with notes', {}, caveats('unchecked_callers', 'note'), 1, 1, 4],
    ['does not pass unread', {}, caveats('rejected_rows', 'incomplete'), 2, 3, 1],
    ['does not pass in doubt', {}, caveats('calls_without_role', 'undecided'), 2, 3, 1],
    ['passes while others do not', {}, caveats('undetermined_profile', 'undecided'), 1, 1, 4],
  ] as const)('%s', (_, more, about, compliance, severity_id, status_id) => {
    expect(documentOf(more, about)).toMatchObject({
      type_uid: 200301,
      severity_id,
      status_id,
      time: 2000,
      start_time: 1000,
      compliance: { status_id: compliance },
    });
  });

  test('in doubt says why', () => {
    expect(documentOf({}, caveats('rejected_rows', 'incomplete')).message).toBe('because');
  });

  test('has an id by account and profile', () => {
    const identity = { account: '123456789012', arn: 'a' };
    expect(documentOf({}, { identity })).toMatchObject({
      cloud: { account: { uid: '123456789012' } },
      finding_info: { uid: 'hash of ["123456789012","session-compliance","prod"]' },
    });
  });
});
