import type { Column } from '../model/columns/column.js';
import type { Batch } from '../pipeline/pipe.js';
import { csvHeader, csvLine } from './csv.js';
import { jsonLine } from './json-text.js';

/** Rows as text of a format that can be added to. */
export interface RowsText<T> {
  /** What stands before all rows. */
  readonly head: string;
  readonly of: (rows: Batch<T>) => string;
}

/** The formats that can be added to. */
export type GrowingFormat = 'csv' | 'ndjson';

/** The same text that the sinks of these formats write. */
export function rowsText<T>(
  format: GrowingFormat,
  columns: readonly Column<T>[],
  csvRaw: boolean,
): RowsText<T> {
  const lineOf = format === 'csv' ? csvLine(columns, csvRaw) : jsonLine(columns);
  const head = format === 'csv' ? csvHeader(columns) : '';
  return { head, of: (rows) => rows.map(lineOf).join('') };
}
