import { SESSION_COLUMN_NAMES } from '../model/columns.js';
import { SESSION_STATUSES } from '../model/session.js';

/** One option, said once: for the parser, the help, the environment, the config file and the completion. */
export interface OptionDefinition {
  readonly kind: 'text' | 'list' | 'number' | 'flag';
  readonly group: 'Sources' | 'Filters' | 'Output' | 'AWS' | 'Running';
  readonly describe: string;
  /** What stands for its value in the help; a flag has none. */
  readonly value?: string;
  /** Other names; one of a single letter is written with one dash. */
  readonly alias?: readonly string[];
  readonly choices?: readonly string[];
  /** A comma-separated list, each part one of these. */
  readonly parts?: readonly string[];
}

export const OPTIONS = {
  table: {
    kind: 'text',
    group: 'Sources',
    value: 'NAME',
    describe:
      'The live session table. Default, unless --sessions is given: $SENTINEL_SESSION_TABLE, else sentinel-sessions',
  },
  sessions: {
    kind: 'list',
    group: 'Sources',
    value: 'PATH…',
    describe:
      'Files with sessions: exports of this tool, downloaded DynamoDB exports, saved scans; plain or gzip. A folder means all its files, - is standard input. With --table: both, each session once',
  },
  segments: {
    kind: 'number',
    group: 'Sources',
    value: 'N',
    describe: 'Scan the table in N parallel segments. Default: by its size',
  },
  'max-rcu': {
    kind: 'number',
    group: 'Sources',
    value: 'N',
    describe: 'Read at most N read units a second from the table',
  },
  since: {
    kind: 'text',
    group: 'Filters',
    value: 'WHEN',
    describe:
      'Created at or after WHEN: a duration back from now (7d, 24h, 1d12h), a date, or an RFC 3339 time',
  },
  until: {
    kind: 'text',
    group: 'Filters',
    value: 'WHEN',
    describe: 'Created before WHEN, likewise',
  },
  status: {
    kind: 'text',
    group: 'Filters',
    value: 'STATUS',
    choices: SESSION_STATUSES,
    describe: 'Only sessions of this status',
  },
  user: { kind: 'text', group: 'Filters', value: 'NAME', describe: 'Only sessions of this user' },
  profile: {
    kind: 'text',
    group: 'Filters',
    value: 'NAME',
    describe: 'Only sessions of this profile',
  },
  all: {
    kind: 'flag',
    group: 'Filters',
    describe: "Everyone's sessions. Without it, a filter or a file, only your own are shown",
  },
  limit: {
    kind: 'number',
    group: 'Filters',
    value: 'N',
    describe: 'Show the newest N that match. Default: 100',
  },
  format: {
    kind: 'text',
    group: 'Output',
    value: 'FORMAT',
    alias: ['output'],
    choices: ['csv', 'ndjson', 'json', 'table', 'human'],
    describe:
      'Form of the output; human is the same as table. Default: by the ending of --out, else csv for export and table for server-sessions',
  },
  json: { kind: 'flag', group: 'Output', describe: 'The same as --format json' },
  out: {
    kind: 'text',
    group: 'Output',
    value: 'FILE',
    alias: ['o'],
    describe:
      'Write to FILE instead of standard output. It appears when it is whole, for its owner alone; .gz at the end of the name compresses it',
  },
  columns: {
    kind: 'text',
    group: 'Output',
    value: 'LIST',
    parts: ['audit', 'all', ...SESSION_COLUMN_NAMES],
    describe: 'Columns, separated by commas; or audit, the ten of the audit; or all',
  },
  'csv-raw': {
    kind: 'flag',
    group: 'Output',
    describe: 'Do not defuse the cells of a CSV that a spreadsheet would run as a formula',
  },
  rejects: {
    kind: 'text',
    group: 'Output',
    value: 'FILE',
    describe: 'Keep all that could not be understood in FILE, as NDJSON',
  },
  region: {
    kind: 'text',
    group: 'AWS',
    value: 'REGION',
    describe: 'Default: $AWS_REGION, $AWS_DEFAULT_REGION, the AWS profile',
  },
  'aws-profile': {
    kind: 'text',
    group: 'AWS',
    value: 'NAME',
    describe: 'The AWS profile to take credentials and region from. Default: $AWS_PROFILE',
  },
  'endpoint-url': {
    kind: 'text',
    group: 'AWS',
    value: 'URL',
    describe: 'Ask this endpoint instead of AWS, for every service',
  },
  strict: { kind: 'flag', group: 'Running', describe: 'Stop at the first row that is rejected' },
  config: {
    kind: 'text',
    group: 'Running',
    value: 'FILE',
    describe:
      'YAML with options under their long names. Default: $XDG_CONFIG_HOME/sentinel-audit/config.yaml',
  },
  quiet: {
    kind: 'flag',
    group: 'Running',
    alias: ['q'],
    describe: 'No notes, no progress, no summary; only errors',
  },
  verbose: {
    kind: 'flag',
    group: 'Running',
    alias: ['v'],
    describe: 'Say how the table is read: which index, how many segments',
  },
  'no-progress': {
    kind: 'flag',
    group: 'Running',
    describe: 'No progress line. There is none anyway unless standard error is a terminal',
  },
} as const satisfies Record<string, OptionDefinition>;

export type OptionName = keyof typeof OPTIONS;

/** One command, as the help and the completion show it. */
export interface CommandDefinition {
  readonly name: string;
  /** What may stand behind the name; the first is meant when nothing does. */
  readonly what?: readonly string[];
  readonly describe: string;
  readonly options: readonly OptionName[];
  readonly examples: readonly (readonly [command: string, meaning: string])[];
}

const SESSION_SOURCES = ['table', 'sessions', 'segments', 'max-rcu'] as const;
const SESSION_FILTERS = ['since', 'until', 'status', 'user', 'profile'] as const;
const OUTPUT = ['format', 'json', 'out', 'columns', 'csv-raw', 'rejects'] as const;
const COMMON = [
  'region',
  'aws-profile',
  'endpoint-url',
  'strict',
  'config',
  'quiet',
  'verbose',
  'no-progress',
] as const;

export const COMMANDS = {
  export: {
    name: 'export',
    what: ['sessions'],
    describe: 'Stream every session that matches, as CSV, NDJSON, JSON or a table',
    options: [...SESSION_SOURCES, ...SESSION_FILTERS, ...OUTPUT, ...COMMON],
    examples: [
      ['sentinel-audit export --since 90d | gzip > sessions.csv.gz', 'The last 90 days, as CSV'],
      [
        'sentinel-audit export --columns all --out archive.ndjson.gz',
        'Everything as stored, for the archive',
      ],
      [
        'sentinel-audit export --table sentinel-sessions --sessions archive/ --since 90d',
        'The live table and what it has forgotten, each session once',
      ],
      [
        'sentinel-audit export --max-rcu 50 --status revoked --format json',
        'From a production table, gently',
      ],
    ],
  },
  'server-sessions': {
    name: 'server-sessions',
    describe: 'List the newest sessions that match, newest first',
    options: [...SESSION_SOURCES, ...SESSION_FILTERS, 'all', 'limit', ...OUTPUT, ...COMMON],
    examples: [
      ['sentinel-audit server-sessions', 'Your own sessions'],
      ['sentinel-audit server-sessions --all --status active', 'Who is on right now'],
      [
        'sentinel-audit server-sessions --user alice --since 7d --json',
        "Alice's last week, for a script",
      ],
      [
        'sentinel-audit server-sessions --sessions archive/ --limit 20',
        'The newest 20 in some files, without AWS',
      ],
    ],
  },
} as const satisfies Record<string, CommandDefinition>;

export type CommandName = keyof typeof COMMANDS;
