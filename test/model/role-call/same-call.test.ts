import { expect, test } from 'vitest';
import type { RoleCall } from '../../../src/model/role-call/role-call.js';
import { callFactsOf, mayBeSameCall } from '../../../src/model/role-call/same-call.js';
import { roleEvent } from '../../support/records.js';

const CALL = roleEvent(0);
const FAILED = { ...CALL, errorCode: 'AccessDenied' };

test.each<[string, boolean, RoleCall, RoleCall]>([
  ['nothing', true, CALL, CALL],
  ['account and region', true, CALL, { ...CALL, accountId: 'x', region: 'eu-west-1' }],
  ['what they say of the caller', true, CALL, { ...CALL, callerArn: undefined }],
  ['why they failed', true, FAILED, { ...FAILED, errorCode: 'ExpiredToken' }],
  ['whether they say the role', true, CALL, { ...CALL, roleArn: undefined }],
  ['role', false, CALL, { ...CALL, roleArn: 'arn:aws:iam::111122223333:role/Other' }],
  ['time', false, CALL, { ...CALL, eventTime: '2026-01-20T00:00:01Z' }],
  ['name', false, CALL, { ...CALL, eventName: 'AssumeRoleWithSAML' }],
  ['success', false, CALL, FAILED],
])('two records that differ in %s may be of one call: %s', (_, isSame, one, other) => {
  expect(mayBeSameCall(callFactsOf(one), callFactsOf(other))).toBe(isSame);
  expect(mayBeSameCall(callFactsOf(other), callFactsOf(one))).toBe(isSame);
});
