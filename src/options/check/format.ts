import { UsageError } from '../../errors.js';
import {
  FORMATS,
  type Format,
  formatOfEnding,
  formatOfName,
  isParquetName,
} from '../../model/report/format.js';
import type { RowFormat } from '../../sinks/open.js';
import type { GivenOptions } from '../read/given-options.js';

/**
 * The format: of `--json` or `--format`, else of the name of `--out`, else the default.
 *
 * @throws UsageError, also where the output cannot be of this format.
 */
export function checkFormat(
  given: GivenOptions,
  out: string | undefined,
  byDefault: RowFormat,
): Format {
  const name = formatName(given);
  const format = name === undefined ? formatOfFile(out, given) : formatOfName(name);
  if (format === 'parquet') checkBinary(given, out);
  if (format === 'ocsf' && out !== undefined && isParquetName(out.replace(/\.gz$/, ''))) {
    checkBinary(given, out);
  }
  return format ?? byDefault;
}

/** Parquet is for files, and compressed by itself. */
function checkBinary(given: GivenOptions, out: string | undefined): void {
  if (out === undefined) {
    const hint = 'add --out FILE, or --out s3://BUCKET/KEY';
    throw new UsageError(given.origin('format'), 'parquet is not for standard output', hint);
  }
  if (!out.endsWith('.gz')) return;
  const hint = 'leave out .gz: Parquet files are compressed inside';
  throw new UsageError(given.origin('out'), 'a Parquet file cannot be compressed again', hint);
}

/** Of `--json` and `--format`, the one with the higher precedence. */
function formatName(given: GivenOptions): string | undefined {
  const name = given.text('format');
  const json = given.flag('json') ? given.precedenceOf('json') : Infinity;
  const format = given.precedenceOf('format');
  if (json === format && json !== Infinity && name !== 'json') {
    throw new UsageError(given.origin('json'), `contradicts ${given.origin('format')} ${name}`);
  }
  return json < format ? 'json' : name;
}

/** Endings that promise another form than the file would have. */
const OTHER_FORMATS = /\.(orc|avro|xlsx?|html?|zst|zip|bz2|xz|br|lz4|7z)$/i;

/** The format that the name of a file asks for. */
function formatOfFile(out: string | undefined, given: GivenOptions): Format | undefined {
  if (out === undefined) return undefined;
  const choices = given.choices('format');
  const ending = /\.([a-z]+)$/i.exec(out.replace(/\.gz$/, ''))?.[1] ?? '';
  const format = formatOfEnding(ending);
  const isForeign = format !== undefined && !choices.includes(format);
  const other = isForeign ? ending : OTHER_FORMATS.exec(out)?.[1];
  if (other !== undefined) {
    const formats = Object.entries(FORMATS).filter(([name]) => choices.includes(name));
    const endings = formats.flatMap(([, { endings: those }]) => [...those]);
    const hint = `the endings are ${endings.map((one) => `.${one}`).join(', ')}, and .gz to compress`;
    throw new UsageError(given.origin('out'), `.${other} files cannot be written`, hint);
  }
  return format;
}
