import type { CommandDefinition } from './command.js';

export const ATHENA_TABLE = {
  name: 'athena-table',
  describe: 'Print the CREATE TABLE statement for --events athena',
  options: ['location', 'athena-table', 'event-regions', 'accounts', 'since', 'out', 'config'],
  meanings: {
    'athena-table': {
      describe: 'Name of the new table: TABLE or DATABASE.TABLE. Default: cloudtrail_logs',
    },
    'event-regions': {
      describe:
        'Regions of the table, separated by commas. Needed when --location does not contain the region',
    },
    since: {
      describe: 'First day of the table. Default: 2013-11-01, which is older than CloudTrail',
    },
  },
  main: ['location', 'athena-table', 'event-regions', 'accounts', 'since', 'out', 'config'],
  examples: [
    [
      'sentinel-audit athena-table --location s3://logs/AWSLogs/111122223333/CloudTrail/us-east-1',
      'A trail of one account and one region',
    ],
    [
      'sentinel-audit athena-table --location s3://logs/AWSLogs/111122223333 --event-regions us-east-1,eu-west-1',
      'A trail of one account and several regions',
    ],
    [
      'sentinel-audit athena-table --location s3://logs/AWSLogs/o-abcdef1234 --accounts 111122223333,444455556666 --event-regions us-east-1',
      'A trail of an organization',
    ],
  ],
} as const satisfies CommandDefinition;
