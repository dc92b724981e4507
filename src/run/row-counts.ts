import type { Counters } from '../pipeline/read-context.js';
import type { Batch } from '../pipeline/pipe.js';
import { count, grouped } from '../text/quantity.js';

/** Follows rows through a pipe, to account for every one that was read. */
export interface RowCounts {
  /** Sees what the source delivers. */
  readonly delivered: <T>(batch: Batch<T>) => void;
  /** Sees what passed the filter. */
  readonly kept: <T>(batch: Batch<T>) => void;
  /** What was seen so far is void. */
  readonly startOver: () => void;
  /** How many passed so far. */
  readonly keptRows: () => number;
  /** The lines of the summary, after what was done: rows read = kept + filtered out + superseded + rejected. */
  readonly lines: (done: (kept: number) => string) => readonly string[];
}

export function rowCounts(meter: Counters): RowCounts {
  let delivered = 0;
  let kept = 0;
  return {
    delivered: (batch) => {
      delivered += batch.length;
    },
    kept: (batch) => {
      kept += batch.length;
    },
    startOver: () => {
      delivered = 0;
      kept = 0;
    },
    keptRows: () => kept,
    lines: (done) => {
      const counts = { kept, filteredOut: delivered - kept };
      const lines = [rowsLine(done(kept), counts, meter)];
      if (meter.bareDeletions === 0) return lines;
      const deletions = count(meter.bareDeletions, 'deletion');
      return [...lines, `${deletions} without an old image: only the key of the session is known`];
    },
  };
}

/** What was done, and where every row that was read went. */
export function rowsLine(
  done: string,
  { kept, filteredOut }: { readonly kept: number; readonly filteredOut: number },
  { rows, superseded, rejected }: Pick<Counters, 'rows' | 'superseded' | 'rejected'>,
): string {
  const shares = [
    `${grouped(kept)} kept`,
    `${grouped(filteredOut)} filtered out`,
    `${grouped(superseded)} superseded`,
    `${grouped(rejected)} rejected`,
  ];
  return `${done}: ${count(rows, 'row')} read = ${shares.join(' + ')}`;
}
