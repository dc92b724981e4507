import { SESSION_COLUMN_NAMES } from '../../model/columns/session-columns.js';
import { VERDICT_COLUMNS } from '../../model/verdict/attributed-verdict.js';
import { PROFILE_COLUMNS } from '../../model/attribution/profile-report.js';
import { FORMAT_NAMES } from '../../model/report/format.js';
import { SESSION_STATUSES } from '../../model/session/session.js';
import { ANOMALIES, FINDING_CATEGORIES } from '../../model/verdict/verdict.js';

/** One option, said once: for the parser, the help, the environment, the config file and the completion. */
export interface OptionDefinition {
  readonly kind: 'text' | 'list' | 'number' | 'flag';
  readonly group: 'Events' | 'Sessions' | 'Filters' | 'Judgement' | 'Output' | 'AWS' | 'Running';
  readonly describe: string;
  /** What stands for its value in the help; a flag has none. */
  readonly value?: string;
  /** Other names; one of a single letter is written with one dash. */
  readonly alias?: readonly string[];
  readonly choices?: readonly string[];
  /** A comma-separated list, each part one of these. */
  readonly parts?: readonly string[];
}

const COLUMN_NAMES = [
  ...new Set([
    ...SESSION_COLUMN_NAMES,
    ...VERDICT_COLUMNS.map(({ name }) => name),
    ...PROFILE_COLUMNS.map(({ name }) => name),
  ]),
];

export const OPTIONS = {
  table: {
    kind: 'text',
    group: 'Sessions',
    value: 'NAME',
    describe:
      'The live session table. Default, unless --sessions is given: $SENTINEL_SESSION_TABLE, else sentinel-sessions',
  },
  sessions: {
    kind: 'list',
    group: 'Sessions',
    value: 'PATH…',
    describe:
      'Files with sessions: exports of this tool, downloaded DynamoDB exports, saved scans; plain or gzip. A folder means all its files, - is standard input. With --table: both, each session once',
  },
  segments: {
    kind: 'number',
    group: 'Sessions',
    value: 'N',
    describe: 'Scan the table in N parallel segments. Default: by its size',
  },
  'max-rcu': {
    kind: 'number',
    group: 'Sessions',
    value: 'N',
    describe: 'Read at most N read units a second from the table',
  },
  events: {
    kind: 'list',
    group: 'Events',
    value: 'PATH…',
    describe:
      'CloudTrail log files: what a trail delivers, records as NDJSON or a list, saved lookup-events output; plain or gzip. A folder means all its logs, - is standard input. Or athena, which asks --athena-table. Default: lookup, which asks CloudTrail for the last 90 days',
  },
  'event-regions': {
    kind: 'text',
    group: 'Events',
    value: 'LIST',
    describe:
      'Regions in which CloudTrail is asked, or that a table of athena-table shows, separated by commas. Default for CloudTrail: the region in use, and us-east-1 in the partition aws; all asks every region that is enabled',
  },
  'event-name': {
    kind: 'text',
    group: 'Events',
    value: 'LIST',
    parts: ['AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'all'],
    describe:
      'Calls that are judged, separated by commas: AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity; or all, the three. Default: AssumeRole',
  },
  'athena-table': {
    kind: 'text',
    group: 'Events',
    value: 'NAME',
    describe: 'The Athena table over the bucket of the trail, for --events athena: DATABASE.TABLE',
  },
  'athena-workgroup': {
    kind: 'text',
    group: 'Events',
    value: 'NAME',
    describe: "The workgroup that queries run in. Default: Athena's, primary",
  },
  'athena-output': {
    kind: 'text',
    group: 'Events',
    value: 'URL',
    describe: 'Where Athena leaves results, s3://BUCKET/PREFIX/. Default: what the workgroup says',
  },
  'athena-catalog': {
    kind: 'text',
    group: 'Events',
    value: 'NAME',
    describe: 'The data catalog of the table. Default: AwsDataCatalog',
  },
  'athena-price': {
    kind: 'text',
    group: 'Events',
    value: 'USD',
    describe: 'What a terabyte scanned costs, for the estimate in the summary. Default: 5',
  },
  explain: {
    kind: 'flag',
    group: 'Events',
    describe: 'Print the SQL of --events athena and its parameters, and run nothing',
  },
  location: {
    kind: 'text',
    group: 'Events',
    value: 'URL',
    describe:
      'Where the trail lies: s3://BUCKET/PREFIX/AWSLogs/ACCOUNT, with /CloudTrail/REGION for a trail of one region; or /AWSLogs/o-ORGANIZATION',
  },
  accounts: {
    kind: 'text',
    group: 'Events',
    value: 'LIST',
    describe: 'The accounts of an organization whose logs the table shows, separated by commas',
  },
  role: {
    kind: 'text',
    group: 'Events',
    value: 'ARN',
    describe: 'Only events in which this role is assumed',
  },
  'include-service-calls': {
    kind: 'flag',
    group: 'Events',
    describe: 'Judge the calls of AWS services too, before which no broker can stand',
  },
  'include-failed-calls': {
    kind: 'flag',
    group: 'Events',
    describe: 'Judge failed calls too, for which no credentials were issued',
  },
  'identity-pattern': {
    kind: 'text',
    group: 'Judgement',
    value: 'REGEX',
    describe:
      "The whole of a source identity in Sentinel's form, with groups named user, session and request where it has them. Default: sentinel-<session>, sentinel:<user>:<approval>:<request>, sentinel:<user>:<request>",
  },
  broker: {
    kind: 'list',
    group: 'Judgement',
    value: 'ARN…',
    describe:
      'Callers that hand out credentials for Sentinel, exact or with *; a tracked event of another is an anomaly',
  },
  allow: {
    kind: 'text',
    group: 'Judgement',
    value: 'FILE',
    describe: 'YAML with what is known and permitted; see docs/commands.md',
  },
  'fail-on': {
    kind: 'text',
    group: 'Judgement',
    value: 'LIST',
    parts: [...FINDING_CATEGORIES, ...ANOMALIES, 'none'],
    describe:
      'Categories and anomalies that make exit code 1, separated by commas, or none. Default: the three categories',
  },
  policy: {
    kind: 'text',
    group: 'Judgement',
    value: 'FILE',
    describe: 'The access policy of Sentinel, YAML; without it nothing is required',
  },
  'explain-policy': {
    kind: 'flag',
    group: 'Judgement',
    describe:
      'Say of each profile that the policy names whether it is required and why, and read nothing else',
  },
  'profile-map': {
    kind: 'text',
    group: 'Judgement',
    value: 'FILE',
    describe: 'YAML that says which profile a role belongs to: role ARN or role name: profile',
  },
  'aws-config': {
    kind: 'text',
    group: 'Judgement',
    value: 'FILE',
    describe:
      'AWS config file whose profiles name their roles. Default: $AWS_CONFIG_FILE, else ~/.aws/config, and the credentials file beside it',
  },
  'lookup-concurrency': {
    kind: 'number',
    group: 'Judgement',
    value: 'N',
    describe: 'Requests for sessions under way at once. Default: 8',
  },
  since: {
    kind: 'text',
    group: 'Filters',
    value: 'WHEN',
    describe:
      'From WHEN on: a duration back from now (7d, 24h, 1d12h), a date, or an RFC 3339 time',
  },
  until: {
    kind: 'text',
    group: 'Filters',
    value: 'WHEN',
    describe: 'Before WHEN, likewise',
  },
  status: {
    kind: 'text',
    group: 'Filters',
    value: 'STATUS',
    choices: SESSION_STATUSES,
    describe: 'Only sessions of this status',
  },
  user: { kind: 'text', group: 'Filters', value: 'NAME', describe: 'Only of this user' },
  profile: {
    kind: 'text',
    group: 'Filters',
    value: 'NAME',
    describe: 'Only of this profile',
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
    choices: FORMAT_NAMES,
    describe:
      'Form of the output; human is the same as table, github is for session-compliance. Default: by the ending of --out, else csv for export and table for the others',
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
    parts: ['audit', 'all', ...COLUMN_NAMES],
    describe: 'Columns, separated by commas; or all; or, of sessions, audit, the ten of the audit',
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
    describe:
      'The AWS profile to take credentials, region and endpoint from. Default: the keys of the environment, else $AWS_DEFAULT_PROFILE, else $AWS_PROFILE',
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
    describe: 'Say how the table is read and what Athena is asked',
  },
  'no-progress': {
    kind: 'flag',
    group: 'Running',
    describe: 'No progress line. There is none anyway unless standard error is a terminal',
  },
} as const satisfies Record<string, OptionDefinition>;

export type OptionName = keyof typeof OPTIONS;
