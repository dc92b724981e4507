import { openSortedSpool } from '../disk/sorted-spool.js';
import { SourceError } from '../errors.js';
import type { ArchiveFile } from '../model/archive/archive-record.js';
import { type Session, placedAt } from '../model/session/session.js';
import { compareInstants, formatInstant } from '../model/time/instant.js';
import { GroupCursor } from '../pipeline/group-cursor.js';
import type { ReadContext } from '../pipeline/read-context.js';
import { strictReading } from '../pipeline/strict-reading.js';
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
 * once, with its newest row. A file with a row that cannot be understood is left as it is. What was merged is
 * removed by the next merge, so that who reads the archive now can go on. Holds an id and a time of each session of
 * those days.
 */
export async function compactArchive(
  place: ArchivePlace,
  context: ReadContext,
): Promise<Compacted> {
  for (;;) {
    const { record, version } = await readRecord(place);
    const files = record?.files ?? [];
    const { ofRuns, days } = await filesToMerge(place, files, context);
    if (record === undefined || ofRuns.size === 0) {
      return { before: files.length, after: files.length };
    }
    const merged = files.filter((file) => ofRuns.has(file) || days.has(file.day ?? ''));
    const written = await writeDays(place, await toRead(place, merged), context);
    const kept = files.filter((file) => !merged.includes(file));
    const after = [...kept, ...written].toSorted((a, b) => compare(a.day ?? '', b.day ?? ''));
    const names = merged.map(({ name }) => name);
    if (await replaceRecord(place, { ...record, merged: names, files: after }, version)) {
      await removeFiles(place, record.merged);
      return { before: files.length, after: after.length };
    }
    await removeFiles(
      place,
      written.map(({ name }) => name),
    ); // another run was first
  }
}

async function toRead(
  place: ArchivePlace,
  files: readonly ArchiveFile[],
): Promise<readonly SessionFile[]> {
  return archivedRows(await recordFile(place), files, place.storage);
}

/** The files of runs that can be understood, and the days of their sessions. */
async function filesToMerge(
  place: ArchivePlace,
  files: readonly ArchiveFile[],
  context: ReadContext,
): Promise<{ readonly ofRuns: ReadonlySet<ArchiveFile>; readonly days: ReadonlySet<string> }> {
  const ofRuns = new Set<ArchiveFile>();
  const days = new Set<string>();
  for (const file of files.filter(({ day }) => day === undefined)) {
    try {
      for (const day of await daysIn(await toRead(place, [file]), context)) days.add(day);
      ofRuns.add(file);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      context.note(`${file.name} is not merged: ${error.message}`);
    }
  }
  return { ofRuns, days };
}

async function daysIn(
  files: readonly SessionFile[],
  context: ReadContext,
): Promise<ReadonlySet<string>> {
  const days = new Set<string>();
  for await (const sessions of readSessionFiles(
    files,
    ['created_at'],
    strictReading(context, broken),
  )) {
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
    const rows = newestRows(files, undefined, ['created_at'], strictReading(context, broken));
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

const broken = (text: string): Error => new SourceError(text);

function dayOf(session: Session): string {
  return formatInstant(placedAt(session)!).slice(0, 10);
}

function byTime(a: Session, b: Session): number {
  return compareInstants(placedAt(a)!, placedAt(b)!) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
