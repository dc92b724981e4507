import { UsageError } from '../../errors.js';
import { formatInstant, type Instant } from '../../model/time/instant.js';
import type { TrailTable } from '../../sources/athena/create-table.js';
import { trailTable } from './trail-location.js';
import type { AthenaOptions } from '../../sources/athena/query.js';
import type { GivenOptions } from '../read/given-options.js';
import type { Environment } from '../read/settings.js';
import { type RunOptions, checkRun } from './output-options.js';
import { checkRegions } from './aws.js';
import { checkOut } from './output-paths.js';
import { checkWindow } from './window.js';

/** US dollars for a scanned terabyte, in most regions. */
const USUAL_PRICE = 5;

const ATHENA_OPTIONS = [
  'athena-table',
  'athena-workgroup',
  'athena-output',
  'athena-catalog',
  'athena-price',
  'athena-day-key',
  'athena-max-bytes',
  'whole-table',
] as const;

/** The Athena table of `--events athena`; undefined when events come from elsewhere. @throws UsageError */
export function checkAthena(given: GivenOptions): AthenaOptions | undefined {
  const events = given.list('events');
  const isAthena = events.length === 1 && events[0] === 'athena';
  if (!isAthena) {
    const unused = ATHENA_OPTIONS.find((name) => given.precedenceOf(name) === 0);
    if (unused !== undefined) throw new UsageError(`--${unused}`, 'needs --events athena');
    if (!given.flag('explain')) return undefined;
    throw new UsageError(given.origin('explain'), 'needs --events athena');
  }
  const name = given.value('athena-table');
  if (name === undefined) {
    throw new UsageError('--athena-table', 'is needed', 'give --athena-table DATABASE.TABLE');
  }
  if (name.length < 2) {
    const problem = `"${name.join('.')}" does not name the database`;
    throw new UsageError(given.origin('athena-table'), problem, 'write DATABASE.TABLE');
  }
  if (!given.has('since')) {
    throw new UsageError('--since', 'is needed', 'without it, Athena would scan the whole trail');
  }
  const dayKey = given.text('athena-day-key');
  if (dayKey !== undefined && ![1, 3].includes(dayKey.split(',').length)) {
    const problem = `"${dayKey}" is neither one key nor three`;
    throw new UsageError(given.origin('athena-day-key'), problem, 'write DAY, or YEAR,MONTH,DAY');
  }
  const [database = '', table = ''] = name;
  return {
    database,
    table,
    workgroup: given.value('athena-workgroup'),
    output: given.value('athena-output'),
    catalog: given.text('athena-catalog'),
    price: given.value('athena-price') ?? USUAL_PRICE,
    dayKey,
    wholeTable: given.flag('whole-table'),
    maxBytes: given.value('athena-max-bytes'),
  };
}

/** What `athena-table` prints, and where. */
export interface AthenaTableOptions {
  readonly table: TrailTable;
  readonly out: string | undefined;
  readonly run: RunOptions;
}

/** @throws UsageError */
export function checkAthenaTable(
  given: GivenOptions,
  env: Environment,
  now: Instant,
): AthenaTableOptions {
  const location = given.text('location');
  if (location === undefined) {
    const hint = 'give --location s3://BUCKET/AWSLogs/ACCOUNT/CloudTrail/REGION';
    throw new UsageError('--location', 'is needed', hint);
  }
  const { since } = checkWindow(given, now);
  const table = trailTable({
    name: given.value('athena-table') ?? ['cloudtrail_logs'],
    location,
    accounts: given.value('accounts'),
    regions: checkRegions(given),
    since: since === undefined ? undefined : formatInstant(since).slice(0, 10),
  });
  return { table, out: checkOut(given), run: { ...checkRun(given, env), quiet: true } };
}
