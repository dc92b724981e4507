import { SESSION_COLUMN_NAMES } from '../../../model/columns/session-columns.js';
import type { OptionDefinition } from '../definition.js';
import { OPTIONS, type OptionName } from '../options.js';
import type { Meanings } from './command.js';

/** Options that several commands share. */
export const WINDOW = ['since', 'until'] as const satisfies readonly OptionName[];

export const SESSION_FILTERS = [
  'status',
  'user',
  'profile',
] as const satisfies readonly OptionName[];

export const SESSION_SOURCES = [
  'table',
  'sessions',
  'segments',
  'max-rcu',
] as const satisfies readonly OptionName[];

export const EVENT_SOURCES = [
  'role',
  'events',
  'exclude',
  'event-accounts',
  'event-regions',
  'event-name',
  'threads',
  'cache',
  'athena-table',
  'athena-workgroup',
  'athena-output',
  'athena-catalog',
  'athena-price',
  'athena-day-key',
  'athena-max-bytes',
  'whole-table',
  'explain',
] as const satisfies readonly OptionName[];

/** What calls are judged by, and the sessions that they are joined with. */
export const JUDGING = [
  'policy',
  'allow',
  'include-service-calls',
  'include-failed-calls',
  'identity-pattern',
  'broker',
  'profile-map',
  'aws-config',
  'lookup-concurrency',
  ...SESSION_SOURCES,
  'sessions-since',
  'sessions-until',
  'max-session',
] as const satisfies readonly OptionName[];

export const OUTPUTS = [
  'format',
  'json',
  'out',
  'sse-kms-key-id',
  'columns',
  'csv-raw',
  'rejects',
] as const satisfies readonly OptionName[];

/** AWS and the run itself. */
export const COMMON = [
  'region',
  'aws-profile',
  'endpoint-url',
  'request-payer',
  'strict',
  'config',
  'quiet',
  'verbose',
  'no-progress',
] as const satisfies readonly OptionName[];

/** What the short help of both audits ends with. */
export const AUDIT_MAIN = [
  'profile-map',
  'allow',
  'broker',
  'fail-on',
  'format',
  'json',
  'out',
  'region',
  'aws-profile',
] as const satisfies readonly OptionName[];

/** The meaning of options for the commands that judge calls. */
export const JUDGED: Meanings = {
  'event-name': { describe: 'Calls to judge, separated by commas. Default: AssumeRole' },
  profile: {
    describe: 'Only calls that belong to this profile. docs/concepts.md says how it is found',
  },
};

/** The meaning of `--columns` for a list of columns. */
export function columnsOf(
  columns: readonly { readonly name: string }[],
): Partial<OptionDefinition> {
  return { parts: ['all', ...columns.map(({ name }) => name)], describe: OPTIONS.columns.describe };
}

/** The meaning of `--columns` for sessions. */
export const SESSION_COLUMNS: Partial<OptionDefinition> = {
  parts: ['audit', 'all', ...SESSION_COLUMN_NAMES],
  describe: 'Columns, separated by commas; or all; or audit. audit is the ten audit columns',
};
