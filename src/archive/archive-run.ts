import { SourceError } from '../errors.js';
import {
  type ArchivePlan,
  STREAM_KEEPS,
  type Shard,
  gapSince,
  isLost,
  planArchive,
} from '../model/archive/archive-plan.js';
import type { ArchiveRecord, Gap, ShardPosition } from '../model/archive/archive-record.js';
import type { Span } from '../model/coverage/span.js';
import type { Session } from '../model/session/session.js';
import type { Source } from '../pipeline/pipe.js';
import type { ReadContext } from '../pipeline/read-context.js';
import type { TableAndStream } from '../sources/open-streamed-table.js';
import type { StreamedTable } from '../sources/streams/describe-table.js';
import { TrimmedError } from '../sources/streams/read-shard.js';
import {
  type ArchivePlace,
  nameOfRun,
  readRecord,
  removeFiles,
  replaceRecord,
  writeRows,
} from './archive-place.js';
import { StreamChanges } from './stream-changes.js';

/** What a run is about to do. */
export interface ArchiveStock {
  readonly record: ArchiveRecord | undefined;
  readonly version: string | undefined;
  readonly table: StreamedTable;
  readonly shards: readonly Shard[];
  readonly plan: ArchivePlan;
}

/** What a run has done. */
export interface ArchivedRun {
  readonly record: ArchiveRecord;
  readonly rows: number;
  /** The gap that it found. */
  readonly gap: Gap | undefined;
}

/** Where rows come from, and where they go. */
export interface ArchiveWork {
  /** The name of the table. */
  readonly name: string;
  readonly source: TableAndStream;
  readonly place: ArchivePlace;
  readonly context: ReadContext;
}

/** Reads the record, and asks for the table and the shards of its stream. */
export async function takeStock({ source, place }: ArchiveWork): Promise<ArchiveStock> {
  const { record, version } = await readRecord(place);
  const table = await source.describe();
  if (record !== undefined && record.table.arn !== table.arn) {
    throw new SourceError(
      `the archive in ${place.folder} is of ${record.table.arn}, and not of ${table.arn}`,
      { hint: 'keep each table in an archive of its own' },
    );
  }
  const shards = await source.shards(table.stream);
  const plan = planArchive(record, table, shards, source.now());
  return { record, version, table, shards, plan };
}

/**
 * Adds to an archive what the table's stream has shown since the last run; the first run, and one after a gap,
 * reads the whole table too. The rows are written first, and count when the record names them: a run that is
 * killed changes nothing. Where another run has replaced the record meanwhile, this one begins again from there.
 */
export async function archiveOnce(work: ArchiveWork): Promise<ArchivedRun> {
  const { place, context } = work;
  for (;;) {
    context.signal.throwIfAborted();
    const stock = await takeStock(work);
    const run = await readOn(stock, work);
    if (await replaceRecord(place, run.record, stock.version)) return run;
    await removeFiles(place, addedBy(run, stock));
    context.note('another run has added to the archive meanwhile: going on from there');
  }
}

/** Reads by the plan; where a shard turns out to be trimmed, the whole table too. */
async function readOn(stock: ArchiveStock, work: ArchiveWork): Promise<ArchivedRun> {
  const { plan, record } = stock;
  if (plan.kind !== 'continue' || record === undefined) return readWhole(stock, work);
  const positions = new Map(plan.positions);
  for (;;) {
    try {
      const run = await readChanges({ ...stock, record }, positions, work);
      const gap = gapSince(record, stock.shards, positions, work.source.now());
      if (gap === undefined) return run;
      await removeFiles(work.place, addedBy(run, stock));
      return await readWhole({ ...stock, plan: { kind: 'gap', reason: gap } }, work);
    } catch (error) {
      if (!(error instanceof TrimmedError)) throw error;
      const { position } = error;
      if (error.isGone || isLost(position, record, work.source.now())) {
        const reason = 'the stream no longer has what followed the last record that was read';
        return readWhole({ ...stock, plan: { kind: 'gap', reason } }, work);
      }
      positions.delete(position.shard); // of what is left of it nothing has been read
    }
  }
}

/** Goes on where each shard stands. @throws TrimmedError */
async function readChanges(
  { record, table, shards }: ArchiveStock & { readonly record: ArchiveRecord },
  from: ReadonlyMap<string, ShardPosition>,
  { source, place, context }: ArchiveWork,
): Promise<ArchivedRun> {
  const until = source.now();
  const changes = new StreamChanges(from);
  const read = { stream: table.stream, shards, until, mayForget: false };
  const name = nameOfRun(until);
  const file = await writeRows(place, changes.rows(source, read, context), name, changes.broken);
  const last = record.spans.at(-1);
  const spans = last && [...record.spans.slice(0, -1), { ...last, to: Math.max(last.to, until) }];
  return {
    record: {
      ...record,
      spans: spans ?? [],
      positions: changes.positionsAmong(await source.shards(table.stream)),
      files: [...record.files, ...file],
    },
    rows: rowsOf(file),
    gap: undefined,
  };
}

/** Reads the whole table, and then all that its stream still has. A new span begins. */
async function readWhole(
  { record, table, plan }: ArchiveStock,
  { name, source, place, context }: ArchiveWork,
): Promise<ArchivedRun> {
  const changes = new StreamChanges(new Map());
  const completeReadAt = source.now();
  let until = completeReadAt;
  async function* rows(): Source<Session> {
    yield* source.rows(changes.keepingBroken(context));
    // What is written while the table is read is in the stream.
    until = source.now();
    const shards = await source.shards(table.stream);
    yield* changes.rows(source, { stream: table.stream, shards, until, mayForget: true }, context);
  }
  const file = await writeRows(place, rows(), nameOfRun(completeReadAt), changes.broken);
  const ended = record?.spans.at(-1)?.to ?? -Infinity;
  // The stream has all that was written since it was turned on, but for what it has forgotten by now.
  const now = source.now();
  const isWhole = now - ended > STREAM_KEEPS || record?.stream !== table.stream;
  const reach = Math.max(table.since, now - STREAM_KEEPS, ended + 1);
  // No two spans touch where there is a gap between them, whatever the clocks say.
  const from = Math.max(isWhole ? Math.min(reach, completeReadAt) : completeReadAt, ended + 1);
  const span: Span = { from, to: until, completeReadAt: Math.max(completeReadAt, from) };
  const gap = plan.kind === 'gap' ? { from: ended, to: from, reason: plan.reason } : undefined;
  return {
    record: {
      table: { name, arn: table.arn, id: table.id },
      stream: table.stream,
      spans: [...(record?.spans ?? []), span],
      gaps: [...(record?.gaps ?? []), ...(gap === undefined ? [] : [gap])],
      positions: changes.positionsAmong(await source.shards(table.stream)),
      merged: record?.merged ?? [],
      files: [...(record?.files ?? []), ...file],
    },
    rows: rowsOf(file),
    gap,
  };
}

/** The names of the files that a run has written. */
function addedBy({ record }: ArchivedRun, stock: ArchiveStock): readonly string[] {
  return record.files.slice(stock.record?.files.length ?? 0).map(({ name }) => name);
}

function rowsOf(files: ArchiveRecord['files']): number {
  return files.reduce((sum, { rows }) => sum + rows, 0);
}
