import type { RoleCall } from '../../model/role-call/role-call.js';
import { type FilePart, deliver } from '../../pipeline/file-part.js';
import { gathered } from '../../pipeline/gathered.js';
import type { Source } from '../../pipeline/pipe.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { readAhead } from '../../storage/read-ahead.js';
import type { LogFile } from './listing/log-file.js';
import { readLogFile } from './read-log-file.js';
import { type Handing, handingOf } from './threads/log-job.js';
import { LogThreads } from './threads/log-threads.js';

/** With so many files or fewer, starting threads would cost more than they save. */
const FEW = 4;

/** Rows. */
const BATCH = 500;

/**
 * The role events of some log files, in the order of the files and of the records in each, whatever carries
 * them. A file that cannot be read to its end is rejected, its events so far delivered, the others read. With
 * more than one thread, files are read side by side: two for each thread are begun before their turn.
 */
export function readLogFiles(
  files: AsyncIterable<LogFile>,
  context: ReadContext,
  threads = 1,
): Source<RoleCall> {
  return gathered(eachFile(files, context, threads), BATCH);
}

async function* eachFile(
  files: AsyncIterable<LogFile>,
  context: ReadContext,
  threads: number,
): Source<RoleCall> {
  const { signal, meter } = context;
  const pool = new LogThreads(threads);
  const stop = (): void => void pool.close();
  signal.addEventListener('abort', stop);
  const begun: { readonly file: LogFile; readonly parts: AsyncIterable<FilePart<RoleCall>> }[] = [];
  const first = async function* (): Source<RoleCall> {
    const { file, parts } = begun.shift()!;
    signal.throwIfAborted();
    yield* deliver(parts, context);
    meter.share = file.share;
  };
  let number = 0;
  try {
    for await (const file of readAhead(files, signal)) {
      signal.throwIfAborted();
      const isAlone = threads === 1 || number++ < FEW;
      const handing: Handing = isAlone ? { here: file } : await handingOf(file, signal);
      if ('job' in handing) {
        begun.push({ file, parts: pool.read(handing.job) });
        if (begun.length > 2 * threads) yield* first();
        continue;
      }
      // What is read here may be there only until the next file is asked for.
      begun.push({ file, parts: readLogFile(handing.here, signal) });
      while (begun.length > 0) yield* first();
    }
    while (begun.length > 0) yield* first();
  } finally {
    signal.removeEventListener('abort', stop);
    await pool.close();
  }
}
