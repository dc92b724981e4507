import type { Cell, Column, ColumnKind } from '../model/columns/column.js';
import { SCHEMA_VERSION } from '../model/columns/schema-version.js';
import { parseInstant } from '../model/time/instant.js';
import type { Sink } from '../pipeline/pipe.js';
import {
  type Element,
  type FileColumn,
  type RowGroupLimits,
  TEXT,
  type Value,
  parquetFile,
} from './parquet-file.js';
import type { WritePieces } from './write-text.js';

const FACTS = { 'sentinel-audit.schema-version': String(SCHEMA_VERSION) };

/**
 * A Parquet file with one schema, whatever the rows: times are timestamps in microseconds UTC, cut, counts are
 * 64-bit integers, rates are doubles, flags are booleans, texts are strings; absent is null. Compressed with
 * snappy. Holds one row group.
 */
export function parquet<T>(
  columns: readonly Column<T>[],
  write: WritePieces,
  limits?: RowGroupLimits,
): Sink<T> {
  return parquetFile(columns.map(fileColumn), write, { facts: FACTS, limits });
}

/** Logical types and their older names: each reader knows one of both. */
const TYPES = {
  text: TEXT,
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  count: { type: 'INT64' },
  rate: { type: 'DOUBLE' },
  flag: { type: 'BOOLEAN' },
} as const satisfies Readonly<Record<ColumnKind | 'text', Partial<Element>>>;

function fileColumn<T>({ name, kind, of }: Column<T>): FileColumn<T> {
  return {
    name,
    elements: [{ name, repetition_type: 'OPTIONAL', ...TYPES[kind ?? 'text'] }],
    of: (row) => valueOf(of(row), kind),
  };
}

function valueOf(cell: Cell, kind: ColumnKind | undefined): Value {
  if (cell === undefined) return undefined;
  if (kind === 'time') return microseconds(String(cell));
  return kind === 'count' && typeof cell === 'number' ? BigInt(cell) : cell;
}

/** Microseconds since 1970 of an RFC 3339 time, cut and not rounded. */
function microseconds(time: string): bigint {
  const { seconds, nanos } = parseInstant(time)!;
  return BigInt(seconds) * 1_000_000n + BigInt(Math.floor(nanos / 1000));
}
