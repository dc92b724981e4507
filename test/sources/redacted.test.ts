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
  ])('under %s', (key) => {
    expect(text({ [key]: 'HIDDEN', deeper: [{ [key]: { S: 'HIDDEN' } }] })).not.toContain('HIDDEN');
  });

  it.each([
    '{"responseElements":{"credentials":{"sessionToken":"HIDDEN"}}}',
    '{"SecretAccessKey":"HIDDEN"}',
    'aws_session_token=HIDDEN',
    'ASIAHIDDENHIDDENHIDDEN',
  ])('within a text: %s', (record) => {
    expect(text({ CloudTrailEvent: record })).not.toContain('HIDDEN');
  });

  it('and everything else as it is', () => {
    const row = { id: 'a', started_at: 'yesterday', request_count: 3, tags: [null, true] };
    expect(redacted(row)).toEqual(row);
  });

  it('to a depth that no row of ours has', () => {
    let nested: unknown = 'HIDDEN';
    for (let depth = 0; depth < 20_000; depth++) nested = [nested];
    expect(text({ id: 'bad', nested })).toContain('TOO DEEP');
  });

  it('or only as length and SHA-256', () => {
    expect(fingerprint(Buffer.from('abc'))).toEqual({
      length: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
  });
});
