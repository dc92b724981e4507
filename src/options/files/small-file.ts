import { open, stat } from 'node:fs/promises';
import { readPipe } from '../../disk/named-pipe.js';
import { ValueError } from '../../errors.js';

/** The most that a policy, an allow list, a map or a config may have: 16 MB. */
const MOST = 16 * 1024 * 1024;

/**
 * The text of a small file of the user's: a regular file, a pipe, or `/dev/null`, which is empty. A pipe is
 * waited for until its writer has closed it.
 *
 * @throws ValueError for what is not there, is something else, has more than 16 MB or is not UTF-8; the
 *   reason of the signal when that comes first.
 */
export async function readSmallFile(path: string, signal?: AbortSignal): Promise<string> {
  const bytes = await readSmallBytes(path, signal);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ValueError(`${path} cannot be read: it is not UTF-8 text`);
  }
}

/** The same, whatever its bytes are. */
export async function readSmallBytes(path: string, signal?: AbortSignal): Promise<Buffer> {
  if (path === '/dev/null') return Buffer.alloc(0);
  return bytesOf(path, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    if (error instanceof ValueError) throw error;
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing) throw new ValueError(`there is no file ${path}`, tildeHint(path));
    throw new ValueError(`${path} cannot be read: ${messageOf(error)}`);
  });
}

async function bytesOf(path: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const found = await stat(path);
  if (found.isFile()) {
    if (found.size > MOST) throw tooLarge(path);
    const file = await open(path);
    try {
      return await collect(file.createReadStream({ autoClose: false, signal }), path);
    } finally {
      await file.close();
    }
  }
  if (!found.isFIFO()) {
    const what = found.isDirectory() ? 'it is a folder' : 'it is neither a file nor a pipe';
    throw new ValueError(`${path} cannot be read: ${what}`);
  }
  return collect(readPipe(path, signal), path);
}

async function collect(stream: AsyncIterable<Buffer>, path: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    size += piece.length;
    if (size > MOST) throw tooLarge(path);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLarge(path: string): ValueError {
  return new ValueError(`${path} cannot be read: it has more than 16 MB`);
}

/** `--policy=~/x`: the shell expands `~` only at the start of a word. */
function tildeHint(path: string): string | undefined {
  return path.startsWith('~/') ? 'the shell did not expand ~: write $HOME' : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
