import type { Shard } from '../model/archive/archive-plan.js';
import type { ShardPosition } from '../model/archive/archive-record.js';
import type { Session } from '../model/session/session.js';
import type { Source } from '../pipeline/pipe.js';
import type { ReadContext } from '../pipeline/read-context.js';
import type { TableAndStream } from '../sources/open-streamed-table.js';
import { changedSessions } from '../sources/streams/changed-sessions.js';
import type { StreamRead } from '../sources/streams/read-stream.js';

/** The rows that a stream shows, and how far each of its shards has been read then. */
export class StreamChanges {
  /** Rows that could not be understood, as their carrier has them. */
  readonly broken: unknown[] = [];
  readonly #positions: Map<string, ShardPosition>;

  constructor(from: ReadonlyMap<string, ShardPosition>) {
    this.#positions = new Map(from);
  }

  /** The same context; rows that are rejected are kept. */
  keepingBroken(context: ReadContext): ReadContext {
    return {
      ...context,
      reject: (reject) => {
        this.broken.push(reject.raw);
        context.reject(reject);
      },
    };
  }

  async *rows(
    { changes }: Pick<TableAndStream, 'changes'>,
    read: Omit<StreamRead, 'client' | 'signal' | 'positionOf'>,
    context: ReadContext,
  ): Source<Session> {
    const keeping = this.keepingBroken(context);
    const positionOf = (shard: string): ShardPosition | undefined => this.#positions.get(shard);
    for await (const parts of changes({ ...read, positionOf })) {
      for (const { records, position } of parts) {
        this.#positions.set(position.shard, position);
        const sessions = changedSessions(records, keeping);
        if (sessions.length > 0) yield sessions;
      }
    }
  }

  /** The positions; those of shards that were read to their end only while they still exist. */
  positionsAmong(shards: readonly Shard[]): readonly ShardPosition[] {
    const listed = new Set(shards.map(({ id }) => id));
    return [...this.#positions.values()].filter(
      ({ shard, isDone }) => !isDone || listed.has(shard),
    );
  }
}
