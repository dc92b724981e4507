import { SourceError, ValueError } from '../../errors.js';
import {
  type ArchiveFile,
  type ArchiveRecord,
  ROWS_FOLDER,
  parseRecord,
} from '../../model/archive/archive-record.js';
import { parseManifest } from '../../model/lake/lake-manifest.js';
import { type Promised, readBytes } from '../../storage/read-bytes.js';
import type { Storage, StoredFile } from '../../storage/storage.js';

/** A file of an archive, and what its record promises of it. */
export interface ArchivedRows extends StoredFile, Promised {
  readonly items: number;
}

/** A record is larger than this only where something else has its name. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The record in a file; undefined where the file is something else of that name.
 *
 * @throws SourceError for a record that cannot be read.
 */
export async function archiveRecordIn(
  file: StoredFile,
  signal: AbortSignal,
): Promise<ArchiveRecord | undefined> {
  const text = await textOf(file, signal);
  if (text === undefined) return undefined;
  try {
    return parseRecord(text);
  } catch (error) {
    if (error instanceof ValueError) throw new SourceError(error.message, { cause: error });
    throw error;
  }
}

/** Is a file the manifest of a lake, which holds no rows? */
export async function isManifestOfLake(file: StoredFile, signal: AbortSignal): Promise<boolean> {
  try {
    const text = await textOf(file, signal);
    return text !== undefined && parseManifest(text) !== undefined;
  } catch (error) {
    if (error instanceof ValueError || error instanceof SourceError) return false;
    throw error;
  }
}

async function textOf(file: StoredFile, signal: AbortSignal): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of readBytes(file, signal)) {
    pieces.push(piece);
    size += piece.length;
    if (size > MOST_BYTES) return undefined;
  }
  return Buffer.concat(pieces).toString();
}

/** The files that a record names, as files to read. They may not be there: reading them says so. */
export async function archivedRows(
  record: StoredFile,
  files: readonly ArchiveFile[],
  storage: Storage,
): Promise<readonly ArchivedRows[]> {
  return Promise.all(
    files.map(async ({ name, rows, sha256 }) => {
      const file = await storage.beside(record, name);
      if (file === undefined) throw new SourceError(`${name} cannot be found from here`);
      return { ...file, items: rows, sha256 };
    }),
  );
}

/** Is a file one of the rows that runs write into an archive, whether its record names it or not? */
export function isRowsOfArchive(id: string, record: StoredFile): boolean {
  const folder = record.id.slice(0, record.id.lastIndexOf('/') + 1);
  return id.startsWith(`${folder}${ROWS_FOLDER}/`) && id.endsWith('.ndjson.gz');
}
