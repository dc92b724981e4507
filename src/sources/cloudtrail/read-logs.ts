import { setImmediate as otherWork } from 'node:timers/promises';
import type { RoleCall } from '../../model/role-call/role-call.js';
import { type FilePart, deliver } from '../../pipeline/file-part.js';
import { gathered } from '../../pipeline/gathered.js';
import type { Source } from '../../pipeline/pipe.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { readAhead } from '../../storage/read-ahead.js';
import type { LogFile } from './listing/log-file.js';
import { readLogFile } from './read-log-file.js';
import { type WithContent, beginContent } from '../../storage/read-bytes.js';
import { roomsForCalls } from './other-calls-skipper.js';
import { type LogJob, fileOf, jobOf } from './threads/log-job.js';
import { LogThreads } from './threads/log-threads.js';

/** How many threads read, and after how many bytes of files, as they lie there: fewer are read sooner without. */
export interface ThreadUse {
  readonly most: number;
  readonly after: number;
}

const ALONE: ThreadUse = { most: 1, after: 0 };

/** Files are read together until they have so many bytes, for each question to a thread costs something. */
const TOGETHER = 128 * 1024;

/** The most bytes of files that are read here while threads read others: all their events are held. */
const LARGEST_HERE = 1024 * 1024;

/** So many groups of files for each thread may be read before their turn, and no more once so many rows are held. */
const BEFORE_TURN = 6;
const MOST_HELD = 5000;

/** With one thread, so many files are unpacked while one is read: with one alone, each waits for the other at times. */
const AHEAD = 3;

/** Rows. */
const BATCH = 500;

/** Small files are read at once. Whatever else is due, such as an interruption, comes after so many milliseconds. */
const PATIENCE = 10;

/**
 * The role events of some log files, in the order of the files and of the records in each, whatever carries
 * them. A file that cannot be read to its end is rejected, its events so far delivered, the others read. With
 * more than one thread, files are read side by side, some before their turn; this one is one of the threads.
 */
export function readLogFiles(
  files: AsyncIterable<LogFile>,
  context: ReadContext,
  threads = ALONE,
): Source<RoleCall> {
  return gathered(eachFile(files, context, threads), BATCH);
}

async function* eachFile(
  files: AsyncIterable<LogFile>,
  context: ReadContext,
  { most, after }: ThreadUse,
): Source<RoleCall> {
  const { signal, meter } = context;
  const pool = new LogThreads(most - 1);
  const stop = (): void => void pool.close();
  signal.addEventListener('abort', stop);
  const begun: Begun[] = [];
  const first = async function* (): Source<RoleCall> {
    signal.throwIfAborted();
    const { share, parts } = begun.shift()!;
    yield* deliver(parts, context);
    meter.share = share;
  };
  let next = NO_FILES;
  const beginNext = async function* (): Source<RoleCall> {
    const { jobs, size, share } = next;
    next = NO_FILES;
    if (jobs.length === 0) return;
    await otherWork(); // such as to hear of the threads
    while (begun[0]?.isRead() === true) yield* first();
    const mayReadHere = (): boolean =>
      size <= LARGEST_HERE && begun.length < BEFORE_TURN * most && heldBy(begun) < MOST_HELD;
    while (!pool.hasRoom && !mayReadHere()) yield* first();
    begun.push({ share, ...(pool.hasRoom ? pool.read(jobs) : await readAtOnce(jobs, signal)) });
  };
  let readHere = 0;
  let breath = performance.now();
  try {
    for await (const file of readAhead(files, signal)) {
      if (performance.now() - breath > PATIENCE) {
        await otherWork();
        breath = performance.now();
      }
      signal.throwIfAborted();
      const { share } = file;
      // A small object is fetched as a whole, also where no other thread reads it.
      const found = most === 1 && file.isFar !== true ? { here: file } : await jobOf(file, signal);
      const job = 'job' in found ? found.job : undefined;
      if (job !== undefined && most > 1 && readHere + job.size > after) {
        readHere = Infinity;
        next = { jobs: [...next.jobs, job], size: next.size + job.size, share };
        if (next.size >= TOGETHER) yield* beginNext();
        continue;
      }
      readHere += job?.size ?? 0;
      yield* beginNext();
      // What is read here may be there only until the next file is asked for.
      const here = 'here' in found ? found.here : fileOf(found.job);
      const content = beginContent(here, roomsForCalls, most === 1);
      const parts = readLogFile(here, signal, content);
      begun.push({ share, parts, content, isRead: () => false });
      const mayWait = most === 1 && here.rereadable && here.atOnce !== undefined;
      while (begun.length > (mayWait ? AHEAD : 0)) yield* first();
    }
    yield* beginNext();
    while (begun.length > 0) yield* first();
  } finally {
    signal.removeEventListener('abort', stop);
    for (const { content } of begun) await content?.(() => {}); // it has memory that others need
    await pool.close();
  }
}

/** Files that are to be read together. */
interface Files {
  readonly jobs: readonly LogJob[];
  readonly size: number;
  readonly share: number;
}

const NO_FILES: Files = { jobs: [], size: 0, share: 0 };

/** What is being read, and how much of all is read with it. */
interface Begun {
  readonly share: number;
  readonly parts: AsyncIterable<FilePart<RoleCall>> | Iterable<FilePart<RoleCall>>;
  /** Has it been read to its end, so that nobody need wait for it? */
  readonly isRead: () => boolean;
  /** How many rows of it are held here. */
  readonly held?: number;
  /** Of a file that is unpacked here. */
  readonly content?: WithContent;
}

function heldBy(begun: readonly Begun[]): number {
  return begun.reduce((sum, { held = 0 }) => sum + held, 0);
}

async function readAtOnce(
  jobs: readonly LogJob[],
  signal: AbortSignal,
): Promise<Omit<Begun, 'share'>> {
  const parts: FilePart<RoleCall>[] = [];
  let held = 0;
  for (const job of jobs) {
    for await (const part of readLogFile(fileOf(job), signal)) {
      parts.push(part);
      held += part.rows.length;
    }
  }
  return { parts, held, isRead: () => true };
}
