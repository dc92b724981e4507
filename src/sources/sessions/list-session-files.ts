import { posix } from 'node:path';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { excluder } from '../../storage/exclude.js';
import type { StorageOf } from '../../storage/storage-of.js';
import type { Storage, StoredFile } from '../../storage/storage.js';
import { brokenFile } from '../broken-file.js';
import {
  type ExportFile,
  type ExportWindow,
  MANIFEST,
  isExportBookkeeping,
  readManifest,
} from './dynamodb-export.js';

/** A file with sessions; one that a manifest names comes with what it promises. */
export type SessionFile = StoredFile | ExportFile;

/** The files with sessions behind some places, and the windows of the incremental exports among them. */
export interface SessionListing {
  readonly files: readonly SessionFile[];
  readonly exportWindows: readonly ExportWindow[];
}

/**
 * The files with sessions behind some places, each once, in the order of the places and by name within a
 * folder; those that match a pattern of `exclude` are left out. A DynamoDB export among them is followed by
 * its manifest. What is wrong with a manifest is rejected, and the rest listed.
 */
export async function listSessionFiles(
  places: readonly string[],
  exclude: readonly string[],
  storageOf: StorageOf,
  context: ReadContext,
): Promise<SessionListing> {
  const exportWindows: ExportWindow[] = [];
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
      const followed = await follow(file, storage, context);
      const data = followed?.files ?? [];
      const folder = posix.dirname(file.name.slice(place.length).replace(/^\/+/, ''));
      const below = (id: string): string =>
        posix.join(folder, posix.relative(posix.dirname(file.id), id));
      const kept = data.filter(({ id }) => !isExcluded(id, below(id)));
      for (const one of kept) files.set(one.id, one);
      if (followed?.window !== undefined && kept.length === data.length) {
        exportWindows.push(followed.window);
      }
    }
    for (const file of found) {
      if (!isExportBookkeeping(baseName(file.id))) {
        if (!files.has(file.id)) files.set(file.id, file);
      } else if (!withManifest.has(folderOf(file.id))) {
        withManifest.add(folderOf(file.id)); // once for each export
        const why = `the export has not finished, or was copied in part: it has no ${MANIFEST}`;
        context.reject(brokenFile(file.name, new SourceError(why)));
      }
    }
  }
  return { files: [...files.values()], exportWindows: ofOneTable(exportWindows, context) };
}

/** Windows of several tables say of no table that all of its sessions are there. */
function ofOneTable(
  windows: readonly ExportWindow[],
  { note }: ReadContext,
): readonly ExportWindow[] {
  const tables = [...new Set(windows.map(({ table }) => table ?? 'a table without a name'))];
  if (tables.length < 2) return windows;
  note(`the incremental exports are of several tables, and cover no time: ${tables.join(', ')}`);
  return [];
}

async function follow(
  manifest: StoredFile,
  storage: Storage,
  context: ReadContext,
): Promise<Awaited<ReturnType<typeof readManifest>> | undefined> {
  try {
    return await readManifest(manifest, storage, context.signal);
  } catch (error) {
    context.reject(brokenFile(manifest.name, error));
    return undefined;
  }
}

function baseName(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

function folderOf(id: string): string {
  return id.slice(0, id.lastIndexOf('/') + 1);
}
