import { EVENT_COLUMNS, VERDICT_COLUMNS } from '../../../model/verdict/attributed-verdict.js';
import { formatNamesWithout } from '../../../model/report/format.js';
import { OPTIONS } from '../options.js';
import type { OptionDefinition } from '../definition.js';
import type { CommandDefinition, Subject } from './command.js';
import {
  COMMON,
  EVENT_SOURCES,
  JUDGED,
  JUDGING,
  OUTPUTS,
  SESSION_COLUMNS,
  SESSION_FILTERS,
  SESSION_SOURCES,
  WINDOW,
  columnsOf,
} from './option-sets.js';

const DEFAULT_FORMAT = 'Default: by the ending of --out, else csv';
/** The formats of calls and verdicts. */
const OF_CALLS: Partial<OptionDefinition> = {
  choices: formatNamesWithout('github', 'markdown'),
  describe: `Output format. human is the same as table, jsonl the same as ndjson; ocsf writes one OCSF 1.3.0 document a line, or Parquet with --out FILE.parquet. ${DEFAULT_FORMAT}`,
};

const SUBJECTS = {
  sessions: {
    options: [
      ...WINDOW,
      ...SESSION_FILTERS,
      ...SESSION_SOURCES,
      'exclude',
      'partition-by',
      'checkpoint',
      ...OUTPUTS,
      ...COMMON,
    ],
    meanings: {
      profile: { describe: OPTIONS.profile.describe },
      format: OPTIONS.format,
      columns: SESSION_COLUMNS,
      'partition-by': { ...OPTIONS['partition-by'], parts: ['day', 'profile'] },
    },
  },
  events: {
    options: [...WINDOW, ...EVENT_SOURCES, 'partition-by', ...OUTPUTS, ...COMMON],
    meanings: {
      format: OF_CALLS,
      columns: columnsOf(EVENT_COLUMNS),
      'partition-by': { ...OPTIONS['partition-by'], parts: ['day', 'account_id', 'region'] },
    },
  },
  verdicts: {
    options: [
      ...WINDOW,
      'profile',
      ...EVENT_SOURCES,
      ...JUDGING,
      'partition-by',
      ...OUTPUTS,
      ...COMMON,
    ],
    meanings: { ...JUDGED, format: OF_CALLS, columns: columnsOf(VERDICT_COLUMNS) },
  },
} as const satisfies Readonly<Record<string, Subject>>;

export const EXPORT = {
  name: 'export',
  subjects: SUBJECTS,
  describe: 'Export sessions, role calls (events) or judged role calls (verdicts)',
  options: [...new Set(Object.values(SUBJECTS).flatMap(({ options }) => options))],
  meanings: {
    profile: {
      describe:
        'Only sessions, or verdicts, of this profile. docs/concepts.md says how the profile of a verdict is found',
    },
    format: {
      describe: `Output format. human is the same as table, jsonl the same as ndjson; ocsf, for events and verdicts, writes one OCSF 1.3.0 document a line, or Parquet with --out FILE.parquet. ${DEFAULT_FORMAT}`,
    },
    columns: {
      describe:
        'Columns, separated by commas; or all. For sessions also audit, the ten audit columns. The help of export sessions, export events and export verdicts lists the names',
    },
  },
  main: [
    'since',
    'until',
    'status',
    'user',
    'profile',
    'role',
    'table',
    'sessions',
    'events',
    'format',
    'columns',
    'out',
    'max-rcu',
    'region',
    'aws-profile',
    'quiet',
  ],
  examples: [
    ['sentinel-audit export --since 90d | gzip > sessions.csv.gz', 'The last 90 days, as CSV'],
    [
      'sentinel-audit export --columns all --out archive.ndjson.gz',
      'All sessions with all their fields, to keep them',
    ],
    [
      'sentinel-audit export --table sentinel-sessions --sessions archive/ --since 90d',
      'The live table and older exports, each session once',
    ],
    [
      'sentinel-audit export --max-rcu 50 --out all.csv --checkpoint here',
      'A production table, slowly; once killed, the same command goes on',
    ],
    [
      'sentinel-audit export verdicts --since 7d --events AWSLogs/ --out verdicts.ndjson.gz',
      'The role calls of a week, each with its session if it has one',
    ],
  ],
} as const satisfies CommandDefinition;
