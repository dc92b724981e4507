import { fileOfPath } from '../../../storage/folder.js';
import type { StoredFile } from '../../../storage/storage.js';
import { peekLength, putBack } from '../../../text/first-bytes.js';

/** What another thread is told of a file: where it lies on this machine, or all its bytes. */
export interface LogJob {
  readonly name: string;
  readonly path?: Uint8Array;
  readonly bytes?: Uint8Array;
}

/** The longest file from elsewhere that is handed over, in bytes. */
const LONGEST = 16 * 1024 * 1024;

/** How a file is read: by another thread, or here. */
export type Handing = { readonly job: LogJob } | { readonly here: StoredFile };

/**
 * How to hand a file to another thread. It is to be read here where nobody else can, as standard input, where it
 * is long and comes from elsewhere, and where something is wrong with it.
 */
export async function handingOf(file: StoredFile, signal: AbortSignal): Promise<Handing> {
  const { name, path, rereadable } = file;
  if (path !== undefined && rereadable) return { job: { name, path } };
  if (file.isFar !== true) return { here: file };
  const { start, rest, isAll } = await peekLength(piecesOf(file, signal), LONGEST + 1);
  if (isAll) return { job: { name, bytes: start } };
  return { here: { ...file, open: () => putBack(start, rest) } };
}

/** The file that a thread was told of. */
export function fileOf({ name, path, bytes = new Uint8Array() }: LogJob): StoredFile {
  if (path !== undefined) return { ...fileOfPath(Buffer.from(path)), name };
  const open = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  };
  return { id: name, name, rereadable: true, open };
}

async function* piecesOf(file: StoredFile, signal: AbortSignal): AsyncGenerator<Buffer> {
  yield* file.open(signal);
}
