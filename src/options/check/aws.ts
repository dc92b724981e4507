import { ValueError } from '../../errors.js';
import type { AwsOptions } from '../../sources/aws/aws.js';
import type { GivenOptions } from '../read/given-options.js';
import type { Environment } from '../read/settings.js';

/** The region, the AWS profile and the endpoint. @throws UsageError */
export function checkAws(given: GivenOptions, env: Environment): AwsOptions {
  const byDefault = env['AWS_REGION'] ? undefined : env['AWS_DEFAULT_REGION'] || undefined;
  return {
    region: given.parsed('region', regionName) ?? byDefault,
    awsProfile: given.text('aws-profile'),
    endpointUrl: given.parsed('endpoint-url', httpUrl),
  };
}

/** The regions of `--event-regions`, each once. @throws UsageError */
export function checkRegions(given: GivenOptions): readonly string[] | undefined {
  return given.parsed('event-regions', (text) => [
    ...new Set(text.split(',').map((name) => regionName(name.trim()))),
  ]);
}

function regionName(text: string): string {
  if (/^[a-z0-9-]+$/.test(text)) return text;
  throw new ValueError(`"${text}" is not a valid region name`, 'write it like eu-west-1');
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new ValueError(`"${text}" is not a valid URL`, 'write it like http://localhost:8000');
}
