import { createHash, randomBytes } from 'node:crypto';
import { lateSignal } from '../aws/http/late-signal.js';
import { SourceError, ValueError } from '../errors.js';
import {
  type ArchiveFile,
  type ArchiveRecord,
  RECORD_NAME,
  ROWS_FOLDER,
  formatRecord,
  parseRecord,
} from '../model/archive/archive-record.js';
import { sessionColumns } from '../model/columns/session-columns.js';
import type { Session } from '../model/session/session.js';
import type { Source } from '../pipeline/pipe.js';
import { ndjson } from '../sinks/ndjson.js';
import { writeToFile } from '../sinks/write-text.js';
import type { Storage, StoredFile } from '../storage/storage.js';

const PATIENCE_MS = 1500;

/** A record as it was read, and what tells whether it has been replaced since. */
export interface ReadRecord {
  readonly record: ArchiveRecord | undefined;
  readonly version: string | undefined;
}

/** The folder of an archive, on this machine or in S3. */
export interface ArchivePlace {
  /** Without a slash at its end. */
  readonly folder: string;
  readonly storage: Storage;
  readonly signal: AbortSignal;
  /** Names of files that are there, or may be, and that no record names: {@link removeUnnamed} removes them. */
  readonly unnamed: Set<string>;
}

/** @throws SourceError for a record that is damaged, and for a file of its name that is none. */
export async function readRecord({ folder, storage, signal }: ArchivePlace): Promise<ReadRecord> {
  const place = `${folder}/${RECORD_NAME}`;
  const found = await storage.readShared?.(place, signal);
  if (found === undefined) return { record: undefined, version: undefined };
  try {
    const record = parseRecord(found.text);
    if (record === undefined) throw new ValueError('it is not the record of an archive');
    return { record, version: found.version };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new SourceError(`${place}: ${error.message}`, { cause: error });
  }
}

/** The file of the record, as a file to read. */
export async function recordFile({ folder, storage }: ArchivePlace): Promise<StoredFile> {
  const place = `${folder}/${RECORD_NAME}`;
  for await (const file of storage.list(place, () => false)) return file;
  throw new SourceError(`there is no ${place}`);
}

/**
 * Replaces the record that was read: false where another run has done so meanwhile. An interruption waits for the
 * answer for a moment: the files that it names are kept where it does not come.
 */
export async function replaceRecord(
  { folder, storage, signal, unnamed }: ArchivePlace,
  record: ArchiveRecord,
  version: string | undefined,
): Promise<boolean> {
  const place = `${folder}/${RECORD_NAME}`;
  signal.throwIfAborted();
  await storage.makeFolder?.(folder);
  const names = record.files.map(({ name }) => name).filter((name) => unnamed.delete(name));
  const text = formatRecord(record);
  if (await storage.replaceShared?.(place, text, version, lateSignal(signal))) return true;
  for (const name of names) unnamed.add(name);
  return false;
}

/**
 * Writes a file of sessions with all their columns, and after them the rows that could not be understood; none
 * where there is nothing to write. It is not part of the archive before a record names it. `day` is that of all
 * sessions, where they are of one.
 */
export async function writeRows(
  { folder, storage, signal, unnamed }: ArchivePlace,
  rows: Source<Session>,
  name: string,
  broken: readonly unknown[] = [],
  day?: string,
): Promise<readonly ArchiveFile[]> {
  const batches = rows[Symbol.asyncIterator]();
  const first = await batches.next();
  if (first.done && broken.length === 0) return [];
  const hash = createHash('sha256');
  let bytes = 0;
  let count = 0;
  async function* counted(): Source<Session> {
    for (let next = first; !next.done; next = await batches.next()) {
      count += next.value.length;
      yield next.value;
    }
  }
  const path = `${ROWS_FOLDER}/${name}.ndjson.gz`;
  await storage.makeFolder?.(`${folder}/${ROWS_FOLDER}`);
  unnamed.add(path);
  const write = writeToFile(`${folder}/${path}`, signal, storage, (piece) => {
    hash.update(piece);
    bytes += piece.length;
  });
  const withBroken = async function* (text: AsyncIterable<string> | Iterable<string>) {
    yield* text;
    for (const row of broken) yield `${JSON.stringify({ Item: row })}\n`;
    count += broken.length;
  };
  try {
    await ndjson(sessionColumns('all'), (text) => write(withBroken(text)))(counted());
  } finally {
    await batches.return?.();
  }
  return [{ name: path, rows: count, bytes, sha256: hash.digest('hex'), day }];
}

/** A name for the rows of a run, in the order of time; no two runs have the same. `second` is since 1970. */
export function nameOfRun(second: number): string {
  const time = new Date(second * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${time}-${randomBytes(4).toString('hex')}`;
}

/** Removes files that no record names. */
export async function removeFiles(
  { folder, storage, signal, unnamed }: ArchivePlace,
  names: readonly string[],
): Promise<void> {
  for (const name of names) unnamed.add(name);
  for (const name of names) {
    await storage.remove?.(`${folder}/${name}`, signal);
    unnamed.delete(name);
  }
}

/** Removes the files that a run left which was interrupted or failed, as far as that can be done in a moment. */
export async function removeUnnamed({ folder, storage, unnamed }: ArchivePlace): Promise<void> {
  const soon = AbortSignal.timeout(PATIENCE_MS);
  const removing = [...unnamed].map(async (name) => storage.remove?.(`${folder}/${name}`, soon));
  await Promise.allSettled(removing);
}
