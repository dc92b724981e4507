import type { SessionFilter } from '../../model/session/session-filter.js';
import { textRange } from '../../model/time/instant.js';

/** What DescribeTable says that matters for reading. Sizes are up to six hours old. */
export interface TableShape {
  readonly arn: string;
  /** Another where a table was deleted and made anew. */
  readonly id: string;
  readonly items: number;
  readonly bytes: number;
  /** Partition key attribute → index, of every index that is active, whole and sorted by `created_at`. */
  readonly indexes: ReadonlyMap<string, string>;
}

/** A Query of one index's partition, by time where the filter has a window. */
export interface QueryPlan {
  readonly kind: 'query';
  readonly index: string;
  readonly key: 'user' | 'profile' | 'status';
  readonly value: string;
  /** Bounds of `created_at` in byte order: a superset of the window. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** A parallel Scan of the whole table. */
export interface ScanPlan {
  readonly kind: 'scan';
  readonly segments: number;
  /** The index that would have spared the scan. */
  readonly missing: string | undefined;
}

export type TablePlan = QueryPlan | ScanPlan;

/** From the narrowest partition to the widest. */
const KEYS = ['user', 'profile', 'status'] as const;

/** By default one segment for each MB, but few: they hide the latency of answers, and each holds a page. */
const BYTES_PER_SEGMENT = 1024 * 1024;
const MOST_SEGMENTS_BY_DEFAULT = 4;

/**
 * How to read the sessions that a filter wants: a Query where an index serves it, else a Scan. Either
 * way the rows are a superset; whatever the plan leaves open is compared afterwards. With
 * `statusMayBeStale` the rows will be merged with other sources: then a status decides nothing
 * before the newest row of a session is known, and `gsi-status` is not used.
 */
export function planRead(
  filter: SessionFilter,
  table: Omit<TableShape, 'arn' | 'id'>,
  options: { segments?: number | undefined; statusMayBeStale?: boolean } = {},
): TablePlan {
  const keys = KEYS.filter(
    (key) => filter[key] !== undefined && !(key === 'status' && options.statusMayBeStale),
  );
  for (const key of keys) {
    const index = table.indexes.get(key);
    if (index !== undefined) {
      const { from, to } = textRange(filter.window.since, filter.window.until);
      return { kind: 'query', index, key, value: filter[key]!, from, to };
    }
  }
  const bySize = Math.ceil(table.bytes / BYTES_PER_SEGMENT);
  return {
    kind: 'scan',
    segments: options.segments ?? Math.min(Math.max(bySize, 1), MOST_SEGMENTS_BY_DEFAULT),
    missing: keys[0] === undefined ? undefined : `gsi-${keys[0]}`,
  };
}
