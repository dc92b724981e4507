import { OPTIONS } from '../options.js';
import type { CommandDefinition, Subject } from './command.js';

const OPTIONS_OF_LIST = [
  'location',
  'athena-table',
  'partition-by',
  'format',
  'event-regions',
  'accounts',
  'since',
  'out',
  'config',
] as const;

/** The keys that the rows of a list have. */
function subject(keys: readonly string[]): Subject {
  return {
    options: OPTIONS_OF_LIST,
    meanings: {
      'partition-by': {
        parts: keys,
        describe: 'Keys of the partitions, as the export was given them. Default: day',
      },
    },
  };
}

export const LAKE_TABLE = {
  name: 'lake-table',
  describe: 'Print the CREATE TABLE statement for what export --partition-by wrote',
  subjects: {
    sessions: subject(['day', 'profile']),
    events: subject(['day', 'account_id', 'region']),
    verdicts: subject(['day', 'account_id', 'region', 'profile']),
  },
  options: OPTIONS_OF_LIST,
  meanings: {
    location: { describe: 'Where the lake is: s3://BUCKET/PREFIX' },
    'athena-table': {
      describe: 'Name of the new table: TABLE or DATABASE.TABLE. Default: the name of the list',
    },
    'partition-by': {
      parts: OPTIONS['partition-by'].parts,
      describe: 'Keys of the partitions, as the export was given them. Default: day',
    },
    format: { choices: ['parquet', 'ndjson'], describe: 'Format of the files. Default: parquet' },
    'event-regions': {
      describe:
        'Regions of a lake by region, separated by commas. Without them each query has to name its regions',
    },
    accounts: {
      describe:
        'Accounts of a lake by account_id, separated by commas. Without them each query has to name its accounts',
    },
    since: { describe: 'First day of the table. Default: 2020-01-01' },
  },
  main: [...OPTIONS_OF_LIST],
  examples: [
    [
      'sentinel-audit lake-table verdicts --location s3://lake/verdicts',
      'A lake of verdicts, by day',
    ],
    [
      'sentinel-audit lake-table events --location s3://lake/events --partition-by day,region --event-regions us-east-1,eu-west-1',
      'A lake of events, by day and region',
    ],
    [
      'sentinel-audit lake-table sessions --location s3://lake/sessions --athena-table audit.sessions --since 2026-01-01',
      'A lake of sessions, in a database of its own',
    ],
  ],
} as const satisfies CommandDefinition;
