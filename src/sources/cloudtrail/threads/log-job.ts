import { statSync } from 'node:fs';
import { fileOfPath } from '../../../storage/folder.js';
import type { StoredFile } from '../../../storage/storage.js';
import { peekLength, putBack } from '../../../text/first-bytes.js';

/** What another thread is told of a file: where it lies on this machine, or all its bytes. */
export interface LogJob {
  readonly name: string;
  readonly path?: Uint8Array;
  readonly bytes?: Uint8Array;
  /** In bytes, as it lies there. */
  readonly size: number;
}

/** The longest file from elsewhere that is handed over, in bytes. */
const LONGEST = 16 * 1024 * 1024;

/**
 * What another thread needs to read a file; or the file itself, which is to be read here: where nobody else can, as
 * standard input, where it is long and comes from elsewhere, and where something is wrong with it.
 */
export async function jobOf(
  file: StoredFile,
  signal: AbortSignal,
): Promise<{ readonly job: LogJob } | { readonly here: StoredFile }> {
  const { name, path, rereadable } = file;
  if (path !== undefined && rereadable) {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    return { job: { name, path, size } };
  }
  if (file.isFar !== true) return { here: file };
  const { start, rest, isAll } = await peekLength(piecesOf(file, signal), LONGEST + 1);
  if (isAll) return { job: { name, bytes: start, size: start.length } };
  return { here: { ...file, open: () => putBack(start, rest) } };
}

/** The file that a thread was told of. */
export function fileOf({ name, path, bytes = new Uint8Array() }: LogJob): StoredFile {
  if (path !== undefined) return { ...fileOfPath(Buffer.from(path)), name };
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const open = async function* (): AsyncGenerator<Buffer> {
    yield all;
  };
  return { id: name, name, rereadable: true, open, atOnce: () => all };
}

async function* piecesOf(file: StoredFile, signal: AbortSignal): AsyncGenerator<Buffer> {
  yield* file.open(signal);
}
