import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { temporaryFolder } from '../disk/temporary-folder.js';
import { SourceError } from '../errors.js';
import type { StoredFile } from './storage.js';

/**
 * The same files, all of which can be opened more than once: those that cannot are copied to temporary files,
 * readable by their owner alone, which are gone when `dispose` is called.
 *
 * @throws SourceError when one of them cannot be read.
 */
export async function spoolFiles<F extends StoredFile>(
  files: readonly F[],
  signal: AbortSignal,
): Promise<{ files: F[]; dispose: () => Promise<void> }> {
  const folders: string[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  };
  const spooled: F[] = [];
  try {
    for (const file of files) {
      if (file.rereadable) {
        spooled.push(file);
        continue;
      }
      const folder = await temporaryFolder();
      folders.push(folder);
      const path = join(folder, 'input');
      await pipeline(file.open(signal), createWriteStream(path, { mode: 0o600 }), { signal }).catch(
        (error: unknown) => {
          signal.throwIfAborted();
          throw new SourceError(`${file.name} could not be read: ${String(error)}`, {
            cause: error,
          });
        },
      );
      spooled.push({
        ...file,
        rereadable: true,
        isCopy: true,
        open: (stop) => createReadStream(path, { signal: stop }),
      });
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { files: spooled, dispose };
}
