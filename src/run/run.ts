import { setMaxListeners } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { ExitCode, HungUp, RecordError } from '../errors.js';
import { Counters, type ReadContext, type Reject } from '../pipeline/read-context.js';
import type { Instant } from '../model/time/instant.js';
import type { RunOptions } from '../options/check/output-options.js';
import { askerAt } from './ask.js';
import { Reporter } from './reporter.js';
import { type RejectsFile, openRejects } from '../sinks/rejects.js';

/** The world around the program: what `main` is given, and a test replaces. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Aborted with an Interruption. */
  readonly signal: AbortSignal;
  /** Read once: every duration is measured back from it. */
  readonly now: Instant;
  /** Called before the first row goes to standard output. */
  readonly beforeRows?: () => void;
}

/** Colour is for a terminal whose user has not asked for none (no-color.org). */
export function mayColor({ stdout, env }: World): boolean {
  return stdout.isTTY === true && !env['NO_COLOR'];
}

/** One command at work: what it reads with and whom it tells. */
export interface Run {
  readonly world: World;
  readonly context: ReadContext;
  readonly reporter: Reporter;
}

/** What a command has done. */
export interface Done {
  /** Lines for the summary. */
  readonly lines: readonly string[];
  /** What it found; a run that is not complete fails whatever it is. */
  readonly exitCode?: ExitCode;
}

/** How many rejects are shown; the rest are counted. */
const REJECTS_SHOWN = 5;

/**
 * Runs a command: opens and closes what is around it, shows progress, and tells in the end what was done.
 * Whatever could not be read makes the run fail, also when the reader of the output went away meanwhile.
 */
export async function run(
  options: RunOptions,
  world: World,
  work: (run: Run) => Promise<Done>,
): Promise<ExitCode> {
  setMaxListeners(0, world.signal); // each request under way listens to it
  const progress = options.progress && world.stderr.isTTY === true;
  const reporter = new Reporter(world.stderr, { ...options, progress });
  const rejects = options.rejects === undefined ? undefined : openRejects(options.rejects);
  const meter = new Counters();
  const started = performance.now();
  const context: ReadContext = {
    meter,
    signal: world.signal,
    note: (text) => reporter.note(text),
    detail: (text) => reporter.detail(text),
    ...(!progress && { waiting: (text: string) => reporter.note(text) }),
    ask: askerAt(world, reporter),
    reject: (reject) => takeReject(reject, meter, reporter, rejects, options.strict),
  };
  let exitCode: ExitCode = ExitCode.Clean;
  try {
    reporter.start(() => progressLine(meter, started));
    // A line of progress and rows on one terminal would be one line.
    const beforeRows = (): void => {
      if (world.stdout.isTTY) reporter.stop();
    };
    const done = await work({ world: { ...world, beforeRows }, context, reporter });
    exitCode = done.exitCode ?? ExitCode.Clean;
    reporter.stop();
    reporter.summary([...done.lines, costLine(meter, started)]);
  } catch (error) {
    if (!(error instanceof HungUp)) throw error;
  } finally {
    reporter.stop();
    rejects?.close();
  }
  if (meter.complete) return exitCode;
  reporter.error(incompleteLine(meter, options.rejects));
  return ExitCode.Failed;
}

function takeReject(
  reject: Reject,
  meter: Counters,
  reporter: Reporter,
  rejects: RejectsFile | undefined,
  strict: boolean,
): void {
  if (reject.kind === 'row') meter.rejected++;
  else meter.brokenFiles++;
  rejects?.write(reject);
  const line = `${reject.place}: ${reject.reason}`;
  if (strict) throw new RecordError(line, { hint: 'stopped here because of --strict' });
  if (meter.rejected + meter.brokenFiles <= REJECTS_SHOWN) reporter.error(line);
}

function incompleteLine(meter: Counters, kept: string | undefined): string {
  const parts = [
    meter.rejected > 0 ? `${count(meter.rejected, 'row')} could not be understood` : '',
    meter.brokenFiles > 0 ? `${count(meter.brokenFiles, 'file')} could not be read to the end` : '',
    meter.clipped ? 'the window goes beyond what could be asked' : '',
    meter.unreadRegions > 0 ? `${count(meter.unreadRegions, 'region')} could not be read` : '',
  ].filter((part) => part !== '');
  const where = kept === undefined ? '--rejects FILE keeps them' : `they are in ${kept}`;
  const hasRejects = meter.rejected + meter.brokenFiles > 0;
  return `incomplete: ${parts.join(', ')}${hasRejects ? `; ${where}` : ''}`;
}

function progressLine(meter: Counters, started: number): string {
  if (meter.scanning !== undefined) {
    return `Athena has scanned ${byteCount(meter.scanning)}, ${costLine(meter, started)}`;
  }
  if (meter.share !== undefined) return eventsLine(meter, started);
  const share =
    meter.expected === undefined || meter.expected === 0
      ? ''
      : ` of about ${meter.expected.toLocaleString('en')}`;
  return `${meter.rows.toLocaleString('en')}${share} rows read, ${costLine(meter, started)}`;
}

/** The time left is what it would be if events came as they have so far. */
function eventsLine(meter: Counters, started: number): string {
  const { events, share = 0 } = meter;
  const elapsed = (performance.now() - started) / 1000;
  const left = share > 0.01 ? `, about ${duration((elapsed * (1 - share)) / share)} left` : '';
  const done = `${Math.floor(share * 100)}% of the window`;
  return `${count(events, 'event')}, ${done}${left}, ${costLine(meter, started)}`;
}

/** `40 s`, `12 min`, `3.5 h`. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function costLine(meter: Counters, started: number): string {
  return [
    meter.pages > 0 ? count(meter.pages, 'page') : '',
    meter.lookups > 0 ? count(meter.lookups, 'session lookup') : '',
    meter.readUnits > 0 ? count(Math.round(meter.readUnits * 10) / 10, 'read unit') : '',
    meter.files > 0 ? count(meter.files, 'file') : '',
    meter.queries > 0 ? athenaLine(meter) : '',
    meter.retries > 0 ? count(meter.retries, 'retry', 'retries') : '',
    `${((performance.now() - started) / 1000).toFixed(1)} s`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Queries below ten megabytes are charged as ten. */
function athenaLine({ queries, scannedBytes, dollars }: Counters): string {
  const cost = `about $${dollars.toFixed(dollars < 0.1 ? 5 : 2)}`;
  return `${count(queries, 'Athena query', 'Athena queries')} scanned ${byteCount(scannedBytes)} (${cost})`;
}

/** `12.3 GB`, by thousands. */
function byteCount(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const amount = bytes / 1000 ** power;
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power]}`;
}

/** `1 row`, `2,000 rows`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
