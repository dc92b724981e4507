import { setMaxListeners } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { type ExitCode, HungUp, RecordError } from '../errors.js';
import { RUN_ADVICE, withAdvice } from '../hints.js';
import { type Caveat, exitCodeOf } from '../model/report/caveat.js';
import { Counters, type ReadContext, type Reject } from '../pipeline/read-context.js';
import type { Instant } from '../model/time/instant.js';
import type { RunOptions } from '../options/check/output-options.js';
import { costLine, progressLine } from './progress.js';
import { readCaveats } from './read-caveats.js';
import { askerAt } from './ask.js';
import { Reporter } from './reporter.js';
import type { Destination } from '../sinks/open.js';
import { type RejectsFile, openRejects } from '../sinks/rejects.js';
import { storages } from '../storage/storage-of.js';

/** The world around the program: what `main` is given, and a test replaces. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Nobody will ever see what is written to standard output. */
  readonly isOutputGone?: boolean;
  /** Keeps the garbage of a long run small, for some more time. */
  readonly boundHeap?: () => void;
  /** Keeps patterns of the user's from backtracking without end. */
  readonly boundPatterns?: () => Promise<void>;
  /** How many threads read log files, where nobody says; 1 when left out. */
  readonly threads?: number;
  /** Aborted with an Interruption. */
  readonly signal: AbortSignal;
  /** The version of this program; `main` sets it. */
  readonly version?: string;
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
  readonly world: World & Required<Pick<Destination, 'storageOf'>>;
  readonly context: ReadContext;
  readonly reporter: Reporter;
}

/** What a command has done. */
export interface Done {
  /** Lines for the summary. */
  readonly lines: readonly string[];
  /** How many findings of those there are that make a run fail. */
  readonly findings?: number;
  /** What could not be decided, and what the reader must know. */
  readonly caveats?: readonly Caveat[];
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
    isVerbose: options.verbose && !options.quiet,
    ...(!progress && { waiting: (text: string) => reporter.note(text) }),
    ask: askerAt(world, reporter),
    reject: (reject) => takeReject(reject, meter, reporter, rejects, options.strict),
  };
  let done: Done = { lines: [] };
  for (const note of options.notes ?? []) reporter.note(note);
  try {
    reporter.start(() => progressLine(meter, started));
    // A line of progress and rows on one terminal would be one line.
    const beforeRows = (): void => {
      if (world.stdout.isTTY) reporter.stop();
    };
    const storageOf = storages(world.stdin, context, options.aws);
    done = await work({ world: { ...world, beforeRows, storageOf }, context, reporter });
    reporter.stop();
    for (const caveat of done.caveats ?? []) {
      if (caveat.weight !== 'incomplete') reporter.note(withAdvice(caveat));
    }
    reporter.summary([...done.lines, costLine(meter, started)]);
  } catch (error) {
    if (!(error instanceof HungUp)) throw error;
  } finally {
    reporter.stop();
    rejects?.close();
  }
  const caveats = done.caveats ?? [];
  const ofMeter = readCaveats(meter);
  const isNew = ({ code }: Caveat): boolean => !ofMeter.some((one) => one.code === code);
  const unread = [
    ...ofMeter,
    ...caveats.filter((one) => one.weight === 'incomplete' && isNew(one)),
  ];
  if (unread.length > 0) reporter.error(incompleteLine(unread, meter, options.rejects));
  return exitCodeOf(done.findings ?? 0, [...caveats, ...unread]);
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
  if (strict) throw new RecordError(line, { hint: RUN_ADVICE.strict });
  if (meter.rejected + meter.brokenFiles <= REJECTS_SHOWN) reporter.error(line);
}

function incompleteLine(
  unread: readonly Caveat[],
  { rejected, brokenFiles }: Counters,
  kept: string | undefined,
): string {
  const where = kept === undefined ? RUN_ADVICE.rejects : `they are in ${kept}`;
  const texts = unread.map(({ text }) => text).join(', ');
  return `incomplete: ${texts}${rejected + brokenFiles > 0 ? `; ${where}` : ''}`;
}
