import { describe, expect, test } from 'vitest';
import { RecordError } from '../../../src/errors.js';
import { parseRoleCall } from '../../../src/model/role-call/parse-role-call.js';
import {
  ROLE_CALLS,
  type RoleCall,
  callerFullness,
  isFailedCall,
  isServiceCall,
} from '../../../src/model/role-call/role-call.js';
import { type TrailRecord, assumeRoleRecord } from '../../support/cloudtrail.js';

/** A record that is a role event, whatever else is said of it. */
function eventOf(overrides: TrailRecord = {}): RoleCall {
  const event = parseRoleCall(assumeRoleRecord(overrides));
  if (event === undefined) throw new Error('no role event');
  return event;
}

function failureOf(overrides: TrailRecord): string {
  try {
    parseRoleCall(assumeRoleRecord(overrides));
  } catch (error) {
    if (error instanceof RecordError) return error.message;
    throw error;
  }
  throw new Error('the record was taken');
}

const BROKER = 'arn:aws:iam::111122223333:role/Broker';
const request = (more: object): TrailRecord => ({ requestParameters: { ...more } });

test('every field of a record is read from its place', () => {
  const event = eventOf({
    eventID: 'e-1',
    eventTime: '2026-01-20T10:00:00Z',
    awsRegion: 'eu-west-1',
    recipientAccountId: '444455556666',
    sharedEventID: 's-1',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROA:i-1',
      arn: 'arn:aws:sts::111122223333:assumed-role/Broker/i-1',
      accountId: '111122223333',
      invokedBy: 'cloudformation.amazonaws.com',
      sessionContext: { sessionIssuer: { arn: BROKER }, sourceIdentity: 'upstream' },
    },
    requestParameters: {
      roleArn: 'arn:aws:iam::444455556666:role/Prod',
      roleSessionName: 'tvm-alice-1',
      sourceIdentity: 'sentinel-0123456789abcdef',
      tags: [
        { key: 'Team', value: 'x' },
        { key: 'SentinelSessionID', value: '0123456789abcdef' },
      ],
    },
    sourceIPAddress: '10.0.0.1',
    userAgent: 'aws-cli',
    errorCode: 'AccessDenied',
  });
  expect(event).toEqual({
    eventId: 'e-1',
    eventTime: '2026-01-20T10:00:00Z',
    eventName: 'AssumeRole',
    region: 'eu-west-1',
    accountId: '444455556666',
    roleArn: 'arn:aws:iam::444455556666:role/Prod',
    sourceIdentity: 'sentinel-0123456789abcdef',
    sessionTag: '0123456789abcdef',
    roleSessionName: 'tvm-alice-1',
    principalId: 'AROA:i-1',
    callerArn: 'arn:aws:sts::111122223333:assumed-role/Broker/i-1',
    callerRoleArn: BROKER,
    callerType: 'AssumedRole',
    callerAccountId: '111122223333',
    hop: 'later',
    invokedBy: 'cloudformation.amazonaws.com',
    sourceIp: '10.0.0.1',
    userAgent: 'aws-cli',
    errorCode: 'AccessDenied',
    sharedEventId: 's-1',
    weight: 1,
  });
});

test('nothing of the credentials of a record is in its event', () => {
  expect(JSON.stringify(assumeRoleRecord())).toMatch(/HIDDEN.*ASIAEXAMPLEISSUED|ASIA.*HIDDEN/);
  expect(JSON.stringify(eventOf())).not.toMatch(/HIDDEN|ASIA/);
});

describe('a record is a role event', () => {
  test.each(ROLE_CALLS)('of %s', (eventName) => {
    expect(eventOf({ eventName }).eventName).toBe(eventName);
  });

  test.each<[string, unknown]>([
    ['of another call', assumeRoleRecord({ eventName: 'GetCallerIdentity' })],
    ['of a name in another case', assumeRoleRecord({ eventName: 'assumerole' })],
    ['of a longer name', assumeRoleRecord({ eventName: 'AssumeRoleX' })],
    ['of another service', assumeRoleRecord({ eventSource: 'iam.amazonaws.com' })],
    ['of an insight', { eventType: 'AwsCloudTrailInsight', insightDetails: {} }],
  ])('not %s', (_, record) => {
    expect(parseRoleCall(record)).toBeUndefined();
  });
});

test.each<[unknown, string]>([
  [[assumeRoleRecord()], 'the record: expected an object, found a list'],
  [null, 'the record: expected an object, found nothing'],
  ['AssumeRole', 'the record: expected an object, found a string'],
  [{ Records: [assumeRoleRecord()] }, 'eventName: missing'],
  [{ detail: assumeRoleRecord() }, 'eventName: missing'],
  [{ ...assumeRoleRecord(), eventName: ['AssumeRole'] }, 'eventName: expected text, found a list'],
  [{ ...assumeRoleRecord(), eventSource: undefined }, 'eventSource: missing'],
  [{ ...assumeRoleRecord(), eventSource: null }, 'eventSource: missing'],
  [{ ...assumeRoleRecord(), eventSource: 7 }, 'eventSource: expected text, found a number'],
])('what may be a role event, and nobody can tell, is rejected: %#', (record, message) => {
  expect(() => parseRoleCall(record)).toThrow(new RecordError(message));
});

test.each<[TrailRecord, string]>([
  [{ errorCode: 7 }, 'errorCode: expected text, found a number'],
  [{ errorCode: {} }, 'errorCode: expected text, found an object'],
  [{ userIdentity: 'root' }, 'userIdentity: expected an object, found a string'],
  [request({ sourceIdentity: 7 }), 'sourceIdentity: expected text, found a number'],
  [request({ sourceIdentity: ['x'] }), 'sourceIdentity: expected text, found a list'],
  [request({ roleArn: { arn: 'x' } }), 'roleArn: expected text, found an object'],
  [request({ tags: { key: 'SentinelSessionID' } }), 'tags: expected a list, found an object'],
  [request({ tags: ['x'] }), 'tags, a member: expected an object, found a string'],
  [{ ...request({}), resources: {} }, 'resources: expected a list, found an object'],
  [{ requestParameters: '{}' }, 'requestParameters: expected an object, found a string'],
])('a member of another type is no absent member: %j', (overrides, message) => {
  expect(failureOf(overrides)).toBe(message);
});

describe('the role that was assumed', () => {
  const resources = [
    { type: 'AWS::STS::AssumedRole', ARN: 'arn:aws:sts::1:assumed-role/Other/x' },
    { type: 'AWS::IAM::Role', ARN: 'arn:aws:iam::111122223333:role/Among' },
  ];

  test('is that of the request before that of the resources', () => {
    const roleArn = 'arn:aws:iam::111122223333:role/Asked';
    expect(eventOf({ ...request({ roleArn }), resources }).roleArn).toBe(roleArn);
  });

  test.each([
    ['a request of null', null],
    ['an empty request', {}],
    ['an empty role', { roleArn: '' }],
  ])('is among the resources with %s', (_, requestParameters) => {
    expect(eventOf({ requestParameters, resources }).roleArn).toBe(
      'arn:aws:iam::111122223333:role/Among',
    );
  });

  test('is among the resources also where their ARN is written in small letters', () => {
    const arn = 'arn:aws:iam::111122223333:role/Small';
    const event = eventOf({ ...request({}), resources: [{ type: 'AWS::IAM::Role', arn }] });
    expect(event.roleArn).toBe(arn);
  });

  test.each([[undefined], [null], [[]], [resources.slice(0, 1)]])(
    "is never the caller's own role: %j as resources",
    (found) => {
      const event = eventOf({ requestParameters: null, resources: found });
      expect(event.roleArn).toBeUndefined();
      expect(event.callerRoleArn).toBe(BROKER);
    },
  );
});

describe('the source identity', () => {
  const places = {
    requestParameters: { sourceIdentity: 'of the request' },
    responseElements: { sourceIdentity: 'of the response' },
    userIdentity: {
      sessionContext: { sourceIdentity: 'of the session' },
      sourceIdentity: 'of the user',
    },
  };

  test.each<[string, TrailRecord]>([
    ['of the request', {}],
    ['of the response', { requestParameters: null }],
    ['of the response', { requestParameters: { sourceIdentity: '' } }],
    ['of the session', { requestParameters: {}, responseElements: null }],
    [
      'of the user',
      {
        requestParameters: null,
        responseElements: {},
        userIdentity: { ...places.userIdentity, sessionContext: {} },
      },
    ],
  ])('is that %s first, given %j', (expected, without) => {
    expect(eventOf({ ...places, ...without }).sourceIdentity).toBe(expected);
  });

  test.each([[undefined], [''], [null]])('%j is none', (sourceIdentity) => {
    expect(eventOf(request({ sourceIdentity })).sourceIdentity).toBeUndefined();
  });

  test("of the caller's own session says that the call is a second hop", () => {
    expect(eventOf(places).hop).toBe('later');
    expect(eventOf().hop).toBe('first');
  });
});

test.each<[unknown, string | undefined]>([
  [undefined, undefined],
  [null, undefined],
  [[], undefined],
  [[{ key: 'sentinelsessionid', value: 'a' }], undefined],
  [[{ key: 'SentinelSessionID', value: '' }], undefined],
  [[{ key: 'SentinelSessionID' }], undefined],
  [[{ key: 'Team' }, { key: 'SentinelSessionID', value: 'a' }], 'a'],
])('the session tag among %j is %j', (tags, expected) => {
  expect(eventOf(request({ tags })).sessionTag).toBe(expected);
});

test.each(['sts.amazonaws.com', 'sts.amazonaws.com.cn', 'sts.eu-west-1.amazonaws.com'])(
  'a record of %s is one of STS',
  (eventSource) => {
    expect(eventOf({ eventSource }).eventName).toBe('AssumeRole');
  },
);

test('a record with nothing but what tells it apart is an event', () => {
  const record = {
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    eventID: 'e',
    eventTime: '2026-01-20T10:00:00Z',
  };
  const { eventId, eventTime, eventName, hop, weight, ...rest } = parseRoleCall(record)!;
  expect([eventId, eventTime, eventName]).toEqual(['e', '2026-01-20T10:00:00Z', 'AssumeRole']);
  expect([hop, weight]).toEqual(['first', 1]);
  expect(Object.values(rest).every((value) => value === undefined)).toBe(true);
});

test.each<[TrailRecord, string]>([
  [{ eventID: undefined }, 'eventID: missing'],
  [{ eventID: '' }, 'eventID: missing'],
  [{ eventID: 7 }, 'eventID: expected text, found a number'],
  [{ eventTime: undefined }, 'eventTime: expected an RFC 3339 time, found nothing'],
  [{ eventTime: 1_768_903_200 }, 'eventTime: expected text, found a number'],
  [{ eventTime: '2026-02-30T00:00:00Z' }, 'found "2026-02-30T00:00:00Z"'],
  [{ eventTime: '\u001b[31m' }, 'found "\\x1b[31m"'],
])('a role event with %j is rejected', (overrides, message) => {
  expect(failureOf(overrides)).toContain(message);
});

test.each<[string, boolean, object]>([
  ['a service', true, { type: 'AWSService', invokedBy: 'rds.amazonaws.com' }],
  ['a service without a name', true, { type: 'AWSService' }],
  ['only the name of a service', true, { invokedBy: 'rds.amazonaws.com' }],
  [
    'a role whose credentials a service uses',
    false,
    { type: 'AssumedRole', arn: BROKER, invokedBy: 'cloudformation.amazonaws.com' },
  ],
  ['another account', false, { type: 'AWSAccount', principalId: 'AROA:x', accountId: '1' }],
  ['only an account', false, { accountId: '1', invokedBy: 'x.amazonaws.com' }],
  ['nobody', false, {}],
  ['only an ARN', false, { arn: BROKER, invokedBy: 'x.amazonaws.com' }],
  ['only a principal', false, { principalId: 'AROA:x', invokedBy: 'x.amazonaws.com' }],
  ['nobody for a name that is not of AWS', false, { invokedBy: 'x.amazonaws.com.example.org' }],
  ['somebody of a kind', false, { type: 'WebIdentityUser', invokedBy: 'rds.amazonaws.com' }],
  ['nobody for something else', false, { invokedBy: 'somebody' }],
  ['an unknown kind for a service', true, { type: 'Unknown', invokedBy: 'x.amazonaws.com.cn' }],
])('of %s, a service call is %s', (_, expected, userIdentity) => {
  expect(isServiceCall(eventOf({ userIdentity }))).toBe(expected);
});

test('a call with an error code failed, with any', () => {
  const failed = { errorCode: 'AccessDenied', requestParameters: null, responseElements: null };
  expect(isFailedCall(eventOf({ ...failed, resources: undefined }))).toBe(true);
  expect(isFailedCall(eventOf())).toBe(false);
});

test("of a cross-account pair, the caller's account says more of the caller", () => {
  const principalId = 'AROA:x';
  const other = { type: 'AWSAccount', principalId, accountId: '111122223333' };
  const less = eventOf({ userIdentity: other, recipientAccountId: '444455556666' });
  expect(less).toMatchObject({ callerArn: undefined, callerType: 'AWSAccount', principalId });
  const full = eventOf();
  expect(callerFullness(full)).toBeGreaterThan(callerFullness(less));
  expect(callerFullness(less)).toBeGreaterThan(callerFullness(eventOf({ userIdentity: {} })));
});

test('a caller is the fuller by its ARN, then by its type, then by its principal', () => {
  const principalId = 'AROA:x';
  const descending = [
    { type: 'AssumedRole', arn: BROKER, principalId },
    { type: 'AssumedRole', arn: BROKER },
    { arn: BROKER, principalId },
    { type: 'AWSAccount', arn: BROKER },
    { type: 'AssumedRole', principalId },
    { type: 'AssumedRole' },
    { type: 'AWSAccount', principalId },
    {},
  ].map((userIdentity) => callerFullness(eventOf({ userIdentity })));
  expect(descending).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
});

test.each<[object, string | undefined]>([
  [{ userIdentity: { identityProvider: 'a' }, responseElements: { issuer: 'b' } }, 'a'],
  [
    { responseElements: { issuer: 'https://idp.example.com/saml' } },
    'https://idp.example.com/saml',
  ],
  [{ responseElements: { provider: 'accounts.google.com' } }, 'accounts.google.com'],
  [{ requestParameters: { providerId: 'www.amazon.com' } }, 'www.amazon.com'],
  [
    { requestParameters: { principalArn: 'arn:aws:iam::123456789012:saml-provider/Okta' } },
    'arn:aws:iam::123456789012:saml-provider/Okta',
  ],
  [
    { requestParameters: null, responseElements: null, userIdentity: { identityProvider: '' } },
    undefined,
  ],
])('the identity provider of %o is %s', (members, provider) => {
  const record = {
    eventID: 'e1',
    eventTime: '2026-01-20T10:00:00Z',
    eventName: 'AssumeRoleWithSAML',
    eventSource: 'sts.amazonaws.com',
    ...members,
  };
  expect(parseRoleCall(record)?.identityProvider).toBe(provider);
});

describe('calls of other services that hand out role credentials', () => {
  test.each([
    ['rolesanywhere', 'CreateSession'],
    ['sso', 'GetRoleCredentials'],
    ['eks-auth', 'AssumeRoleForPodIdentity'],
    ['cognito-identity', 'GetCredentialsForIdentity'],
    ['iot', 'AssumeRoleWithCertificate'],
    ['signin', 'SwitchRole'],
  ])('%s:%s has the name of its service', (service, eventName) => {
    for (const domain of ['amazonaws.com', 'amazonaws.com.cn']) {
      const event = eventOf({ eventName, eventSource: `${service}.${domain}` });
      expect(event.eventName).toBe(`${service}:${eventName}`);
    }
    const elsewhere = assumeRoleRecord({ eventName, eventSource: 's3.amazonaws.com' });
    expect(parseRoleCall(elsewhere)).toBeUndefined();
    expect(failureOf({ eventName, eventSource: undefined })).toBe('eventSource: missing');
  });
});

describe('the session tag', () => {
  const tag = (value: string): object => ({ key: 'SentinelSessionID', value });

  test.each([
    ['of the call', { tags: [tag('a')] }, 'a'],
    [
      'that the session of the caller passes on',
      { incomingTransitiveTags: { SentinelSessionID: 'b' } },
      'b',
    ],
    ['passed on in a list', { incomingTransitiveTags: [{ key: 'x', value: 'y' }, tag('c')] }, 'c'],
    [
      'of the call before one passed on',
      { tags: [tag('a')], incomingTransitiveTags: { SentinelSessionID: 'b' } },
      'a',
    ],
    [
      'of the call before one passed on in a list',
      { tags: [tag('a')], incomingTransitiveTags: [tag('c')] },
      'a',
    ],
    ['that is none', { tags: [], incomingTransitiveTags: { other: 'b' } }, undefined],
    ['where nothing is passed on', { incomingTransitiveTags: null }, undefined],
  ])('%s', (_, parameters, expected) => {
    expect(eventOf(request(parameters)).sessionTag).toBe(expected);
  });

  test('of another type is an error', () => {
    expect(failureOf(request({ incomingTransitiveTags: { SentinelSessionID: 7 } }))).toMatch(
      /^SentinelSessionID: expected text/,
    );
  });
});
