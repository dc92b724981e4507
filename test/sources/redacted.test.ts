import { describe, expect, it } from 'vitest';
import { fingerprint, redacted } from '../../src/sources/redacted.js';

const text = (value: unknown): string => JSON.stringify(redacted(value));

describe('what is rejected is kept without credentials', () => {
  it.each([
    'sessionToken',
    'SessionToken',
    'session_token',
    'aws_session_token',
    'secretAccessKey',
    'aws_secret_access_key',
    'access-key-id',
    'accessKeyId',
    'credentials',
    ' secretAccessKey',
    'webIdentityToken',
    'WebIdentityToken',
    'web_identity_token',
    'tokenCode',
    'TokenCode',
    'SAMLAssertion',
    'sAMLAssertion',
    'saml-assertion',
    'token',
    'idToken',
    'accessToken',
    'refresh_token',
    'SigninToken',
    'deviceCode',
    'authorizationCode',
    'password',
    'client_secret',
    'privateKey',
    'Authorization',
    'X-Amz-Signature',
    'logins',
    'Cookie',
  ])('under %s', (key) => {
    expect(text({ [key]: 'HIDDEN', deeper: [{ [key]: { S: 'HIDDEN' } }] })).not.toContain('HIDDEN');
  });

  it.each([
    '{"responseElements":{"credentials":{"sessionToken":"HIDDEN"}}}',
    '{"SecretAccessKey":"HIDDEN"}',
    'aws_session_token=HIDDEN',
    'ASIAHIDDENHIDDENHIDDEN',
    'of-ASIAHIDDENHIDDENHIDDEN',
    '{"requestParameters":{"webIdentityToken":"HIDDEN"}}',
    '{"requestParameters":{"tokenCode" : "HIDDEN"}}',
    '{"message":"{\\"sAMLAssertion\\":\\"HIDDEN\\"}"}',
    'https://sts.amazonaws.com/?Action=AssumeRoleWithSAML&SAMLAssertion=HIDDEN',
    'https://sts.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Signature=HIDDEN',
    'client_secret: HIDDEN',
    'of jane: eyJhbGciOiJub25lIn0.eyJzdWIiOiJISURERU4ifQ.HIDDEN',
  ])('within a text: %s', (record) => {
    expect(text({ CloudTrailEvent: record })).not.toContain('HIDDEN');
  });

  it('and everything else as it is', () => {
    const row = { id: 'a', started_at: 'yesterday', request_count: 3, tags: [null, true] };
    expect(redacted(row)).toEqual(row);
    const record = {
      eventTime: '2026-01-20T10:00:00Z',
      errorCode: 'AccessDenied',
      errorMessage: 'The security token included in the request is expired',
      requestParameters: { sAMLAssertionID: '_1', principalArn: 'x', tags: [{ key: 'a' }] },
      userIdentity: { sessionContext: { attributes: { mfaAuthenticated: 'true' } } },
    };
    expect(redacted(record)).toEqual(record);
  });

  it('to a depth that no row of ours has', () => {
    let nested: unknown = 'HIDDEN';
    for (let depth = 0; depth < 20_000; depth++) nested = [nested];
    expect(text({ id: 'bad', nested })).toContain('TOO DEEP');
  });

  it.each(['ASIA', 'eyJ', 'token"', 'token ', '\\', ' '])(
    'in megabytes of %j without a hitch',
    (part) => {
      expect(redacted({ text: `token${part.repeat(2_000_000)}` })).toBeDefined();
    },
  );

  it('or only as length and SHA-256', () => {
    expect(fingerprint(Buffer.from('abc'))).toEqual({
      length: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
  });
});
