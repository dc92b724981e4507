import type { Sink } from '../pipeline/pipe.js';
import type { Run } from '../run/run.js';
import { type Output, openSink } from '../sinks/open.js';
import type { LakeRows } from './open-lake.js';

/** The sink of an export: one output, or a lake of one file for each partition. */
export function openOutput<T>(output: Output, run: Run, rows: LakeRows<T>): Sink<T> {
  const { out, partitionBy } = output;
  if (out === undefined || partitionBy === undefined) return openSink(output, run.world, rows);
  return async (source) => {
    const { openLake } = await import('./open-lake.js');
    return openLake({ ...output, out, partitionBy }, run, rows)(source);
  };
}
