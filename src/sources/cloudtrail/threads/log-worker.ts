import { parentPort } from 'node:worker_threads';
import type { RoleCall } from '../../../model/role-call/role-call.js';
import { type FilePart, addPart, newFilePart } from '../../../pipeline/file-part.js';
import { readLogFile } from '../read-log-file.js';
import { type LogJob, fileOf } from './log-job.js';

/** What a thread is told: files to read one after the other, or that a part of them was taken. */
export type ToThread = { readonly jobs: readonly LogJob[] } | { readonly taken: true };

/** What it says: a part of the files that it reads, or that this was the last. */
export type FromThread = { readonly part: FilePart<RoleCall> } | { readonly isEnd: true };

/** So many parts may wait to be taken. */
const AHEAD = 4;

/** Rows and rejects: parts are put together until they have so many. */
const BATCH = 2000;

if (parentPort !== null) serve(parentPort);

/** Reads the files that it is told of, in their order. What nobody expected ends the thread. */
function serve(port: NonNullable<typeof parentPort>): void {
  const never = new AbortController().signal; // who interrupts ends the thread
  const asked: (readonly LogJob[])[] = [];
  let isReading = false;
  let waiting = 0;
  let wake = (): void => {};
  const send = (message: FromThread): void => port.postMessage(message);
  const sendPart = async (part: FilePart<RoleCall>): Promise<void> => {
    send({ part });
    if (++waiting >= AHEAD) await new Promise<void>((resolve) => (wake = resolve));
  };
  const readAll = async (): Promise<void> => {
    isReading = true;
    for (let jobs = asked.shift(); jobs !== undefined; jobs = asked.shift()) {
      let held = newFilePart<RoleCall>();
      for (const job of jobs) {
        for await (const part of readLogFile(fileOf(job), never)) {
          addPart(held, part);
          while (held.rows.length > BATCH) {
            await sendPart({ ...newFilePart(), rows: held.rows.splice(0, BATCH) });
          }
          if (held.rows.length + held.rejects.length < BATCH) continue;
          await sendPart(held);
          held = newFilePart();
        }
      }
      await sendPart(held);
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
    asked.push(message.jobs);
    if (!isReading) void readAll();
  });
}
