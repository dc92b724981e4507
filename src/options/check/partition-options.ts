import { UsageError } from '../../errors.js';
import { PARTITION_KEYS, type PartitionKey } from '../../model/lake/partition.js';
import { type Format, formatOfName } from '../../model/report/format.js';
import type { GivenOptions } from '../read/given-options.js';

/** The formats in which partitions are written. */
const LAKE_FORMATS: readonly string[] = ['parquet', 'ndjson', 'csv'];

/** The same for what is written, which needs a folder. @throws UsageError */
export function checkPartitions(given: GivenOptions): readonly PartitionKey[] | undefined {
  const keys = partitionKeys(given);
  if (keys !== undefined && given.flag('csv-raw')) {
    const hint = 'partitions are read back';
    throw new UsageError(given.origin('csv-raw'), 'cannot be combined with --partition-by', hint);
  }
  if (keys === undefined || given.has('out')) return keys;
  throw new UsageError(given.origin('partition-by'), 'needs --out FOLDER');
}

/** The keys of `--partition-by`, in their usual order; undefined without it. @throws UsageError */
export function partitionKeys(given: GivenOptions): readonly PartitionKey[] | undefined {
  const chosen = given.parts('partition-by');
  if (chosen === undefined) return undefined;
  if (chosen.includes('day')) return PARTITION_KEYS.filter((key) => chosen.includes(key));
  throw new UsageError(given.origin('partition-by'), 'needs day', 'write day or day,region');
}

/** The format of the files of partitions. @throws UsageError */
export function checkLakeFormat(given: GivenOptions): Format {
  const format = formatOfName(given.text('format') ?? 'parquet');
  if (format !== undefined && LAKE_FORMATS.includes(format)) return format;
  const formats = LAKE_FORMATS.join(', ');
  throw new UsageError(given.origin('format'), `partitions are written as ${formats}`);
}
