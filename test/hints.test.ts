import { describe, expect, test } from 'vitest';
import {
  ConfigurationError,
  type ErrorFacts,
  RecordError,
  SourceError,
  UsageError,
} from '../src/errors.js';
import { hintFor } from '../src/hints.js';

describe('advice', () => {
  test.each<[ErrorFacts, RegExp]>([
    [
      { code: 'AccessDeniedException', action: 'dynamodb:Scan' },
      /^allow dynamodb:Scan on it, with kms/,
    ],
    [
      { code: 'AccessDenied', action: 'cloudtrail:LookupEvents' },
      /^allow cloudtrail:LookupEvents;/,
    ],
    [{ code: 'ExpiredTokenException' }, /aws sso login/],
    [{ code: 'UnrecognizedClientException' }, /--aws-profile/],
    [
      { code: 'InvalidRequestException', action: 'athena:StartQueryExecution' },
      /--athena-workgroup/,
    ],
    [
      { code: 'MetadataException', resource: 'table a.b' },
      /^there is no table a\.b: .*--athena-table/,
    ],
    [
      { code: 'ResourceNotFoundException', resource: 'table t in eu-west-1' },
      /^there is no table t in eu-west-1: .*--table/,
    ],
    [{ code: 'ThrottlingException', action: 'dynamodb:Scan' }, /--max-rcu/],
    [{ code: 'ThrottlingException', action: 'cloudtrail:LookupEvents' }, /allowance/],
    [{ code: 'KeysUnprocessed', action: 'dynamodb:BatchGetItem' }, /--max-rcu/],
    [{ code: 'ENOTFOUND' }, /--region, --endpoint-url/],
    [{ code: 'ENOTFOUND', proxy: 'p:1' }, /HTTPS_PROXY/],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, /AWS_CA_BUNDLE/],
    [{ code: 'NoRegion' }, /--region/],
  ])('on %j', (facts, advice) => {
    expect(hintFor(new SourceError('x', { facts }))).toMatch(advice);
  });

  test('is none where nothing is known', () => {
    for (const error of [
      new SourceError('x'),
      new SourceError('x', { facts: { code: 'InvalidRequestException', action: 'athena:Other' } }),
      new SourceError('x', { facts: { code: 'Unheard' } }),
      new RecordError('x'),
      new Error('x'),
      undefined,
    ]) {
      expect(hintFor(error)).toBeUndefined();
    }
  });

  test('of the error itself goes before that on its facts', () => {
    const facts = { code: 'NoRegion' };
    expect(hintFor(new ConfigurationError('x', { hint: 'mine', facts }))).toBe('mine');
    expect(hintFor(new UsageError('--x', 'y', 'mine'))).toBe('mine');
  });
});
