import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
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

/** One element of a schema. */
export type Element = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** What a column holds of a row: a cell, a list, or a group by the names of its elements. */
export type Value = string | number | boolean | bigint | undefined | readonly Value[] | Group;
interface Group {
  readonly [name: string]: Value;
}

/** One column of the schema. */
export interface FileColumn<T> {
  readonly name: string;
  /** The element of the column, and those in it, as a file has them: each before those that it holds. */
  readonly elements: readonly [Element, ...Element[]];
  readonly of: (row: T) => Value;
}

/** A text, by the logical type and its older name: each reader knows one of both. */
export const TEXT = {
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
} as const satisfies Partial<Element>;

/** What a file says of itself besides its rows. */
export interface FileFacts {
  readonly facts: Readonly<Record<string, string>>;
  readonly limits?: RowGroupLimits | undefined;
}

/** A Parquet file with one schema, whatever the rows, compressed with snappy. Holds one row group. */
export function parquetFile<T>(
  columns: readonly FileColumn<T>[],
  write: WritePieces,
  { facts, limits = LIMITS }: FileFacts,
): Sink<T> {
  return (source) => write(fileBytes(source, columns, facts, limits));
}

async function* fileBytes<T>(
  source: Source<T>,
  columns: readonly FileColumn<T>[],
  facts: Readonly<Record<string, string>>,
  limits: RowGroupLimits,
): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const file = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: 'schema', num_children: columns.length },
      ...columns.flatMap(({ elements }) => elements),
    ],
    createdBy: 'sentinel-audit',
    kvMetadata: Object.entries(facts).map(([key, value]) => ({ key, value })),
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

/** Rows on their way into a file, column by column. */
class RowGroup<T> {
  rows = 0;
  /** As {@link RowGroupLimits} counts it. */
  size = 0;
  readonly #columns: readonly FileColumn<T>[];
  readonly #values: readonly Value[][];

  constructor(columns: readonly FileColumn<T>[]) {
    this.#columns = columns;
    this.#values = columns.map(() => []);
  }

  add(row: T): void {
    this.rows++;
    for (let at = 0; at < this.#columns.length; at++) {
      const value = this.#columns[at]!.of(row);
      this.#values[at]!.push(value);
      this.size += sizeOf(value);
    }
  }

  writeTo(file: ParquetWriter): void {
    const columnData = this.#columns.map(({ name, elements: [{ type }] }, at) => ({
      name,
      data: this.#values[at]!,
      // The other encoding of booleans is not read everywhere.
      ...(type === 'BOOLEAN' && { encoding: 'PLAIN' as const }),
    }));
    // Bytes are kept in memory, so that nothing is waited for.
    void file.write({ columnData, rowGroupSize: this.rows });
  }
}

function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object') return 8;
  let size = 8;
  for (const part of Object.values<Value>(value)) size += sizeOf(part);
  return size;
}
