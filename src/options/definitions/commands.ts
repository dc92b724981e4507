import type { OptionName } from './options.js';

/** One command, as the help and the completion show it. */
export interface CommandDefinition {
  readonly name: string;
  /** What may stand behind the name, each with its options; the first is meant when nothing does. */
  readonly what?: Readonly<Record<string, readonly OptionName[]>>;
  readonly describe: string;
  readonly options: readonly OptionName[];
  readonly examples: readonly (readonly [command: string, meaning: string])[];
}

const SESSIONS = ['table', 'sessions', 'exclude', 'segments', 'max-rcu'] as const;
const SESSION_FILTERS = ['status', 'user', 'profile'] as const;
const WINDOW = ['since', 'until'] as const;
const EVENTS = [
  'events',
  'exclude',
  'event-regions',
  'event-name',
  'role',
  'athena-table',
  'athena-workgroup',
  'athena-output',
  'athena-catalog',
  'athena-price',
  'explain',
] as const;
const JUDGEMENT = [
  'include-service-calls',
  'include-failed-calls',
  'identity-pattern',
  'broker',
  'allow',
  'profile-map',
  'aws-config',
  'lookup-concurrency',
] as const;
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

const EXPORTS = {
  sessions: [...WINDOW, ...SESSION_FILTERS, ...SESSIONS, ...OUTPUT, ...COMMON],
  events: [...WINDOW, ...EVENTS, ...OUTPUT, ...COMMON],
  verdicts: [...WINDOW, ...EVENTS, ...JUDGEMENT, ...SESSIONS, 'profile', ...OUTPUT, ...COMMON],
} as const satisfies Record<string, readonly OptionName[]>;

export const COMMANDS = {
  export: {
    name: 'export',
    what: EXPORTS,
    describe: 'Stream sessions, role events or judged role events, as CSV, NDJSON, JSON or a table',
    options: [...new Set(Object.values(EXPORTS).flat())],
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
      [
        'sentinel-audit export verdicts --since 7d --events AWSLogs/ --out verdicts.ndjson.gz',
        'Every role event of a week, with its session or without one',
      ],
    ],
  },
  'server-sessions': {
    name: 'server-sessions',
    describe: 'List the newest sessions that match, newest first',
    options: [...WINDOW, ...SESSION_FILTERS, 'all', 'limit', ...SESSIONS, ...OUTPUT, ...COMMON],
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
  'untracked-sessions': {
    name: 'untracked-sessions',
    describe: 'Judge every role event of a window, and report those without a tracked session',
    options: [
      ...WINDOW,
      'profile',
      ...EVENTS,
      ...JUDGEMENT,
      'fail-on',
      ...SESSIONS,
      ...OUTPUT,
      ...COMMON,
    ],
    examples: [
      [
        'sentinel-audit untracked-sessions --since 24h --until 15m',
        'Yesterday, asking CloudTrail and the live table',
      ],
      [
        'sentinel-audit untracked-sessions --since 90d --events AWSLogs/ --sessions archive/',
        'A quarter, from files alone',
      ],
      [
        'sentinel-audit untracked-sessions --since 7d --allow allowed.yaml --json',
        'For a script, without what is known and permitted',
      ],
      [
        'sentinel-audit untracked-sessions --since 90d --events athena --athena-table audit.cloudtrail_logs',
        'A quarter of a large trail, which Athena scans',
      ],
    ],
  },
  'session-compliance': {
    name: 'session-compliance',
    describe: 'Report for each profile whether a policy that demands tracked sessions is kept',
    options: [
      ...WINDOW,
      'profile',
      ...EVENTS,
      'policy',
      'explain-policy',
      ...JUDGEMENT,
      'fail-on',
      ...SESSIONS,
      ...OUTPUT,
      ...COMMON,
    ],
    examples: [
      [
        'sentinel-audit session-compliance --since 7d --until 15m --policy policy.yaml',
        'Last week, asking CloudTrail and the live table',
      ],
      [
        'sentinel-audit session-compliance --since 7d --policy policy.yaml --format github',
        'In a workflow of GitHub Actions: one annotation for each gap',
      ],
      [
        'sentinel-audit session-compliance --policy policy.yaml --explain-policy',
        'Which profiles are required, and by which rule',
      ],
    ],
  },
  'athena-table': {
    name: 'athena-table',
    describe: 'Print the CREATE TABLE that --events athena can ask, for the bucket of a trail',
    options: ['location', 'athena-table', 'event-regions', 'accounts', 'since', 'out', 'config'],
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
  },
} as const satisfies Record<string, CommandDefinition>;

export type CommandName = keyof typeof COMMANDS;
