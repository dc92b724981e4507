import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Batch, Source } from '../pipeline/pipe.js';
import { readLines } from '../text/lines.js';
import { temporaryFolder, unwritable } from './temporary-folder.js';

/** Rows that wait on disk until they can be judged or written. */
export interface Spool<T> {
  /** How many rows there are. */
  readonly size: number;
  readonly add: (rows: Batch<T>) => Promise<void>;
  /** All rows in the order in which they were added. May be read again, and nothing be added afterwards. */
  readonly rows: () => Source<T>;
  readonly dispose: () => Promise<void>;
}

/**
 * Keeps rows in a temporary file that only its owner can read; rows are what JSON makes of them. The file
 * is made when the first row comes, and gone when it is disposed of. `blockSize` bytes are read at a time.
 */
export function openSpool<T>(blockSize = 64 * 1024): Spool<T> {
  let folder: string | undefined;
  let file: FileHandle | undefined;
  let size = 0;
  return {
    get size() {
      return size;
    },
    add: async (rows) => {
      if (rows.length === 0) return;
      folder ??= await temporaryFolder();
      try {
        file ??= await open(join(folder, 'rows'), 'wx', 0o600);
        await file.appendFile(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      } catch (cause) {
        throw unwritable(cause);
      }
      size += rows.length;
    },
    rows: async function* () {
      if (folder === undefined) return;
      for await (const lines of readLines(
        createReadStream(join(folder, 'rows'), { highWaterMark: blockSize }),
      )) {
        yield lines.map(({ bytes }) => JSON.parse(bytes.toString()) as T);
      }
    },
    dispose: async () => {
      try {
        await file?.close();
      } finally {
        if (folder !== undefined) await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
