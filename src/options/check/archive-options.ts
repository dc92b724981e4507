import { UsageError } from '../../errors.js';
import { isS3Url } from '../../model/aws/s3-url.js';
import type { StreamedTableFrom } from '../../sources/open-streamed-table.js';
import type { GivenOptions } from '../read/given-options.js';
import type { Environment } from '../read/settings.js';
import { checkAws } from './aws.js';
import { checkS3Url, statOf } from './input-paths.js';
import { type RunOptions, checkRun } from './output-options.js';
import { checkLiveTable } from './session-options.js';

/** The options of `archive`. */
export interface ArchiveOptions {
  readonly from: StreamedTableFrom;
  /** A folder or `s3://BUCKET/PREFIX`, without a slash at its end. */
  readonly to: string;
  /** Seconds between two runs; undefined runs once. */
  readonly every: number | undefined;
  readonly compact: boolean;
  readonly dryRun: boolean;
  readonly run: RunOptions;
}

const USUAL_INTERVAL = 15 * 60;

/** @throws UsageError; nothing has been asked of AWS by then. */
export function checkArchive(given: GivenOptions, env: Environment): ArchiveOptions {
  const follow = given.flag('follow');
  if (follow && given.flag('dry-run')) {
    throw new UsageError('--dry-run', 'cannot be combined with --follow');
  }
  if (!follow && given.precedenceOf('interval') === 0) {
    throw new UsageError('--interval', 'is only for --follow');
  }
  return {
    from: {
      table: checkLiveTable(given, env),
      segments: given.number('segments', 1_000_000),
      maxRcu: given.number('max-rcu'),
      ...checkAws(given, env),
    },
    to: checkTo(given),
    every: follow ? (given.value('interval') ?? USUAL_INTERVAL) : undefined,
    compact: given.flag('compact'),
    dryRun: given.flag('dry-run'),
    run: checkRun(given, env),
  };
}

function checkTo(given: GivenOptions): string {
  const place = given.text('to');
  if (place === undefined) {
    throw new UsageError('--to', 'is needed', 'write a folder, or s3://BUCKET/PREFIX');
  }
  const origin = given.origin('to');
  checkS3Url(place, origin);
  const folder = place.replace(/(?<=.)\/+$/, '');
  const isInS3 = isS3Url(place);
  if (!isInS3 && given.precedenceOf('sse-kms-key-id') === 0) {
    throw new UsageError('--sse-kms-key-id', 'is only for an archive in S3');
  }
  const isFile = !isInS3 && statOf(folder)?.isDirectory() === false;
  if (isFile || place === '-') throw new UsageError(origin, `${place} is not a folder`);
  return folder;
}
