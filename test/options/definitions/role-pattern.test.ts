import { describe, expect, test } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { rolePattern } from '../../../src/options/definitions/role-pattern.js';

describe('the ARN of a role is taken', () => {
  test.each([
    'arn:aws:iam::123456789012:role/Admin',
    'arn:aws-us-gov:iam::123456789012:role/team/path/Admin+x=y,z.@-_',
    'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_0123456789abcdef',
    "arn:aws:iam::123456789012:role/o'brien's team!/Admin".replace(' ', '-'),
    'arn:aws:iam::123456789012:role/*',
    'arn:aws:iam::*:role/Admin',
    'arn:*:iam::1234*:role/Ad*n',
    'arn:aws:iam::123456789012:*',
    'arn:*',
    'arn:aws:iam::*',
    '*',
    '*:role/Admin',
    '*Admin',
  ])('%s', (text) => {
    expect(rolePattern(text)).toBe(text);
  });
});

describe('anything else is an error that shows the form', () => {
  test.each([
    ['Admin', 'arn:aws:iam::ACCOUNT:role/Admin,'],
    ['Admin*', 'arn:aws:iam::ACCOUNT:role/Admin*,'],
    ['team/Admin', 'arn:aws:iam::ACCOUNT:role/NAME,'],
    ['role/Admin', 'arn:aws:iam::ACCOUNT:role/NAME,'],
    ['arn:aws:iam::123456789012:user/alice', 'arn:aws:iam::ACCOUNT:role/NAME,'],
    ['arn:aws:iam::123456789012:user/*', 'arn:aws:iam::ACCOUNT:role/NAME,'],
    ['arn:aws:sts::123456789012:assumed-role/Admin/x', 'arn:aws:iam::ACCOUNT:role/NAME,'],
    ['arn:aws:iam::12345:role/Admin', 'arn:aws:iam::ACCOUNT:role/NAME,'],
    ['arn:aws:iam::123456789012:role/', 'arn:aws:iam::ACCOUNT:role/NAME,'],
    ['arn:aws:iam::123456789012:role', 'arn:aws:iam::ACCOUNT:role/NAME,'],
    ['arn:aws:iam::123456789012:role/Ad min', 'arn:aws:iam::ACCOUNT:role/NAME,'],
    [' arn:aws:iam::123456789012:role/Admin', 'arn:aws:iam::ACCOUNT:role/NAME,'],
  ])('%s', (text, form) => {
    const message = `"${text}" is not the ARN of a role`;
    const hint: unknown = expect.stringContaining(`write ${form}`);
    expect(() => rolePattern(text)).toThrow(ValueError);
    expect(() => rolePattern(text)).toThrow(expect.objectContaining({ message, hint }));
  });
});
