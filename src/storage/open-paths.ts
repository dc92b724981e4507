import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ReadContext } from '../pipeline/read-context.js';
import { type InputFile, spool } from './input-file.js';

/**
 * Paths as files that can be read twice: `-` is standard input, and it and what can be read only once, such
 * as a named pipe, are kept in temporary files until `dispose` is called.
 */
export async function openPaths(
  given: readonly string[],
  stdin: Readable,
  context: ReadContext,
): Promise<{ paths: InputFile[]; dispose: () => Promise<void> }> {
  const disposals: (() => Promise<void>)[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(disposals.map((one) => one()));
  };
  const paths: InputFile[] = [];
  try {
    for (const path of given) {
      const stream = await streamAt(path, stdin);
      if (stream === undefined) {
        paths.push({ path, name: path });
      } else {
        const name = path === '-' ? 'standard input' : path;
        const spooled = await spool(stream, name, context.signal);
        disposals.push(spooled.dispose);
        paths.push(spooled.file);
      }
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { paths, dispose };
}

/** Standard input, or a path that can be read only once. */
async function streamAt(path: string, stdin: Readable): Promise<Readable | undefined> {
  if (path === '-') return stdin;
  const found = await stat(path).catch(() => undefined);
  const isStream = found !== undefined && !found.isFile() && !found.isDirectory();
  return isStream ? createReadStream(path) : undefined;
}
