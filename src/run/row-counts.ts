import type { Counters } from '../pipeline/read-context.js';
import type { Batch } from '../pipeline/pipe.js';
import { count } from '../text/quantity.js';

/** Follows rows through a pipe, to account for every one that was read. */
export interface RowCounts {
  /** Sees what the source delivers. */
  readonly delivered: <T>(batch: Batch<T>) => void;
  /** Sees what passed the filter. */
  readonly kept: <T>(batch: Batch<T>) => void;
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
    keptRows: () => kept,
    lines: (done) => {
      const shares = [
        `${kept.toLocaleString('en')} kept`,
        `${(delivered - kept).toLocaleString('en')} filtered out`,
        `${meter.superseded.toLocaleString('en')} superseded`,
        `${meter.rejected.toLocaleString('en')} rejected`,
      ];
      const lines = [`${done(kept)}: ${count(meter.rows, 'row')} read = ${shares.join(' + ')}`];
      if (meter.bareDeletions === 0) return lines;
      const deletions = count(meter.bareDeletions, 'deletion');
      return [...lines, `${deletions} without an old image: only the key of the session is known`];
    },
  };
}
