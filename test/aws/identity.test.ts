import { describe, expect, onTestFinished, test } from 'vitest';
import { Interruption } from '../../src/errors.js';
import type { AwsOptions } from '../../src/aws/aws.js';
import { type Identity, readIdentity } from '../../src/aws/identity.js';
import { type Answer, identityXml, startFakeAws } from '../support/aws.js';
import { keptReading } from '../support/records.js';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'x' };
const XML = { 'content-type': 'text/xml' };

async function identityBy(
  answer: Answer | undefined,
  options: Partial<AwsOptions> = {},
  { patience, signal }: { patience?: number; signal?: AbortSignal } = {},
): Promise<{ identity: Identity | undefined; notes: string[]; asked: number }> {
  const aws = await startFakeAws(() => answer);
  onTestFinished(() => aws.close());
  const { context, notes } = keptReading(signal);
  const from = { region: 'eu-west-1', endpointUrl: aws.url, env: KEYS, ...options };
  const identity = await readIdentity(from, context, patience);
  return { identity, notes, asked: aws.seen.length };
}

describe('who asks', () => {
  test.each([
    'arn:aws:iam::111122223333:user/pat',
    'arn:aws:sts::111122223333:assumed-role/Audit/pat@example.com',
    'arn:aws-us-gov:iam::111122223333:root',
  ])('is the account and the principal: %s', async (principal) => {
    const found = await identityBy({ headers: XML, body: identityXml(principal) });
    expect(found).toEqual({
      identity: { account: '111122223333', principal },
      notes: [],
      asked: 1,
    });
  });

  test.each<[string, Answer, RegExp]>([
    [
      'denied',
      {
        status: 403,
        headers: XML,
        body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
      },
      /^who asks is not known: sts:GetCallerIdentity of .*: AccessDenied: no$/,
    ],
    [
      'answered by a page',
      { status: 403, headers: { 'content-type': 'text/html' }, body: '<html></html>' },
      /HTTP 403 from/,
    ],
    [
      'answered without a name',
      { headers: XML, body: '<X></X>' },
      /did not say who asks|SyntaxError|HTTP/,
    ],
    ['throttled', { status: 503, headers: XML }, /HTTP 503 .*tried 2 times/],
  ])('is a note, and no failure, when it is %s', async (_, answer, note) => {
    const { identity, notes } = await identityBy(answer);
    expect(identity).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(note)]);
  });

  test.each<[string, Answer]>([
    ['answers nothing', { silent: true }],
    ['stalls', { headers: XML, parts: ['<GetCaller', undefined] }],
  ])('is not waited for longer than it is worth when AWS %s', async (_, answer) => {
    const { identity, notes } = await identityBy(answer, {}, { patience: 100 });
    expect(identity).toBeUndefined();
    expect(notes).toEqual(['who asks is not known: no answer within 0.1 s']);
  });

  test('is left to the work itself to tell where there are no credentials', async () => {
    const without = { env: { ...KEYS, AWS_SECRET_ACCESS_KEY: '' } };
    const nobody = { env: { AWS_PROFILE: 'nobody' } };
    for (const options of [without, nobody]) {
      expect(await identityBy(undefined, options)).toMatchObject({
        identity: undefined,
        notes: [],
        asked: 0,
      });
    }
  });

  test('is given up without a word when the run is stopped', async () => {
    const stop = new AbortController();
    const found = identityBy({ silent: true }, {}, { signal: stop.signal });
    setTimeout(() => stop.abort(new Interruption('SIGINT')), 50);
    expect(await found).toMatchObject({ identity: undefined, notes: [] });
  });
});
