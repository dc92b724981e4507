import { UsageError } from '../../errors.js';
import { formatInstant, type Instant } from '../../model/time/instant.js';
import type { TrailTable } from '../../sources/athena/create-table.js';
import { trailTable } from './trail-location.js';
import type { AthenaOptions } from '../../sources/athena/query.js';
import type { GivenOptions } from '../read/given-options.js';
import { type RunOptions, checkOut, checkRun } from './output-options.js';
import { checkRegions, checkWindow } from './session-options.js';

/** US dollars for a terabyte scanned, in most regions. */
const USUAL_PRICE = 5;

const ATHENA_OPTIONS = [
  'athena-table',
  'athena-workgroup',
  'athena-output',
  'athena-catalog',
  'athena-price',
] as const;

/** The Athena table that `--events athena` asks; undefined when events come from elsewhere. @throws UsageError */
export function checkAthena(given: GivenOptions): AthenaOptions | undefined {
  const events = given.list('events');
  const isAthena = events.length === 1 && events[0] === 'athena';
  if (!isAthena) {
    const stray = ATHENA_OPTIONS.find((name) => given.layerOf(name) === 0);
    if (stray !== undefined) throw new UsageError(`--${stray}`, 'is for --events athena');
    if (!given.flag('explain')) return undefined;
    throw new UsageError(given.origin('explain'), 'shows the SQL of --events athena alone');
  }
  const name = given.parsed('athena-table', tableName);
  if (name === undefined) {
    throw new UsageError('--athena-table', 'is needed', 'give --athena-table DATABASE.TABLE');
  }
  if (!given.has('since')) {
    throw new UsageError('--since', 'is needed', 'without it, Athena would scan the whole trail');
  }
  const [database = '', table = ''] = name;
  return {
    database,
    table,
    workgroup: given.parsed('athena-workgroup', workgroupName),
    output: given.parsed('athena-output', s3Url),
    catalog: given.text('athena-catalog'),
    price: given.parsed('athena-price', price) ?? USUAL_PRICE,
  };
}

/** What `athena-table` prints, and where. */
export interface AthenaTableOptions {
  readonly table: TrailTable;
  readonly out: string | undefined;
  readonly run: RunOptions;
}

/** @throws UsageError */
export function checkAthenaTable(given: GivenOptions, now: Instant): AthenaTableOptions {
  const location = given.text('location');
  if (location === undefined) {
    const hint = 'give --location s3://BUCKET/AWSLogs/ACCOUNT/CloudTrail/REGION';
    throw new UsageError('--location', 'is needed', hint);
  }
  const { since } = checkWindow(given, now);
  const table = trailTable({
    name: given.parsed('athena-table', optionalTableName) ?? ['cloudtrail_logs'],
    location,
    accounts: given.parsed('accounts', accountIds),
    regions: checkRegions(given),
    since: since === undefined ? undefined : formatInstant(since).slice(0, 10),
  });
  return { table, out: checkOut(given), run: { ...checkRun(given), quiet: true } };
}

function tableName(text: string): readonly string[] {
  const name = optionalTableName(text);
  if (name.length === 2) return name;
  throw new UsageError('--athena-table', `"${text}" names no database`, 'give DATABASE.TABLE');
}

function optionalTableName(text: string): readonly string[] {
  if (/^(?:[A-Za-z0-9_]{1,255}\.)?[A-Za-z0-9_]{1,255}$/.test(text)) return text.split('.');
  const hint = 'a name has letters, digits and _';
  throw new UsageError('--athena-table', `"${text}" is no DATABASE.TABLE`, hint);
}

function workgroupName(text: string): string {
  if (/^[A-Za-z0-9._-]{1,128}$/.test(text)) return text;
  throw new UsageError('--athena-workgroup', `"${text}" is no name of a workgroup`);
}

function s3Url(text: string): string {
  if (/^s3:\/\/[a-z0-9.-]{3,63}(\/.*)?$/.test(text)) return text;
  throw new UsageError('--athena-output', `"${text}" is no s3://BUCKET/PREFIX/`);
}

function price(text: string): number {
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text)) return Number(text);
  throw new UsageError('--athena-price', `"${text}" is no amount of US dollars, such as 5 or 6.75`);
}

function accountIds(text: string): readonly string[] {
  const ids = text.split(',').map((id) => id.trim());
  const wrong = ids.find((id) => !/^\d{12}$/.test(id));
  if (wrong === undefined) return [...new Set(ids)];
  throw new UsageError('--accounts', `"${wrong}" is no account id of 12 digits`);
}
