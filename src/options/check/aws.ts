import { ValueError } from '../../errors.js';
import { problemOfRegion } from '../../model/aws/region.js';
import type { AwsOptions } from '../../aws/aws.js';
import type { S3Options } from '../../storage/s3/buckets.js';
import type { GivenOptions } from '../read/given-options.js';
import type { Environment } from '../read/settings.js';

/** The region, the AWS profile and the endpoint, and how S3 is asked. @throws UsageError */
export function checkAws(given: GivenOptions, env: Environment): S3Options {
  const endpointUrl = given.parsed('endpoint-url', httpUrl);
  const isOwn = isAtOwnEndpoint({ endpointUrl, env });
  return {
    region: given.parsed('region', (text) => regionName(text, isOwn)),
    awsProfile: given.text('aws-profile'),
    endpointUrl,
    env,
    requestPayer: given.flag('request-payer'),
    sseKmsKeyId: given.value('sse-kms-key-id'),
  };
}

/** Is AWS asked at an endpoint of the user's own? */
export function isAtOwnEndpoint({ endpointUrl, env }: AwsOptions): boolean {
  const names = Object.keys(env ?? {}).filter((name) => env?.[name]);
  return endpointUrl !== undefined || names.some((name) => name.startsWith('AWS_ENDPOINT_URL'));
}

/** The regions of `--event-regions`, each once. At an endpoint of the user's own they may have any name. @throws UsageError */
export function checkRegions(
  given: GivenOptions,
  atOwnEndpoint = false,
): readonly string[] | undefined {
  return given.parsed('event-regions', (text) => {
    const names = [...new Set(text.split(',').map((name) => name.trim()))];
    if (names.length > 1 && names.includes('all')) {
      throw new ValueError('"all" cannot be combined with other regions');
    }
    return names.map((name) => regionName(name, atOwnEndpoint));
  });
}

function regionName(text: string, atOwnEndpoint: boolean): string {
  const problem = problemOfRegion(text, atOwnEndpoint);
  if (problem === undefined) return text;
  throw new ValueError(problem.message, problem.hint);
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new ValueError(`"${text}" is not a valid URL`, 'write it like http://localhost:8000');
}
