import { describe, expect, onTestFinished, test } from 'vitest';
import { listRegions } from '../../src/aws/list-regions.js';
import { hintFor } from '../../src/hints.js';
import { type Answer, type FakeAws, startFakeAws } from '../support/aws.js';
import { keptReading } from '../support/records.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const env = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'x' };

async function regionsBy(
  answer: (number: number) => Answer,
): Promise<{ regions: Promise<readonly string[]>; aws: FakeAws }> {
  const aws = await startFakeAws((_, number) => answer(number));
  onTestFinished(() => aws.close());
  const from = { region: 'eu-west-1', endpointUrl: aws.url, env };
  return { regions: listRegions(from, keptReading().context), aws };
}

function page(names: readonly string[], NextToken?: string): Answer {
  const Regions = names.map((RegionName) => ({ RegionName, RegionOptStatus: 'ENABLED' }));
  return { headers: JSON_TYPE, body: JSON.stringify({ Regions, NextToken }) };
}

describe('the regions of the account', () => {
  test('are those of every page, sorted', async () => {
    const { regions, aws } = await regionsBy((number) =>
      number === 0 ? page(['us-east-1', 'eu-west-1'], 'more') : page(['ap-south-1']),
    );
    expect(await regions).toEqual(['ap-south-1', 'eu-west-1', 'us-east-1']);
    expect(aws.seen.length).toBe(2);
  });

  test('that may not be listed are a usage error that says what to do', async () => {
    const { regions } = await regionsBy(() => ({
      status: 403,
      headers: { ...JSON_TYPE, 'x-amzn-errortype': 'AccessDeniedException' },
      body: '{"message":"not you"}',
    }));
    const failure: unknown = await regions.catch((error: unknown) => error);
    expect(failure).toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(
        /could not be listed: account:ListRegions .* not you/,
      ) as string,
    });
    expect(hintFor(failure)).toMatch(/account:ListRegions.*--event-regions/);
  });

  test.each<[string, Answer]>([
    ['none at all', page([])],
    ['no list', { headers: JSON_TYPE, body: '{}' }],
    [
      'another error',
      {
        status: 400,
        headers: { ...JSON_TYPE, 'x-amzn-errortype': 'ValidationException' },
        body: '{}',
      },
    ],
  ])('could not be told by %s: a failure, not a usage error', async (_, answer) => {
    const { regions } = await regionsBy(() => answer);
    await expect(regions).rejects.toMatchObject({ exitCode: 3 });
  });
});
