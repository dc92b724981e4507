import { UsageError } from '../../errors.js';
import { type Format, isReportFormat } from '../../model/report/format.js';
import type { Output, RowFormat } from '../../sinks/open.js';
import type { S3Options } from '../../storage/s3/buckets.js';
import type { GivenOptions } from '../read/given-options.js';
import type { Environment } from '../read/settings.js';
import { checkAws } from './aws.js';
import { checkFormat } from './format.js';
import { checkLakeFormat, checkPartitions } from './partition-options.js';
import { checkNotRead, checkOut, checkRejects } from './output-paths.js';

/** How a run behaves, whatever the command. */
export interface RunOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly progress: boolean;
  readonly strict: boolean;
  readonly rejects: string | undefined;
  /** How S3 is asked, where the output goes there. */
  readonly aws?: S3Options;
  /** What is said before anything is read. */
  readonly notes?: readonly string[];
}

/** Where rows go, in which form, and how the run behaves. */
export interface OutputOptions {
  readonly output: Output;
  /** The form of a report; that of {@link output} where that has it. */
  readonly format: Format;
  /** Undefined: those that the format has by default. */
  readonly columns: 'audit' | 'all' | readonly string[] | undefined;
  readonly run: RunOptions;
}

/** The options of the output and of the run. @throws UsageError */
export function checkOutputOptions(
  given: GivenOptions,
  env: Environment,
  byDefault: RowFormat,
  mayPartition = false,
): OutputOptions {
  const partitionBy = mayPartition ? checkPartitions(given) : undefined;
  const isLake = partitionBy !== undefined;
  const out = checkOut(given, isLake);
  const format = isLake ? checkLakeFormat(given) : checkFormat(given, out, byDefault);
  checkNotRead(given, isLake);
  if (format === 'ocsf' && given.precedenceOf('columns') === 0) {
    throw new UsageError('--columns', 'the documents of --format ocsf have no columns');
  }
  return {
    output: {
      format: isReportFormat(format) ? 'table' : format,
      out,
      csvRaw: given.flag('csv-raw'),
      partitionBy,
    },
    format,
    columns: checkColumns(given) ?? (format === 'parquet' ? 'all' : undefined),
    run: checkRun(given, env),
  };
}

/** How the run behaves. @throws UsageError */
export function checkRun(given: GivenOptions, env: Environment): RunOptions {
  return {
    quiet: given.flag('quiet'),
    verbose: given.flag('verbose'),
    progress: !given.flag('no-progress'),
    strict: given.flag('strict'),
    rejects: checkRejects(given),
    aws: checkAws(given, env),
  };
}

/** The columns of `--columns`; undefined for those that the format has by default. @throws UsageError */
function checkColumns(given: GivenOptions): 'audit' | 'all' | readonly string[] | undefined {
  const names = given.parts('columns');
  const set = names?.find((name) => name === 'audit' || name === 'all');
  if (names === undefined || set === undefined) return names;
  if (names.length === 1) return set;
  throw new UsageError(given.origin('columns'), `"${set}" cannot be combined with other columns`);
}
