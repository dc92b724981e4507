import { formatNamesWithout } from '../../../model/report/format.js';
import { FINDING_COLUMNS } from '../../../model/verdict/attributed-verdict.js';
import type { CommandDefinition } from './command.js';
import {
  AUDIT_MAIN,
  COMMON,
  EVENT_SOURCES,
  JUDGED,
  JUDGING,
  OUTPUTS,
  WINDOW,
  columnsOf,
} from './option-sets.js';

export const UNTRACKED_SESSIONS = {
  name: 'untracked-sessions',
  describe: 'Find role calls that have no tracked session',
  options: [
    ...new Set([
      ...WINDOW,
      'profile',
      ...EVENT_SOURCES,
      ...JUDGING,
      'fail-on',
      ...OUTPUTS,
      ...COMMON,
    ] as const),
  ],
  meanings: {
    ...JUDGED,
    format: {
      choices: formatNamesWithout('github'),
      describe:
        'Output format. human is the same as table, jsonl the same as ndjson; ocsf writes one OCSF 1.3.0 document a line, or Parquet with --out FILE.parquet, markdown (md) a comment or a job summary. Default: by the ending of --out, else table',
    },
    columns: columnsOf(FINDING_COLUMNS),
  },
  main: [
    'since',
    'until',
    'profile',
    'role',
    'events',
    'event-regions',
    'table',
    'sessions',
    'policy',
    ...AUDIT_MAIN,
  ],
  examples: [
    [
      'sentinel-audit untracked-sessions --since 24h --until 15m',
      'The last day, from CloudTrail and the live table',
    ],
    [
      'sentinel-audit untracked-sessions --since 90d --events AWSLogs/ --sessions archive/',
      'A quarter, from files alone',
    ],
    [
      'sentinel-audit untracked-sessions --since 7d --allow allowed.yaml --json',
      'For a script, without known and permitted calls',
    ],
    [
      'sentinel-audit untracked-sessions --since 90d --events athena --athena-table audit.cloudtrail_logs',
      'A quarter of a large trail, read by Athena',
    ],
  ],
} as const satisfies CommandDefinition;
