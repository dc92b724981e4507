import { createHash } from 'node:crypto';
import { openSortedSpool } from '../disk/sorted-spool.js';
import { SinkError } from '../errors.js';
import { type PartitionKey, dayOfFolder, partitionFolder } from '../model/lake/partition.js';
import type { LakeFile } from '../model/lake/lake-manifest.js';
import { type Instant, compareInstants, formatInstant } from '../model/time/instant.js';
import type { Window } from '../model/time/window.js';
import { GroupCursor } from '../pipeline/group-cursor.js';
import { fromRows } from '../pipeline/from-rows.js';
import type { Sink, Source } from '../pipeline/pipe.js';
import type { Run } from '../run/run.js';
import { type Output, type Rows, openSink } from '../sinks/open.js';
import type { Storage } from '../storage/storage.js';
import { holdingLake } from './lake-lock.js';
import { mergeRows } from './merge-rows.js';
import { readLake, writeManifest } from './write-manifest.js';

/** What a lake must know of its rows, besides what every output does. */
export interface LakeRows<T> extends Rows<T> {
  /** When a row was; its day is that in UTC. */
  readonly timeOf: (row: T) => Instant;
  readonly idOf: (row: T) => string;
  readonly valueOf: (row: T, key: Exclude<PartitionKey, 'day'>) => string | undefined;
  /** Whole days of UTC. */
  readonly window: Window & { readonly until: Instant };
  /** Who asked AWS; known when all rows have come. */
  readonly account: () => Promise<string | undefined>;
  /**
   * Where partitions keep what they hold: reads the rows of a file, in their order, and says which of two rows of
   * one id counts. Without it, what a partition holds is replaced.
   */
  readonly merge?: {
    readonly read: (place: string) => Source<T>;
    readonly newest: (held: T, fresh: T) => T;
  };
}

/** An output of files in folders. */
export interface LakeOutput extends Output {
  /** The folder, without a slash at its end. */
  readonly out: string;
  readonly partitionBy: readonly PartitionKey[];
}

/** How the files of each format end. */
const ENDINGS: Readonly<Record<string, string>> = {
  parquet: '.parquet',
  ndjson: '.ndjson.gz',
  csv: '.csv.gz',
};

/**
 * A sink that writes one file for each partition, its rows sorted by time and id, when all rows have come. An
 * incomplete run changes nothing. Each partition changes at once; those of other days are not touched. Rows wait
 * on disk, sorted by partition; held are what sorting holds, and a batch.
 */
export function openLake<T>(output: LakeOutput, run: Run, rows: LakeRows<T>): Sink<T> {
  return async (source) => {
    await readLake(output, run, rows); // another lake in the same place is told before anything is read
    const spool = openSortedSpool<T>((a, b) => {
      const [one, other] = [folderOf(a), folderOf(b)];
      return one < other ? -1 : one > other ? 1 : byTime(rows)(a, b);
    });
    const folderOf = (row: T): string =>
      partitionFolder(output.partitionBy, (key) =>
        key === 'day' ? formatInstant(rows.timeOf(row)).slice(0, 10) : rows.valueOf(row, key),
      );
    try {
      for await (const batch of source) {
        for (const row of batch) checkLength(folderOf(row), output.out);
        await spool.add(batch);
      }
      if (!run.context.meter.complete) {
        run.context.note(`${output.out} was not changed, because not everything could be read`);
        return;
      }
      await holdingLake(output.out, run, () =>
        writeLake(spool.rows(), folderOf, output, run, rows),
      );
    } finally {
      await spool.dispose();
    }
  };
}

/** What folders and S3 take; told before anything is written. @throws SinkError */
function checkLength(folder: string, out: string): void {
  const isLong = folder.split('/').some((name) => name.length > 255) || folder.length > 700;
  if (!isLong) return;
  throw new SinkError(`${out}: the partition ${folder.slice(0, 80)}… has a name that is too long`, {
    hint: 'leave out the key with such long values, such as profile',
  });
}

async function writeLake<T>(
  sorted: Source<T>,
  folderOf: (row: T) => string,
  output: LakeOutput,
  run: Run,
  rows: LakeRows<T>,
): Promise<void> {
  const storage = run.world.storageOf(output.out);
  const held = await heldFiles(output, storage, rows.window);
  const name = `part-0${ENDINGS[output.format]}`;
  const written: LakeFile[] = [];
  const writeFile = async (folder: string, fresh: Source<T>): Promise<void> => {
    const path = `${folder}/${name}`;
    const { merge } = rows;
    const isHeld = held.delete(path);
    const merged =
      isHeld && merge !== undefined
        ? mergeRows(merge.read(`${output.out}/${path}`), fresh, merge.newest, byTime(rows))
        : fresh;
    written.push(await writePart(path, merged, output, run, rows));
  };
  const cursor = new GroupCursor(sorted, folderOf);
  for (let folder = await cursor.group(); folder !== undefined; folder = await cursor.group()) {
    await writeFile(folder, cursor.rowsOf(folder));
  }
  // What became empty keeps its schema; what is kept, as sessions are, stays as it is.
  if (rows.merge === undefined) {
    for (const path of [...held].toSorted()) {
      written.push(await writePart(path, fromRows<T>([]), output, run, rows));
    }
  }
  await writeManifest(written, output, run, rows);
}

/** The files of this lake that lie in partitions of the window. @throws SinkError for what is not of this lake. */
async function heldFiles(
  { out, format, partitionBy }: LakeOutput,
  storage: Storage,
  window: Window,
): Promise<Set<string>> {
  const held = new Set<string>();
  const isNear = (path: string, kind: 'folder' | 'file'): boolean => {
    const day = dayOfFolder(path);
    if (day === undefined || !isDayIn(day, window)) return false;
    if (kind === 'file' && !/(?:^|\/)_[^/]*$/.test(path)) held.add(path); // as Hive, which leaves out such names
    return true;
  };
  const found = storage.list(out, (_, below, kind) => isNear(below, kind));
  for await (const file of found) void file;
  const isOurs = (path: string): boolean =>
    path.endsWith(`/part-0${ENDINGS[format]}`) && path.split('/').length - 1 === partitionBy.length;
  const other = [...held].find((path) => !isOurs(path));
  if (other === undefined) return held;
  throw new SinkError(`${out}/${other} is not a file of this lake: nothing was changed`, {
    hint: 'write to another folder, or remove what was written there in another form',
  });
}

function isDayIn(day: string, { since, until }: Window): boolean {
  const start = since === undefined ? '' : formatInstant(since).slice(0, 10);
  const end = until === undefined ? '9999' : formatInstant(until).slice(0, 10);
  return start <= day && day < end;
}

async function writePart<T>(
  path: string,
  part: Source<T>,
  output: LakeOutput,
  run: Run,
  rows: LakeRows<T>,
): Promise<LakeFile> {
  const hash = createHash('sha256');
  let [count, bytes] = [0, 0];
  async function* counted(): Source<T> {
    for await (const batch of part) {
      count += batch.length;
      yield batch;
    }
  }
  const out = `${output.out}/${path}`;
  const storage = run.world.storageOf(out);
  await storage.makeFolder?.(out.slice(0, out.lastIndexOf('/')));
  const see = (piece: Buffer): void => {
    hash.update(piece);
    bytes += piece.length;
  };
  await openSink({ ...output, out }, { ...run.world, see }, rows)(counted());
  return { path, rows: count, bytes, sha256: hash.digest('hex') };
}

/** By time, to the microsecond that Parquet has of it, and then by id. */
function byTime<T>({ timeOf, idOf }: LakeRows<T>): (a: T, b: T) => number {
  const micros = (row: T): Instant => {
    const { seconds, nanos } = timeOf(row);
    return { seconds, nanos: nanos - (nanos % 1000) };
  };
  return (a, b) => {
    const [one, other] = [idOf(a), idOf(b)];
    return compareInstants(micros(a), micros(b)) || (one < other ? -1 : one > other ? 1 : 0);
  };
}
