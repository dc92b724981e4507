import type { CommandDefinition } from './command.js';
import { COMMON } from './option-sets.js';

export const ARCHIVE = {
  name: 'archive',
  describe: 'Keep the sessions that the table deletes, for later audits',
  options: [
    'table',
    'to',
    'follow',
    'interval',
    'compact',
    'dry-run',
    'segments',
    'max-rcu',
    'sse-kms-key-id',
    'rejects',
    ...COMMON,
  ],
  meanings: {
    table: {
      describe:
        'The live session table, whose stream is followed. Default: $SENTINEL_SESSION_TABLE, else sentinel-sessions',
    },
    'max-rcu': {
      describe: 'Read at most N read units per second when the whole table is read',
    },
  },
  main: [
    'table',
    'to',
    'follow',
    'interval',
    'compact',
    'dry-run',
    'max-rcu',
    'sse-kms-key-id',
    'region',
    'aws-profile',
    'quiet',
  ],
  examples: [
    ['sentinel-audit archive --to s3://audit/sentinel', 'Run this every few hours'],
    [
      'sentinel-audit archive --table sentinel-sessions --to archive/ --compact',
      'Add to a folder, and merge its files into one a day',
    ],
    ['sentinel-audit archive --to archive/ --dry-run', 'What would be read'],
    [
      'sentinel-audit untracked-sessions --since yesterday --until today --sessions s3://audit/sentinel --events s3://logs',
      'Audit yesterday by the archive',
    ],
  ],
} as const satisfies CommandDefinition;
