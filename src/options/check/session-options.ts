import { resolve } from 'node:path';
import { UsageError, ValueError } from '../../errors.js';
import type { SessionFilter } from '../../model/session/session-filter.js';
import type { SessionStatus } from '../../model/session/session.js';
import type { Instant } from '../../model/time/instant.js';
import { isS3Url } from '../../model/aws/s3-url.js';
import type { RowFormat } from '../../sinks/open.js';
import type { GrowingFormat } from '../../sinks/rows-text.js';
import type { SessionsFrom } from '../../sources/open-sessions.js';
import { OPTIONS } from '../definitions/options.js';
import type { GivenOptions } from '../read/given-options.js';
import type { Environment } from '../read/settings.js';
import { checkAws } from './aws.js';
import { checkExclude, checkInputPaths, statOf } from './input-paths.js';
import { type OutputOptions, checkOutputOptions } from './output-options.js';
import { checkCheckpointFile } from './output-paths.js';
import { checkWindow, wholeDaysOf } from './window.js';

/** The options that all commands over sessions have. */
export interface SessionOptions extends OutputOptions {
  readonly from: SessionsFrom;
  readonly filter: SessionFilter;
}

export interface ExportOptions extends SessionOptions {
  /** Where it is saved how far the export has come, and what it was asked for. */
  readonly checkpoint: CheckpointOptions | undefined;
}

export interface CheckpointOptions {
  readonly file: string;
  readonly table: string;
  readonly output: { readonly out: string; readonly format: GrowingFormat };
  /** What a run must be asked for that goes on, by the names of options. */
  readonly asked: Readonly<Record<string, string | null>>;
}

export interface ServerSessionsOptions extends SessionOptions {
  readonly limit: number;
  readonly all: boolean;
}

/** @throws UsageError; nothing has been asked of AWS by then. */
export function checkServerSessions(
  given: GivenOptions,
  env: Environment,
  now: Instant,
): ServerSessionsOptions {
  const limit = given.number('limit', 1_000_000) ?? 100;
  return { ...checkSessions(given, env, now, 'table'), limit, all: given.flag('all') };
}

/** @throws UsageError; nothing has been asked of AWS by then. */
export function checkExport(given: GivenOptions, env: Environment, now: Instant): ExportOptions {
  const sessions = checkSessions(given, env, now, 'csv', true);
  const options = { ...sessions, checkpoint: checkCheckpoint(given, sessions) };
  if (options.output.partitionBy === undefined) return options;
  checkMergeable(given, options.columns);
  const window = wholeDaysOf(options.filter.window, given, now);
  return { ...options, filter: { ...options.filter, window } };
}

/** What an output depends on besides the table. */
const ASKED = ['status', 'user', 'profile', 'since', 'until', 'segments', 'columns'] as const;

/** @throws UsageError where the export could not go on. */
function checkCheckpoint(
  given: GivenOptions,
  { from, output }: SessionOptions,
): CheckpointOptions | undefined {
  if (!given.has('checkpoint')) return undefined;
  const refuse = (why: string, hint?: string): never => {
    throw new UsageError(given.origin('checkpoint'), why, hint);
  };
  const { out, format, partitionBy, csvRaw } = output;
  if (from.table === undefined || from.sessions.length > 0) {
    return refuse('is for the live table alone, and --sessions names files');
  }
  if (out === undefined) return refuse('needs --out FILE');
  if (isS3Url(out)) return refuse('needs an output on this machine: an object in S3 cannot grow');
  if (partitionBy !== undefined) return refuse('cannot be combined with --partition-by');
  if (given.has('rejects')) return refuse('cannot be combined with --rejects');
  if (format !== 'csv' && format !== 'ndjson') {
    return refuse(`is for csv and ndjson: ${format} cannot grow`);
  }
  if (statOf(out)?.isFile() === false) return refuse(`needs an output that is a regular file`);
  const asked = Object.fromEntries(
    ASKED.map((name) => [`--${name}`, given.has(name) ? given.text(name)! : null]),
  );
  return {
    file: checkCheckpointFile(given, out)!,
    table: from.table,
    output: { out, format },
    asked: { ...asked, '--out': resolve(out), '--format': format, '--csv-raw': String(csvRaw) },
  };
}

/** What a partition holds is merged by these columns. @throws UsageError */
function checkMergeable(given: GivenOptions, columns: SessionOptions['columns']): void {
  const needed = ['id', 'created_at', 'updated_at'];
  const isThere =
    columns === undefined ||
    columns === 'all' ||
    (columns !== 'audit' && needed.every((name) => columns.includes(name)));
  if (isThere) return;
  throw new UsageError(
    given.origin('columns'),
    `partitions of sessions need the columns ${needed.join(', ')}`,
    'leave --columns out to have all',
  );
}

/** @throws UsageError; nothing has been asked of AWS by then. */
function checkSessions(
  given: GivenOptions,
  env: Environment,
  now: Instant,
  defaultFormat: RowFormat,
  mayPartition = false,
): SessionOptions {
  const output = checkOutputOptions(given, env, defaultFormat, mayPartition);
  return {
    from: checkSessionsFrom(given, env),
    filter: {
      status: given.text('status') as SessionStatus | undefined,
      user: given.text('user'),
      profile: given.text('profile'),
      window: checkWindow(given, now),
    },
    ...output,
    run: { ...output.run, notes: sessionNotes(given) },
  };
}

/** Where sessions come from. @throws UsageError */
export function checkSessionsFrom(given: GivenOptions, env: Environment): SessionsFrom {
  const sessions = given.list('sessions');
  checkInputPaths(given, 'sessions');
  return {
    table: checkTable(given, env, sessions.length > 0),
    sessions,
    exclude: checkExclude(given),
    segments: given.number('segments', 1_000_000),
    maxRcu: given.number('max-rcu'),
    ...checkAws(given, env),
  };
}

/** What is to be said of where sessions come from. */
export function sessionNotes(given: GivenOptions): readonly string[] {
  if (!given.has('sessions') || !given.has('table') || !areFilesNearer(given)) return [];
  const table = given.text('table');
  return [
    `${given.origin('table')} ${table} is not read, because ${given.origin('sessions')} wins; to read both, give --table ${table} too`,
  ];
}

function areFilesNearer(given: GivenOptions): boolean {
  return given.precedenceOf('sessions') < given.precedenceOf('table');
}

/**
 * The live table. Files of a higher precedence than the table are read alone: nothing is asked of AWS then,
 * whatever the config file says.
 */
function checkTable(given: GivenOptions, env: Environment, hasFiles: boolean): string | undefined {
  if (hasFiles && areFilesNearer(given)) return undefined;
  return hasFiles ? given.value('table') : checkLiveTable(given, env);
}

/** The live table that is read when no files are: by the option, Sentinel's variable, or Sentinel's default. @throws UsageError */
export function checkLiveTable(given: GivenOptions, env: Environment): string {
  const table = given.value('table');
  if (table !== undefined) return table;
  const ofSentinel = env['SENTINEL_SESSION_TABLE'];
  if (!ofSentinel) return 'sentinel-sessions';
  try {
    return OPTIONS.table.read(ofSentinel);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new UsageError('SENTINEL_SESSION_TABLE', error.message, error.hint);
  }
}
