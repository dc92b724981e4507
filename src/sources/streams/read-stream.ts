import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Shard } from '../../model/archive/archive-plan.js';
import type { ShardPosition } from '../../model/archive/archive-record.js';
import { merge } from '../../pipeline/merge.js';
import type { Source } from '../../pipeline/pipe.js';
import { forManyListeners } from '../../aws/many-listeners.js';
import { listShards } from './list-shards.js';
import { type ShardPart, TrimmedError, readShard } from './read-shard.js';

export interface StreamRead {
  readonly client: DynamoDBStreamsClient;
  readonly stream: string;
  readonly shards: readonly Shard[];
  /** Where a shard stands; undefined for one of which nothing has been read. */
  readonly positionOf: (shard: string) => ShardPosition | undefined;
  /** Open shards are read up to this time of AWS, in seconds since 1970. */
  readonly until: number;
  /** What the stream forgets while it is read is left out; else it is an error. */
  readonly mayForget: boolean;
  readonly signal: AbortSignal;
}

/** Shards that are read side by side. */
const AT_ONCE = 32;

/**
 * The records of a stream by shards, each shard after its parent, so that the changes of an item come in their
 * order; others side by side. Shards that come to be while it is read are read too.
 *
 * @throws TrimmedError
 */
export async function* readStream(read: StreamRead): Source<ShardPart> {
  const seen = new Set<string>();
  const done = new Set<string>();
  let shards = read.shards;
  for (;;) {
    // What was split from a shard that is not at its end has to wait for another run.
    const open = new Set([...seen].filter((id) => !done.has(id)));
    const fresh = shards.filter(({ id, parent = '' }) => !seen.has(id) && !open.has(parent));
    if (fresh.length === 0) return;
    for (const { id } of fresh) seen.add(id);
    const ids = new Set(fresh.map(({ id }) => id));
    const roots = fresh.filter(({ parent }) => parent === undefined || !ids.has(parent));
    let closed = 0;
    const lineages = (signal: AbortSignal): Source<ShardPart>[] => {
      const within = { ...read, shards: fresh, signal: forManyListeners(signal) };
      return roots.map((shard) => readLineage(shard, within));
    };
    for await (const parts of merge(lineages, AT_ONCE, read.signal)) {
      for (const { position } of parts.filter((part) => part.position.isDone)) {
        done.add(position.shard);
        closed++;
      }
      yield parts;
    }
    if (closed === 0) return; // no shard has closed, so none was split
    shards = await listShards(read.client, read.stream, read.signal);
  }
}

/** A shard, and what was split from it once it is at its end. */
async function* readLineage(shard: Shard, read: StreamRead): Source<ShardPart> {
  const isDone = yield* readToEnd(shard.id, read);
  if (!isDone) return;
  const children = read.shards.filter(({ parent }) => parent === shard.id);
  const open = (signal: AbortSignal): Source<ShardPart>[] =>
    children.map((child) => readLineage(child, { ...read, signal: forManyListeners(signal) }));
  if (children.length > 0) yield* merge(open, AT_ONCE, read.signal);
}

/** A shard, from where it stands. Says whether it is closed and at its end. */
async function* readToEnd(
  shard: string,
  read: StreamRead,
): AsyncGenerator<readonly ShardPart[], boolean> {
  let from = read.positionOf(shard) ?? { shard, isDone: false };
  while (!from.isDone) {
    try {
      for await (const part of readShard({ ...read, from })) {
        from = part.position;
        yield [part];
      }
      return from.isDone;
    } catch (error) {
      if (!(error instanceof TrimmedError) || !read.mayForget) throw error;
      if (error.isGone) return true;
      from = { shard, isDone: false }; // from the oldest record that there still is
    }
  }
  return true;
}
