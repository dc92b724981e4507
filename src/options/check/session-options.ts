import { UsageError } from '../../errors.js';
import { SESSION_COLUMN_NAMES } from '../../model/columns/session-columns.js';
import { problemOfRegion } from '../../model/aws/region.js';
import type { SessionFilter } from '../../model/session/session-filter.js';
import type { SessionStatus } from '../../model/session/session.js';
import type { Instant } from '../../model/time/instant.js';
import { type Window, parseWindow } from '../../model/time/window.js';
import type { RowFormat } from '../../sinks/open.js';
import type { AwsOptions } from '../../sources/aws/aws.js';
import type { SessionsFrom } from '../../sources/open-sessions.js';
import type { GivenOptions } from '../read/given-options.js';
import { type OutputOptions, checkOutputOptions, statOf } from './output-options.js';
import type { Environment } from '../read/settings.js';

/** Everything that the commands over sessions share. */
export interface SessionOptions extends OutputOptions {
  readonly from: SessionsFrom;
  readonly filter: SessionFilter;
}

export interface ServerSessionsOptions extends SessionOptions {
  readonly limit: number;
  readonly all: boolean;
}

/** @throws UsageError for what is wrong; nothing has been asked of AWS by then. */
export function checkServerSessions(
  given: GivenOptions,
  env: Environment,
  now: Instant,
): ServerSessionsOptions {
  const limit = given.number('limit', 1_000_000) ?? 100;
  return { ...checkSessions(given, env, now, 'table'), limit, all: given.flag('all') };
}

/** @throws UsageError for what is wrong; nothing has been asked of AWS by then. */
export function checkSessions(
  given: GivenOptions,
  env: Environment,
  now: Instant,
  defaultFormat: RowFormat,
): SessionOptions {
  return {
    from: checkSessionsFrom(given, env),
    filter: checkFilter(given, now),
    ...checkOutputOptions(given, defaultFormat, ['audit', ...SESSION_COLUMN_NAMES]),
  };
}

/** Where sessions come from. @throws UsageError */
export function checkSessionsFrom(given: GivenOptions, env: Environment): SessionsFrom {
  const sessions = given.list('sessions');
  const origin = given.origin('sessions');
  checkPaths(sessions, origin);
  return {
    table: checkTable(given, env, sessions.length > 0),
    sessions,
    segments: given.number('segments', 1_000_000),
    maxRcu: given.number('max-rcu'),
    ...checkAws(given, env),
  };
}

/**
 * The live table. Files that are named nearer to the command line than a table stand alone: they are read
 * without AWS, whatever the config file says.
 */
function checkTable(given: GivenOptions, env: Environment, withFiles: boolean): string | undefined {
  if (withFiles && given.layerOf('sessions') < given.layerOf('table')) return undefined;
  const table = given.parsed('table', tableName);
  if (table !== undefined || withFiles) return table;
  const sentinels = env['SENTINEL_SESSION_TABLE'];
  if (!sentinels) return 'sentinel-sessions';
  try {
    return tableName(sentinels);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError('SENTINEL_SESSION_TABLE', error.message, error.hint);
  }
}

/** Paths that are there; standard input once at the most. @throws UsageError */
export function checkPaths(paths: readonly string[], origin: string): void {
  for (const path of paths) {
    if (path !== '-' && statOf(path) === undefined) {
      throw new UsageError(origin, `there is no file or folder ${path}`);
    }
  }
  if (paths.filter((path) => path === '-').length > 1) {
    throw new UsageError(origin, 'standard input (-) can be read only once');
  }
}

/** Where AWS is and who asks. @throws UsageError */
export function checkAws(given: GivenOptions, env: Environment): AwsOptions {
  const endpointUrl = given.parsed('endpoint-url', httpUrl);
  const isOwn = isAtOwnEndpoint({ endpointUrl, env });
  return {
    region: given.parsed('region', (text) => regionName(text, isOwn)),
    awsProfile: given.text('aws-profile'),
    endpointUrl,
    env,
  };
}

/** Is AWS asked at an endpoint of the user's own? */
export function isAtOwnEndpoint({ endpointUrl, env }: AwsOptions): boolean {
  const names = Object.keys(env ?? {}).filter((name) => env?.[name]);
  return endpointUrl !== undefined || names.some((name) => name.startsWith('AWS_ENDPOINT_URL'));
}

/** The window of `--since` and `--until`. @throws UsageError */
export function checkWindow(given: GivenOptions, now: Instant): Window {
  const [since, until] = [given.text('since'), given.text('until')];
  try {
    return parseWindow(since, until, now);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const name = error.option === '--until' ? 'until' : 'since';
    throw new UsageError(given.origin(name), error.message, error.hint);
  }
}

function checkFilter(given: GivenOptions, now: Instant): SessionFilter {
  return {
    status: given.text('status') as SessionStatus | undefined,
    user: given.text('user'),
    profile: given.text('profile'),
    window: checkWindow(given, now),
  };
}

/** A name as DynamoDB allows it, or the ARN of a table. */
function tableName(text: string): string {
  if (/^[A-Za-z0-9_.-]{3,255}$/.test(text) || /^arn:[a-z-]+:dynamodb:.+:table\/.+$/.test(text)) {
    return text;
  }
  throw new UsageError(
    '--table',
    `"${text}" is no table name`,
    'DynamoDB allows 3 to 255 letters, digits, _, . and -',
  );
}

/** At an endpoint of the user's own a region may have any name. @throws UsageError */
function regionName(text: string, atOwnEndpoint: boolean): string {
  const problem = problemOfRegion(text, atOwnEndpoint);
  if (problem === undefined) return text;
  throw new UsageError('--region', problem.message, problem.hint);
}

/** Regions, each once. At an endpoint of the user's own they may have any name. @throws UsageError */
export function checkRegions(
  given: GivenOptions,
  atOwnEndpoint = false,
): readonly string[] | undefined {
  return given.parsed('event-regions', (text) => {
    const names = [...new Set(text.split(',').map((name) => name.trim()))];
    return names.map((name) => regionName(name, atOwnEndpoint));
  });
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError('--endpoint-url', `"${text}" is no URL`, 'give http://localhost:8000');
}
