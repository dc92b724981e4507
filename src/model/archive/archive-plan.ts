import type { ArchiveRecord, ShardPosition } from './archive-record.js';

/** A shard as the stream lists it. */
export interface Shard {
  readonly id: string;
  readonly parent: string | undefined;
}

/** What is to be read, so that an archive has everything. */
export type ArchivePlan =
  | { readonly kind: 'first' }
  /** Each shard goes on where it stands. */
  | { readonly kind: 'continue'; readonly positions: ReadonlyMap<string, ShardPosition> }
  /** What was written since the last run may be lost: the whole table is read again. */
  | { readonly kind: 'gap'; readonly reason: string };

/** A stream keeps records for 24 hours (DynamoDB Developer Guide, "DynamoDB Streams"); a little less is safe. */
export const STREAM_KEEPS = 24 * 3600 - 600;

/**
 * How to go on with an archive. `now` is in seconds since 1970, by the clock of AWS. A run that ended before
 * what the stream keeps has no gap; a later one has none either where each shard can be continued from the
 * record that was read last, which {@link isLost} tells when it is tried.
 */
export function planArchive(
  record: ArchiveRecord | undefined,
  table: { readonly id: string; readonly stream: string },
  shards: readonly Shard[],
  now: number,
): ArchivePlan {
  if (record === undefined) return { kind: 'first' };
  const gap = (reason: string): ArchivePlan => ({ kind: 'gap', reason });
  if (record.table.id !== table.id) return gap('the table was deleted and made anew');
  if (record.stream !== table.stream) return gap('the stream was turned off in between');
  const listed = new Set(shards.map(({ id }) => id));
  const unfinished = record.positions.filter(({ isDone }) => !isDone);
  if (unfinished.some(({ shard }) => !listed.has(shard))) {
    return gap('a shard of the stream is gone that was not read to its end');
  }
  const positions = new Map(record.positions.map((one) => [one.shard, one]));
  const reason = gapSince(record, shards, positions, now);
  return reason === undefined ? { kind: 'continue', positions } : gap(reason);
}

/**
 * Why something may be lost of a shard that is read from the oldest record that there is: the last run ended
 * before what the stream keeps. Undefined where nothing may. To be asked when such a shard has been read, too.
 */
export function gapSince(
  { spans }: Pick<ArchiveRecord, 'spans'>,
  shards: readonly Shard[],
  positions: ReadonlyMap<string, ShardPosition>,
  now: number,
): string | undefined {
  const hasNew = shards.some(({ id }) => {
    const position = positions.get(id);
    return position === undefined || (!position.isDone && position.after === undefined);
  });
  const ended = spans.at(-1)?.to ?? -Infinity;
  return hasNew && now - ended > STREAM_KEEPS
    ? 'the last run was more than 24 hours ago'
    : undefined;
}

/**
 * Is something lost of a shard whose position has been trimmed? Not where the record that was read last is
 * itself older than what the stream keeps, and the last run is not: then nothing unread is as old.
 */
export function isLost(
  { at }: ShardPosition,
  { spans }: Pick<ArchiveRecord, 'spans'>,
  now: number,
): boolean {
  const ended = spans.at(-1)?.to ?? -Infinity;
  return now - ended > STREAM_KEEPS || at === undefined || now - at < STREAM_KEEPS;
}
