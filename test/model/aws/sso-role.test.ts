import { expect, test } from 'vitest';
import { knownRole, knownSsoRole } from '../../../src/model/aws/sso-role.js';

const RESERVED = 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com';
const KNOWN = `${RESERVED}/AWSReservedSSO_Power_User`;

test.each([
  [`${RESERVED}/AWSReservedSSO_Power_User_0123456789abcdef`, KNOWN],
  [`${RESERVED}/eu-west-1/AWSReservedSSO_Power_User_0123456789abcdef`, KNOWN],
  [
    `${RESERVED.replace('arn:aws:', 'arn:aws-us-gov:')}/AWSReservedSSO_Power_User_0123456789abcdef`,
    KNOWN,
  ],
])('%s is known before its ending is', (arn, known) => {
  expect(knownRole(arn)).toBe(known);
  expect(knownSsoRole('111122223333', 'Power_User')).toBe(known);
});

test.each([
  'arn:aws:iam::111122223333:role/Admin',
  'arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_0123456789abcdef',
  `${RESERVED}/AWSReservedSSO_Admin`,
  `${RESERVED}/AWSReservedSSO_Admin_0123456789ABCDEF`,
  `${RESERVED}/AWSReservedSSO_Admin_0123456789abcdef0`,
  `${RESERVED}/AWSReservedSSO__0123456789abcdef`,
  `${RESERVED}/deep/er/AWSReservedSSO_Admin_0123456789abcdef`,
])('%s keeps its ARN', (arn) => {
  expect(knownRole(arn)).toBe(arn);
});
