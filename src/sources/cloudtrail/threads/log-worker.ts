import { parentPort } from 'node:worker_threads';
import type { RoleCall } from '../../../model/role-call/role-call.js';
import type { FilePart } from '../../../pipeline/file-part.js';
import { readLogFile } from '../read-log-file.js';
import { type LogJob, fileOf } from './log-job.js';

/** What a thread is told: a file to read, or that a part of one was taken. */
export type ToThread = { readonly job: LogJob } | { readonly taken: true };

/** What it says: a part of the file that it reads, or that this was the last. */
export type FromThread = { readonly part: FilePart<RoleCall> } | { readonly isEnd: true };

/** So many parts may wait to be taken. */
const AHEAD = 4;

if (parentPort !== null) serve(parentPort);

/** Reads the files that it is told of, one after the other. What nobody expected ends the thread. */
function serve(port: NonNullable<typeof parentPort>): void {
  const never = new AbortController().signal; // who interrupts ends the thread
  const jobs: LogJob[] = [];
  let isReading = false;
  let waiting = 0;
  let wake = (): void => {};
  const send = (message: FromThread): void => port.postMessage(message);
  const readAll = async (): Promise<void> => {
    isReading = true;
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      for await (const part of readLogFile(fileOf(job), never)) {
        send({ part });
        if (++waiting >= AHEAD) await new Promise<void>((resolve) => (wake = resolve));
      }
      send({ isEnd: true });
    }
    isReading = false;
  };
  port.on('message', (message: ToThread) => {
    if ('taken' in message) {
      waiting--;
      wake();
      return;
    }
    jobs.push(message.job);
    if (!isReading) void readAll();
  });
}
