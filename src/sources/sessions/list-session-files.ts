import { posix } from 'node:path';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { excluder } from '../../storage/exclude.js';
import type { StorageOf } from '../../storage/storage-of.js';
import type { StoredFile } from '../../storage/storage.js';
import { MANIFEST_NAME } from '../../model/lake/lake-manifest.js';
import { RECORD_NAME } from '../../model/archive/archive-record.js';
import type { Span } from '../../model/coverage/span.js';
import { brokenFile } from '../broken-file.js';
import {
  type ArchivedRows,
  archiveRecordIn,
  archivedRows,
  isManifestOfLake,
  isRowsOfArchive,
} from './archive-files.js';
import {
  type ExportFile,
  type ExportWindow,
  MANIFEST,
  isExportBookkeeping,
  readManifest,
} from './dynamodb-export.js';

/** A file with sessions; one that a manifest or a record names comes with what that promises. */
export type SessionFile = StoredFile | ExportFile | ArchivedRows;

/** An archive of a table: the times of which it says that all sessions are there. */
interface ListedArchive {
  /** The ARN of the table. */
  readonly table: string;
  readonly spans: readonly Span[];
}

/** What files with sessions say of the times of which all sessions are there. */
export interface FileGuarantees {
  /** The windows of incremental exports. */
  readonly exportWindows: readonly ExportWindow[];
  readonly archives: readonly ListedArchive[];
}

/** The files with sessions behind some places, and what they say of their times. */
export interface SessionListing extends FileGuarantees {
  readonly files: readonly SessionFile[];
}

/**
 * The files with sessions behind some places, each once, in the order of the places and by name within a
 * folder; those that match a pattern of `exclude` are left out. A DynamoDB export among them is followed by
 * its manifest, an archive by its record: what no record names, as a run that was killed leaves it, is passed
 * over. What is wrong with a manifest or a record is rejected, and the rest listed.
 */
export async function listSessionFiles(
  places: readonly string[],
  exclude: readonly string[],
  storageOf: StorageOf,
  context: ReadContext,
): Promise<SessionListing> {
  const exportWindows: ExportWindow[] = [];
  const archives: ListedArchive[] = [];
  const files = new Map<string, SessionFile>();
  const isExcluded = await excluder(exclude);
  for (const place of places) {
    const storage = storageOf(place);
    const found: StoredFile[] = [];
    try {
      const listed = storage.list(place, (path, below) => !isExcluded(path, below));
      for await (const file of listed) found.push(file);
      if (found.length === 0) throw new SourceError('the folder has no files');
    } catch (error) {
      context.reject(brokenFile(place, error));
    }
    const withManifest = new Set<string>();
    for (const file of found.filter(({ id }) => baseName(id) === MANIFEST)) {
      withManifest.add(folderOf(file.id));
      const followed = await rejecting(file, context, () =>
        readManifest(file, storage, context.signal),
      );
      const data = followed?.files ?? [];
      const kept = data.filter(({ id }) => !isExcluded(id, belowOf(id, file, place)));
      for (const one of kept) files.set(one.id, one);
      if (followed?.window !== undefined && kept.length === data.length) {
        exportWindows.push(followed.window);
      }
    }
    const records: StoredFile[] = [];
    for (const file of found.filter(({ id }) => baseName(id) === RECORD_NAME)) {
      const read = async (): ReturnType<typeof archiveRecordIn> => {
        const record = await archiveRecordIn(file, context.signal);
        if (record === undefined) records.splice(records.indexOf(file), 1);
        return record;
      };
      records.push(file); // also one that is damaged: its rows are not read without it
      const record = await rejecting(file, context, read);
      if (record === undefined) continue;
      const rows = await rejecting(file, context, () => archivedRows(file, record.files, storage));
      const kept = (rows ?? []).filter(({ id }) => !isExcluded(id, belowOf(id, file, place)));
      for (const one of kept) files.set(one.id, one);
      const isWhole = kept.length === record.files.length;
      archives.push({ table: record.table.arn, spans: isWhole ? record.spans : [] });
    }
    for (const file of found.filter(({ id }) => baseName(id) === MANIFEST_NAME)) {
      if (await isManifestOfLake(file, context.signal)) records.push(file);
    }
    const ofArchive = (id: string): boolean =>
      records.some((record) => record.id === id || isRowsOfArchive(id, record));
    for (const file of found.filter(({ id }) => !ofArchive(id))) {
      if (!isExportBookkeeping(baseName(file.id))) {
        if (!files.has(file.id)) files.set(file.id, file);
      } else if (!withManifest.has(folderOf(file.id))) {
        withManifest.add(folderOf(file.id)); // once for each export
        const why = `the export has not finished, or was copied in part: it has no ${MANIFEST}`;
        context.reject(brokenFile(file.name, new SourceError(why)));
      }
    }
  }
  return { files: [...files.values()], ...ofOneTable({ exportWindows, archives }, context) };
}

/** The path of a file below a place, from that of another below it. */
function belowOf(id: string, other: StoredFile, place: string): string {
  const folder = posix.dirname(other.name.slice(place.length).replace(/^\/+/, ''));
  return posix.join(folder, posix.relative(posix.dirname(other.id), id));
}

/** Exports and archives of several tables say of no table that all of its sessions are there. */
function ofOneTable(
  { exportWindows, archives }: FileGuarantees,
  { note }: ReadContext,
): FileGuarantees {
  const tables = new Set(
    [...exportWindows, ...archives].map(({ table }) => table ?? 'a table without a name'),
  );
  if (tables.size < 2) return { exportWindows, archives };
  note(`the session files are of several tables, and cover no time: ${[...tables].join(', ')}`);
  return { exportWindows: [], archives: [] };
}

/** What is read of a file; undefined where something is wrong with it, which is rejected. */
async function rejecting<T>(
  file: StoredFile,
  context: ReadContext,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    context.reject(brokenFile(file.name, error));
    return undefined;
  }
}

function baseName(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

function folderOf(id: string): string {
  return id.slice(0, id.lastIndexOf('/') + 1);
}
