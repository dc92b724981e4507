import { type Stats, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { UsageError } from '../../errors.js';
import { FORMATS, type Format, formatOfEnding, formatOfName } from '../../model/report/format.js';
import type { Output, RowFormat } from '../../sinks/open.js';
import type { GivenOptions } from '../read/given-options.js';
import { suggestion } from '../../suggestion.js';

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
  /** The form of a report; that of {@link output} where that has it. */
  readonly format: Format;
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
  defaultFormat: RowFormat,
  valid: readonly string[],
  takesGithub = false,
): OutputOptions {
  const format = checkFormat(given, defaultFormat, takesGithub);
  const output: Output = {
    format: format === 'github' ? 'table' : format,
    out: checkOut(given),
    csvRaw: given.flag('csv-raw'),
  };
  const run = checkRun(given);
  if (output.out !== undefined) checkNotRead(output.out, given);
  if (run.rejects !== undefined) checkRejects(run.rejects, output.out, given);
  return { output, format, columns: checkColumns(given, valid), run };
}

/** How the run behaves. @throws UsageError */
export function checkRun(given: GivenOptions): RunOptions {
  return {
    quiet: given.flag('quiet'),
    verbose: given.flag('verbose'),
    progress: !given.flag('no-progress'),
    strict: given.flag('strict'),
    rejects: given.parsed('rejects', ownFile),
  };
}

/** What is read must not be replaced by what is made of it. */
function checkNotRead(out: string, given: GivenOptions): void {
  for (const name of ['sessions', 'events'] as const) {
    for (const path of given.has(name) ? given.list(name) : []) {
      if (path === '-') continue;
      const lies = statOf(out) !== undefined && realPath(out).startsWith(realPath(path) + sep);
      if (!isSameFile(out, path) && !lies) continue;
      const what = `${lies ? 'is a file of' : 'is'} ${path}, which is read`;
      throw new UsageError(given.origin('out'), what, 'write elsewhere');
    }
  }
}

/** What is rejected must not be written over, or into, what is read; nor over what is written. */
function checkRejects(rejects: string, out: string | undefined, given: GivenOptions): void {
  const origin = given.origin('rejects');
  if (out !== undefined && isSameFile(rejects, out)) {
    throw new UsageError(origin, 'is the same file as --out');
  }
  for (const name of ['sessions', 'events'] as const) {
    for (const path of given.has(name) ? given.list(name) : []) {
      const isIt = isSameFile(rejects, path);
      if (!isIt && !realPath(rejects).startsWith(realPath(path) + sep)) continue;
      const how = isIt ? 'is' : 'lies in';
      throw new UsageError(origin, `${how} ${path}, which is read`, 'keep the rejects elsewhere');
    }
  }
}

/** Where links lead, also for a file that is not there yet. */
function realPath(path: string): string {
  const attempt = (find: (path: string) => string, of: string): string | undefined => {
    try {
      return find(of);
    } catch {
      return undefined;
    }
  };
  const real = attempt(realpathSync, path);
  if (real !== undefined) return real;
  const link = attempt(readlinkSync, path);
  if (link !== undefined) return realPath(resolve(dirname(path), link));
  return join(attempt(realpathSync, dirname(path)) ?? resolve(dirname(path)), basename(path));
}

/** One file may have several names. */
function isSameFile(a: string, b: string): boolean {
  const [one, other] = [statOf(a), statOf(b)];
  const isOne = one !== undefined && one.ino === other?.ino && one.dev === other.dev;
  return isOne || realPath(a) === realPath(b);
}

/** Of `--json` and `--format`, the one that was given nearer to the command line. */
function formatNamed(given: GivenOptions): string | undefined {
  const named = given.text('format');
  const json = given.flag('json') ? given.layerOf('json') : Infinity;
  const format = given.layerOf('format');
  if (json === format && json !== Infinity && named !== 'json') {
    throw new UsageError(given.origin('json'), `contradicts ${given.origin('format')} ${named}`);
  }
  return json < format ? 'json' : named;
}

/** A file to write to; undefined is standard output. @throws UsageError */
export function checkOut(given: GivenOptions): string | undefined {
  const out = given.parsed('out', writable);
  return out === '-' ? undefined : out;
}

function checkFormat(given: GivenOptions, defaultFormat: RowFormat, takesGithub: boolean): Format {
  const named = formatNamed(given);
  if (named === 'github' && !takesGithub)
    throw new UsageError(given.origin('format'), 'github is for session-compliance');
  const out = checkOut(given);
  const asked = named === undefined ? formatOf(out, given.origin('out')) : formatOfName(named);
  return asked ?? defaultFormat;
}

/** Names that promise what would not be in the file. */
const OTHER_FORMATS = /\.(parquet|orc|avro|xlsx?|html?|zst|zip|bz2|xz|br|lz4|7z)$/i;

/** The format that a file's name asks for. */
function formatOf(out: string | undefined, origin: string): Format | undefined {
  if (out === undefined) return undefined;
  const other = OTHER_FORMATS.exec(out)?.[1];
  if (other !== undefined) {
    const can = `${Object.values(FORMATS)
      .flatMap(({ endings }) => endings)
      .map((ending) => `.${ending}`)
      .join(', ')}, and .gz to compress`;
    throw new UsageError(origin, `.${other} cannot be written`, `there are ${can}`);
  }
  const ending = /\.([a-z]+)$/i.exec(out.replace(/\.gz$/, ''))?.[1] ?? '';
  return formatOfEnding(ending);
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
  if (!statOf(folder)?.isDirectory()) {
    throw new UsageError('--out', `there is no folder ${folder} for ${basename(path)}`);
  }
  if (statOf(path)?.isDirectory()) throw new UsageError('--out', `${path} is a folder`);
  return path;
}

/** The same, and not standard output. */
function ownFile(path: string): string {
  if (path === '-') throw new UsageError('--rejects', 'needs a file: standard output has the rows');
  return writable(path);
}

/** What is at a path; undefined when nothing is. @throws UsageError when that cannot be told. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new UsageError(path, error instanceof Error ? error.message : String(error));
  }
}
