import { Worker } from 'node:worker_threads';
import type { RoleCall } from '../../../model/role-call/role-call.js';
import type { FilePart } from '../../../pipeline/file-part.js';
import type { LogJob } from './log-job.js';
import type { FromThread, ToThread } from './log-worker.js';

/** Files that are being read, or wait to be, and their parts that have come and were not taken yet. */
interface Reading {
  readonly parts: FilePart<RoleCall>[];
  isEnded: boolean;
}

/** Files that a thread was asked for. */
interface LogsRead {
  /** In order, at the pace at which they are taken. */
  readonly parts: AsyncGenerator<FilePart<RoleCall>>;
  /** Have all come? */
  readonly isRead: () => boolean;
}

/** So often a thread is asked before it has answered: it never waits for the next question. */
const IN_STOCK = 3;

/** Megabytes. What a thread holds beside the bytes of a file is small. */
const LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 1024 };

/**
 * Threads that read log files, each one at a time. A thread is started when there is work for it; all are ended with
 * the program, or by `close`.
 */
export class LogThreads {
  readonly #threads: LogThread[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Is there a thread that has hardly anything to do, or could one be started? */
  get hasRoom(): boolean {
    return (
      this.#threads.length < this.#most || this.#threads.some(({ waiting }) => waiting < IN_STOCK)
    );
  }

  /** Begins to read some files. */
  read(jobs: readonly LogJob[]): LogsRead {
    if (this.#threads.every(({ isBusy }) => isBusy) && this.#threads.length < this.#most) {
      this.#threads.push(new LogThread());
    }
    const thread = this.#threads.reduce((a, b) => (b.waiting < a.waiting ? b : a));
    return thread.read(jobs);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }
}

class LogThread {
  readonly #worker = new Worker(new URL('log-worker.js', import.meta.url), {
    resourceLimits: LIMITS,
  });
  /** In the order in which they were begun. */
  readonly #readings: Reading[] = [];
  #failure: { readonly error: unknown } | undefined;
  #wake = (): void => {};

  constructor() {
    this.#worker.on('message', (message: FromThread) => {
      const reading = this.#readings.find(({ isEnded }) => !isEnded);
      if (reading === undefined) return;
      if ('part' in message) reading.parts.push(message.part);
      else reading.isEnded = true;
      this.#wake();
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('a thread that reads log files has ended')));
  }

  /** How often it was asked for what is not read to its end. */
  get waiting(): number {
    return this.#readings.filter(({ isEnded }) => !isEnded).length;
  }

  get isBusy(): boolean {
    return this.waiting > 0;
  }

  read(jobs: readonly LogJob[]): LogsRead {
    const reading: Reading = { parts: [], isEnded: false };
    this.#readings.push(reading);
    this.#tell({ jobs });
    return { parts: this.#partsOf(reading), isRead: () => reading.isEnded };
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  async *#partsOf(reading: Reading): AsyncGenerator<FilePart<RoleCall>> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      const part = reading.parts.shift();
      if (part !== undefined) {
        this.#tell({ taken: true });
        yield part;
      } else if (reading.isEnded) {
        break;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
    this.#readings.splice(this.#readings.indexOf(reading), 1);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  #tell(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    this.#worker.postMessage(message);
  }
}
