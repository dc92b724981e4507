import { ValueError } from '../../errors.js';
import { PARTITION_KEYS } from '../../model/lake/partition.js';
import { formatNamesWithout } from '../../model/report/format.js';
import type { Definitions } from './definition.js';

/** Where the output goes, and its form. */
export const OUTPUT = {
  format: {
    kind: 'text',
    value: 'FORMAT',
    alias: ['output'],
    choices: formatNamesWithout('github', 'ocsf', 'markdown'),
    describe:
      'Output format. human is the same as table, jsonl the same as ndjson; parquet needs --out. Default: by the ending of --out, else csv for export and table for the other commands',
  },
  json: { kind: 'flag', describe: 'Same as --format json' },
  out: {
    kind: 'text',
    value: 'FILE',
    alias: ['o'],
    names: 'file',
    describe:
      'Write to FILE, or to the object s3://BUCKET/KEY, instead of standard output. It appears when it is complete, readable by its owner alone; .gz at the end of the name compresses it',
  },
  'sse-kms-key-id': {
    kind: 'text',
    value: 'KEY',
    read: kmsKey,
    describe: 'KMS key that encrypts what is written to S3. Default: as the bucket is set up',
  },
  'partition-by': {
    kind: 'text',
    value: 'LIST',
    parts: [...PARTITION_KEYS],
    describe:
      'Write one file for each partition into the folder of --out, by day and any of account_id, region and profile, separated by commas. Only whole days (UTC) are read and written. Files of events and verdicts are replaced, files of sessions are added to. Parquet, unless --format says ndjson or csv',
  },
  checkpoint: {
    kind: 'text',
    value: 'FILE',
    names: 'file',
    describe:
      'Save in FILE how far the export has come, so that the same command goes on where a run ended that was killed or failed. For the live table and --out FILE, as csv or ndjson, plain or .gz. FILE is removed when the output is complete',
  },
  columns: {
    kind: 'text',
    value: 'LIST',
    describe: 'Columns, separated by commas; or all',
  },
  'csv-raw': {
    kind: 'flag',
    describe: 'Do not escape formulas in CSV cells. By default a spreadsheet does not run them',
  },
  rejects: {
    kind: 'text',
    value: 'FILE',
    names: 'file',
    describe: 'Write everything that could not be read as a row to FILE (NDJSON)',
  },
} as const satisfies Definitions;

/** An id, an alias or an ARN of a key. */
function kmsKey(text: string): string {
  if (/^[\w:/-]{1,2048}$/.test(text)) return text;
  throw new ValueError(`"${text}" is not a valid KMS key`, 'write its ID, its ARN or alias/NAME');
}
