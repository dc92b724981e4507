import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Cell, Column, ColumnKind } from '../model/columns/column.js';
import { SCHEMA_VERSION } from '../model/columns/schema-version.js';
import { parseInstant } from '../model/time/instant.js';
import type { Sink, Source } from '../pipeline/pipe.js';
import type { WritePieces } from './write-text.js';

/** How large a row group may become before it is written. */
export interface RowGroupLimits {
  readonly rows: number;
  /** UTF-16 units of the texts in it, and eight for each other cell. */
  readonly size: number;
}

/** More would be read a little faster, and take twice the memory to write. */
const LIMITS: RowGroupLimits = { rows: 50_000, size: 32 * 1024 * 1024 };

/**
 * A Parquet file with one schema, whatever the rows: times are timestamps in microseconds UTC, cut, counts are
 * 64-bit integers, rates are doubles, flags are booleans, texts are strings; absent is null. Compressed with
 * snappy. Holds one row group.
 */
export function parquet<T>(
  columns: readonly Column<T>[],
  write: WritePieces,
  limits: RowGroupLimits = LIMITS,
): Sink<T> {
  return (source) => write(fileBytes(source, columns, limits));
}

async function* fileBytes<T>(
  source: Source<T>,
  columns: readonly Column<T>[],
  limits: RowGroupLimits,
): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const file = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'schema', num_children: columns.length }, ...columns.map(elementOf)],
    createdBy: 'sentinel-audit',
    kvMetadata: [{ key: 'sentinel-audit.schema-version', value: String(SCHEMA_VERSION) }],
  });
  const taken = (): Uint8Array => {
    const piece = bytes.getBytes().slice();
    bytes.index = 0;
    return piece;
  };
  let group = new RowGroup(columns);
  for await (const batch of source) {
    for (const row of batch) {
      group.add(row);
      if (group.rows < limits.rows && group.size < limits.size) continue;
      group.writeTo(file);
      group = new RowGroup(columns);
      yield taken();
    }
  }
  // With the first rows, or when there are none: a source that fails at once leaves no output.
  if (group.rows > 0) group.writeTo(file);
  void file.finish();
  yield taken();
}

type Element = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** Logical types and their older names: each reader knows one of both. */
const TYPES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  count: { type: 'INT64' },
  rate: { type: 'DOUBLE' },
  flag: { type: 'BOOLEAN' },
} as const satisfies Readonly<Record<ColumnKind | 'text', Partial<Element>>>;

function elementOf<T>({ name, kind }: Column<T>): Element {
  return { name, repetition_type: 'OPTIONAL', ...TYPES[kind ?? 'text'] };
}

type Value = string | number | boolean | bigint | undefined;

/** Rows on their way into a file, column by column. */
class RowGroup<T> {
  rows = 0;
  /** As {@link RowGroupLimits} counts it. */
  size = 0;
  readonly #columns: readonly Column<T>[];
  readonly #values: readonly Value[][];

  constructor(columns: readonly Column<T>[]) {
    this.#columns = columns;
    this.#values = columns.map(() => []);
  }

  add(row: T): void {
    this.rows++;
    for (let at = 0; at < this.#columns.length; at++) {
      const { of, kind } = this.#columns[at]!;
      const value = valueOf(of(row), kind);
      this.#values[at]!.push(value);
      this.size += typeof value === 'string' ? value.length : 8;
    }
  }

  writeTo(file: ParquetWriter): void {
    const columnData = this.#columns.map(({ name, kind }, at) => ({
      name,
      data: this.#values[at]!,
      // The other encoding of booleans is not read everywhere.
      ...(kind === 'flag' && { encoding: 'PLAIN' as const }),
    }));
    // Bytes are kept in memory, so that nothing is waited for.
    void file.write({ columnData, rowGroupSize: this.rows });
  }
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
