import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { FORMATS, type Format, type Output } from '../sinks/open.js';
import type { GivenOptions } from './checks.js';
import { suggestion } from './nearest.js';

/** How a run behaves, whatever the command. */
export interface RunOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly progress: boolean;
  readonly strict: boolean;
  readonly rejects: string | undefined;
}

/** Where rows go, in which form, and how the run behaves. */
export interface OutputOptions {
  readonly output: Output;
  /** Undefined: what the format is made for. */
  readonly columns: 'audit' | 'all' | readonly string[] | undefined;
  readonly run: RunOptions;
}

/**
 * `valid` are the names that `--columns` takes here.
 *
 * @throws UsageError
 */
export function checkOutputOptions(
  given: GivenOptions,
  defaultFormat: Format,
  valid: readonly string[],
): OutputOptions {
  const output = checkOutput(given, defaultFormat);
  const run = {
    quiet: given.flag('quiet'),
    verbose: given.flag('verbose'),
    progress: !given.flag('no-progress'),
    strict: given.flag('strict'),
    rejects: given.parsed('rejects', writable),
  };
  if (output.out !== undefined && run.rejects && resolve(output.out) === resolve(run.rejects)) {
    throw new UsageError(given.origin('rejects'), 'is the same file as --out');
  }
  return { output, columns: checkColumns(given, valid), run };
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

function checkColumns(given: GivenOptions, valid: readonly string[]): OutputOptions['columns'] {
  const parts = given.parts('columns');
  const group = parts?.find((part) => part === 'audit' || part === 'all');
  const stray = parts?.find((part) => part !== 'all' && !valid.includes(part));
  if (stray !== undefined) {
    const hint = suggestion(stray, valid) ?? `there are ${valid.join(', ')}`;
    throw new UsageError(given.origin('columns'), `there is no "${stray}" here`, hint);
  }
  if (parts === undefined || group === undefined) return parts;
  if (parts.length > 1) {
    throw new UsageError(given.origin('columns'), `"${group}" stands alone: it is a whole set`);
  }
  return group;
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
