import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import type { SessionFilter } from '../model/session-filter.js';
import type { SessionStatus } from '../model/session.js';
import type { Instant } from '../model/timestamp.js';
import { parseWindow } from '../model/window.js';
import { FORMATS, type Format, type Output } from '../sinks/open.js';
import type { SessionsFrom } from '../sources/open.js';
import type { GivenOptions } from './checks.js';
import type { Environment } from './settings.js';

/** How a run behaves, whatever the command. */
export interface RunOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly progress: boolean;
  readonly strict: boolean;
  readonly rejects: string | undefined;
}

/** Everything that the commands over sessions share. */
export interface SessionOptions {
  readonly from: SessionsFrom;
  readonly filter: SessionFilter;
  readonly output: Output;
  /** Undefined: what the format is made for. */
  readonly columns: 'audit' | 'all' | readonly string[] | undefined;
  readonly run: RunOptions;
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
  defaultFormat: Format,
): SessionOptions {
  const options = {
    from: checkSource(given, env),
    filter: checkFilter(given, now),
    output: checkOutput(given, defaultFormat),
    columns: checkColumns(given),
    run: {
      quiet: given.flag('quiet'),
      verbose: given.flag('verbose'),
      progress: !given.flag('no-progress'),
      strict: given.flag('strict'),
      rejects: given.parsed('rejects', writable),
    },
  };
  const { out } = options.output;
  if (out !== undefined && options.run.rejects && resolve(out) === resolve(options.run.rejects)) {
    throw new UsageError(given.origin('rejects'), 'is the same file as --out');
  }
  return options;
}

function checkSource(given: GivenOptions, env: Environment): SessionsFrom {
  const sessions = given.list('sessions');
  const origin = given.origin('sessions');
  for (const path of sessions) {
    if (path !== '-' && statSync(path, { throwIfNoEntry: false }) === undefined) {
      throw new UsageError(origin, `there is no file or folder ${path}`);
    }
  }
  if (sessions.filter((path) => path === '-').length > 1) {
    throw new UsageError(origin, 'standard input (-) can be read only once');
  }
  const byDefault =
    sessions.length > 0 ? undefined : env['SENTINEL_SESSION_TABLE'] || 'sentinel-sessions';
  const table = given.parsed('table', tableName) ?? byDefault;
  return {
    table: table === undefined ? undefined : tableName(table),
    sessions,
    segments: given.number('segments', 1_000_000),
    maxRcu: given.number('max-rcu'),
    region:
      given.parsed('region', regionName) ??
      (env['AWS_REGION'] ? undefined : env['AWS_DEFAULT_REGION']),
    awsProfile: given.text('aws-profile'),
    endpointUrl: given.parsed('endpoint-url', httpUrl),
  };
}

function checkFilter(given: GivenOptions, now: Instant): SessionFilter {
  const [since, until] = [given.text('since'), given.text('until')];
  let window;
  try {
    window = parseWindow(since, until, now);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const name = error.option === '--until' ? 'until' : 'since';
    throw new UsageError(given.origin(name), error.message, error.hint);
  }
  return {
    status: given.text('status') as SessionStatus | undefined,
    user: given.text('user'),
    profile: given.text('profile'),
    window,
  };
}

function checkOutput(given: GivenOptions, defaultFormat: Format): Output {
  const out = given.parsed('out', writable);
  const named = given.text('format');
  if (given.flag('json') && named !== undefined && named !== 'json') {
    throw new UsageError(given.origin('json'), `contradicts ${given.origin('format')} ${named}`);
  }
  const chosen = given.flag('json') ? 'json' : named === 'human' ? 'table' : named;
  const format =
    (chosen as Format | undefined) ?? formatOf(out, given.origin('out')) ?? defaultFormat;
  return { format, out: out === '-' ? undefined : out, csvRaw: given.flag('csv-raw') };
}

const ENDINGS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
};
/** Names that promise what would not be in the file. */
const OTHER_FORMATS = /\.(parquet|orc|avro|xlsx?|html?|zst|zip|bz2|xz|br|lz4|7z)$/i;

/** The format that a file's name asks for. */
function formatOf(out: string | undefined, origin: string): Format | undefined {
  if (out === undefined) return undefined;
  const other = OTHER_FORMATS.exec(out)?.[1];
  if (other !== undefined) {
    const can = `${FORMATS.join(', ')}, and .gz to compress`;
    throw new UsageError(origin, `.${other} cannot be written`, `there are ${can}`);
  }
  const ending = /\.([a-z]+)$/i.exec(out.replace(/\.gz$/, ''))?.[1] ?? '';
  return ENDINGS[ending.toLowerCase()];
}

function checkColumns(given: GivenOptions): SessionOptions['columns'] {
  const parts = given.parts('columns');
  const group = parts?.find((part) => part === 'audit' || part === 'all');
  if (parts === undefined || group === undefined) return parts;
  if (parts.length > 1) {
    throw new UsageError(given.origin('columns'), `"${group}" stands alone: it is a whole set`);
  }
  return group;
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

function regionName(text: string): string {
  if (/^[a-z0-9-]+$/.test(text)) return text;
  throw new UsageError('--region', `"${text}" is no region`, 'a region is named as eu-west-1');
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError('--endpoint-url', `"${text}" is no URL`, 'give http://localhost:8000');
}

/** A file that could be there: its folder is, and it is no folder itself. */
function writable(path: string): string {
  if (path === '-') return path;
  const folder = dirname(path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError('--out', `there is no folder ${folder} for ${basename(path)}`);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError('--out', `${path} is a folder`);
  }
  return path;
}
