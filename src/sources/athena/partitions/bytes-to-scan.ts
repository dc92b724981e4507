import pLimit from 'p-limit';
import type { PartitionList } from './partition-list.js';

/** Bytes of some files: of all partitions, or as many of them as were listed. */
export interface BytesToScan {
  readonly bytes: number;
  readonly listed: number;
}

/** Partitions that are listed: enough to tell a gigabyte from a terabyte. */
const MOST_LISTED = 40;
const AT_ONCE = 8;

/**
 * About how many bytes lie in some partitions: of more than 40, those are listed that are spread evenly among them.
 * Undefined where the table does not say where they lie.
 *
 * @throws SourceError when they cannot be listed.
 */
export async function bytesToScan(
  { count, place }: PartitionList,
  sizeBelow: (place: string) => Promise<number>,
): Promise<BytesToScan | undefined> {
  const listed = Math.min(count, MOST_LISTED);
  const places = Array.from({ length: listed }, (_, n) => place(Math.floor((n * count) / listed)));
  if (places.includes(undefined)) return undefined;
  const limit = pLimit(AT_ONCE);
  const sizes = await limit.map(places as readonly string[], sizeBelow);
  const sum = sizes.reduce((total, size) => total + size, 0);
  return { bytes: listed === 0 ? 0 : Math.round((sum * count) / listed), listed };
}
