import { UsageError } from '../../errors.js';
import type { LakeTable } from '../../lake/create-lake-table.js';
import { type Instant, formatInstant } from '../../model/time/instant.js';
import type { GivenOptions } from '../read/given-options.js';
import type { Environment } from '../read/settings.js';
import { checkRegions } from './aws.js';
import { type RunOptions, checkRun } from './output-options.js';
import { checkOut } from './output-paths.js';
import { partitionKeys } from './partition-options.js';
import { checkWindow } from './window.js';

/** The lists that a lake may hold. */
export type LakeList = 'sessions' | 'events' | 'verdicts';

/** The options of `lake-table`. */
export interface LakeTableOptions {
  readonly list: LakeList;
  readonly table: Omit<LakeTable, 'columns'>;
  readonly out: string | undefined;
  readonly run: RunOptions;
}

/** No lake is older than this tool. */
const FIRST_DAY = '2020-01-01';

/** @throws UsageError */
export function checkLakeTable(
  given: GivenOptions,
  env: Environment,
  now: Instant,
  list: LakeList,
): LakeTableOptions {
  const location = given.text('location')?.replace(/\/+$/, '');
  if (
    location === undefined ||
    !/^s3:\/\/[a-z0-9.-]{3,63}(?:\/[\w!.*()=+@:, -]+)*$/.test(location)
  ) {
    const message = location === undefined ? 'is needed' : `"${location}" is not a place in S3`;
    throw new UsageError('--location', message, 'write s3://BUCKET/PREFIX');
  }
  const { since } = checkWindow(given, now);
  return {
    list,
    table: {
      name: given.value('athena-table') ?? [list],
      location,
      format: given.text('format') === 'ndjson' ? 'ndjson' : 'parquet',
      partitionBy: partitionKeys(given) ?? ['day'],
      accounts: given.value('accounts'),
      regions: checkRegions(given),
      since: since === undefined ? FIRST_DAY : formatInstant(since).slice(0, 10),
    },
    out: checkOut(given),
    run: { ...checkRun(given, env), quiet: true },
  };
}
