import { openSortedSpool } from '../disk/sorted-spool.js';
import { SourceError } from '../errors.js';
import type { ArchiveFile } from '../model/archive/archive-record.js';
import { type Session, placedAt } from '../model/session/session.js';
import { compareInstants, formatInstant } from '../model/time/instant.js';
import { GroupCursor } from '../pipeline/group-cursor.js';
import type { ReadContext } from '../pipeline/read-context.js';
import { archivedRows } from '../sources/sessions/archive-files.js';
import type { SessionFile } from '../sources/sessions/list-session-files.js';
import { newestRows } from '../sources/sessions/newest-rows.js';
import { readSessionFiles } from '../sources/sessions/session-files.js';
import {
  type ArchivePlace,
  nameOfRun,
  readRecord,
  recordFile,
  removeFiles,
  replaceRecord,
  writeRows,
} from './archive-place.js';

/** What was merged. */
export interface Compacted {
  readonly before: number;
  readonly after: number;
}

/**
 * Merges the files of runs with those of the days of their sessions: one file a day of `created_at`, each session
 * once, with its newest row. The files that were merged are removed when the record no longer names them. Holds
 * an id and a time of each session of those days.
 *
 * @throws SourceError where a row cannot be understood: nothing is merged then.
 */
export async function compactArchive(
  place: ArchivePlace,
  context: ReadContext,
): Promise<Compacted> {
  for (;;) {
    const { record, version } = await readRecord(place);
    const files = record?.files ?? [];
    const ofRuns = files.filter(({ day }) => day === undefined);
    if (record === undefined || ofRuns.length === 0) {
      return { before: files.length, after: files.length };
    }
    const days = await daysIn(await toRead(place, ofRuns), context);
    const merged = files.filter(({ day }) => day === undefined || days.has(day));
    const written = await writeDays(place, await toRead(place, merged), context);
    const kept = files.filter((file) => !merged.includes(file));
    const after = [...kept, ...written].toSorted((a, b) => compare(a.day ?? '', b.day ?? ''));
    if (await replaceRecord(place, { ...record, files: after }, version)) {
      await removeFiles(place, merged);
      return { before: files.length, after: after.length };
    }
    await removeFiles(place, written); // another run has replaced the record meanwhile
  }
}

async function toRead(
  place: ArchivePlace,
  files: readonly ArchiveFile[],
): Promise<readonly SessionFile[]> {
  return archivedRows(await recordFile(place), files, place.storage);
}

async function daysIn(
  files: readonly SessionFile[],
  context: ReadContext,
): Promise<ReadonlySet<string>> {
  const days = new Set<string>();
  for await (const sessions of readSessionFiles(files, ['created_at'], strictly(context))) {
    for (const session of sessions) days.add(dayOf(session));
  }
  return days;
}

async function writeDays(
  place: ArchivePlace,
  files: readonly SessionFile[],
  context: ReadContext,
): Promise<readonly ArchiveFile[]> {
  const spool = openSortedSpool<Session>(byTime);
  try {
    const rows = newestRows(files, undefined, ['created_at'], strictly(context));
    for await (const sessions of rows) await spool.add(sessions);
    const written: ArchiveFile[] = [];
    const cursor = new GroupCursor(spool.rows(), dayOf);
    for (let day = await cursor.group(); day !== undefined; day = await cursor.group()) {
      const name = `day-${day}-${nameOfRun(Date.now() / 1000)}`;
      written.push(...(await writeRows(place, cursor.rowsOf(day), name, [], day)));
    }
    return written;
  } finally {
    await spool.dispose();
  }
}

/** The same context, in which what cannot be understood ends the work. */
function strictly(context: ReadContext): ReadContext {
  return {
    ...context,
    reject: ({ place, reason }) => {
      throw new SourceError(`${place}: ${reason}; the archive is left as it is`);
    },
  };
}

function dayOf(session: Session): string {
  return formatInstant(placedAt(session)!).slice(0, 10);
}

function byTime(a: Session, b: Session): number {
  return compareInstants(placedAt(a)!, placedAt(b)!) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
