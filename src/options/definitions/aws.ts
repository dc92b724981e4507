import type { Definitions } from './definition.js';

/** Which AWS, and with which credentials. */
export const AWS = {
  region: {
    kind: 'text',
    value: 'REGION',
    describe: 'AWS region. Default: $AWS_REGION, $AWS_DEFAULT_REGION, the AWS profile',
  },
  'aws-profile': {
    kind: 'text',
    value: 'NAME',
    names: 'aws-profile',
    describe:
      'AWS profile for credentials, region and endpoint. Default: the keys of the environment, else $AWS_DEFAULT_PROFILE, else $AWS_PROFILE',
  },
  'endpoint-url': {
    kind: 'text',
    value: 'URL',
    describe: 'Send the requests of every AWS service to this URL',
  },
  'request-payer': {
    kind: 'flag',
    describe:
      'Pay for requests to S3 buckets whose owners want the requester to pay. Without it they refuse',
  },
} as const satisfies Definitions;
