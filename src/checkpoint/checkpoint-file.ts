import { type FileHandle, open, rm } from 'node:fs/promises';
import { ConfigurationError, SinkError, ValueError } from '../errors.js';
import { readText } from '../storage/local-text.js';
import {
  type ExportCheckpoint,
  type SavedPage,
  formatCheckpoint,
  formatPage,
  parseCheckpoint,
} from './export-checkpoint.js';

/** The checkpoint in a file; undefined where there is none. @throws ConfigurationError where it is another file, or damaged. */
export async function readCheckpoint(path: string): Promise<ExportCheckpoint | undefined> {
  const found = await readText(path);
  if (found === undefined || isUnbegun(found.text)) return undefined;
  try {
    return parseCheckpoint(found.text);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new ConfigurationError(`${path}: ${error.message}`, {
      hint: 'name another file, or remove this one to begin anew',
    });
  }
}

/** Empty, or torn where it begins: for want of room, or killed. Nothing had been saved. */
function isUnbegun(text: string): boolean {
  return text === '' || (text.startsWith('{"format":"sentinel-audit') && !text.includes('\n'));
}

/** The file of a checkpoint, to which a run adds what it has done; readable by its owner alone. */
export class CheckpointFile {
  readonly #path: string;
  readonly #file: FileHandle;
  /** How long the file is, where nobody else adds to it. */
  #bytes: number;

  private constructor(path: string, file: FileHandle, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  /** A run begins, or goes on, with a checkpoint. @throws SinkError */
  static async open(path: string, checkpoint: ExportCheckpoint): Promise<CheckpointFile> {
    const file = await open(path, 'a+', 0o600).catch((error: unknown) => fail(error, path));
    const { size } = await file.stat();
    const opened = new CheckpointFile(path, file, size);
    try {
      // After the torn line of a run that was killed.
      await opened.#add(`${size === 0 ? '' : '\n'}${formatCheckpoint(checkpoint)}`);
      return opened;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** On disk when it settles. @throws SinkError, also where another run goes on with the checkpoint. */
  async save(page: SavedPage): Promise<void> {
    if ((await this.#file.stat()).size !== this.#bytes) {
      throw new SinkError(`another run goes on with ${this.#path}, and this one ends`);
    }
    await this.#add(formatPage(page));
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #add(text: string): Promise<void> {
    try {
      await this.#file.appendFile(text);
      await this.#file.datasync();
    } catch (error) {
      fail(error, this.#path);
    }
    this.#bytes += Buffer.byteLength(text);
  }
}

/** The export is done. */
export async function removeCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true });
}

function fail(error: unknown, path: string): never {
  throw new SinkError(`${path} could not be written: ${(error as Error).message}`, {
    cause: error,
  });
}
