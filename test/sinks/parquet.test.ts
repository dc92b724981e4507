import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { SinkError } from '../../src/errors.js';
import type { Cell, Column, ColumnKind } from '../../src/model/columns/column.js';
import { formatInstant, instantFromMillis, parseInstant } from '../../src/model/time/instant.js';
import type { RowGroupLimits } from '../../src/sinks/parquet-file.js';
import { parquet } from '../../src/sinks/parquet.js';
import { writeToFile } from '../../src/sinks/write-text.js';
import { Watched, cut, temporaryFolder } from '../support/contracts.js';
import type { Cells } from './rows.js';

const { signal } = new AbortController();
const KINDS = {
  text: undefined,
  time: 'time',
  count: 'count',
  rate: 'rate',
  flag: 'flag',
} as const;
const columns = Object.entries(KINDS).map(
  ([name, kind]: [string, ColumnKind | undefined]): Column<Cells> => ({
    name,
    title: name,
    width: 10,
    kind,
    of: (row) => row[name],
  }),
);

async function bytesOf(
  rows: readonly Cells[],
  limits?: RowGroupLimits,
  sizes: readonly number[] = [1, 3],
): Promise<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  const sink = parquet<Cells>(
    columns,
    async (all) => {
      for await (const piece of all) pieces.push(Buffer.from(piece));
    },
    limits,
  );
  await sink(new Watched(cut(rows, sizes)));
  return new Uint8Array(Buffer.concat(pieces)).buffer;
}

/** Dates have milliseconds only, so times are read as they are stored. */
const parsers = { timestampFromMicroseconds: (micros: bigint) => micros };
const read = (file: ArrayBuffer): Promise<Record<string, unknown>[]> =>
  parquetReadObjects({ file, parsers });

function stored([name, cell]: [string, Cell]): [string, unknown] {
  if (cell === undefined) return [name, null];
  if (name === 'count') return [name, BigInt(cell)];
  if (name !== 'time') return [name, cell];
  const { seconds, nanos } = parseInstant(String(cell))!;
  return [name, BigInt(seconds) * 1_000_000n + BigInt(Math.floor(nanos / 1000))];
}
const storedRow = (row: Cells): Record<string, unknown> =>
  Object.fromEntries(columns.map(({ name }) => stored([name, row[name]])));

/** Times as they may be stored, before 1970 too, with offsets and nanoseconds. */
const times = fc
  .record({
    seconds: fc.integer({ min: -62_000_000_000, max: 253_000_000_000 }),
    nanos: fc.oneof(fc.constantFrom(0, 1, 999, 1000, 999_999_999), fc.nat(999_999_999)),
    zone: fc.constantFrom('Z', 'Z', '+02:00', '-11:30'),
  })
  .map(({ seconds, nanos, zone }) => formatInstant({ seconds, nanos }).replace('Z', zone));

const absent = <T>(cell: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(cell, { nil: undefined });
const rowsOf = (maxLength: number): fc.Arbitrary<Cells[]> =>
  fc.array(
    fc.record({
      text: absent(
        fc.oneof(
          fc.string({ unit: 'binary', minLength: 1 }),
          fc.constantFrom('0012', 'null', '漢👍'),
        ),
      ),
      time: absent(times),
      count: absent(fc.oneof(fc.maxSafeNat(), fc.nat(3))),
      rate: absent(fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constantFrom(0, 100))),
      flag: absent(fc.boolean()),
    }),
    { maxLength },
  );

describe('a Parquet file', () => {
  test('is read back as the rows that it was made of, however they are grouped and cut', async () => {
    const limits = fc.record({
      rows: fc.integer({ min: 1, max: 50 }),
      size: fc.constantFrom(1, 100, 1e6),
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 });
    const property = fc.asyncProperty(rowsOf(60), limits, sizes, async (rows, limit, cuts) => {
      const file = await bytesOf(rows, limit, cuts);
      expect(await read(file)).toEqual(rows.map(storedRow));
      for (const { num_rows } of parquetMetadata(file).row_groups)
        expect(Number(num_rows)).toBeLessThanOrEqual(limit.rows);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test('has the same schema whatever the rows', async () => {
    const schemaOf = async (rows: readonly Cells[]): Promise<unknown> =>
      parquetMetadata(await bytesOf(rows)).schema;
    const schema = await schemaOf([]);
    expect(schema).toMatchObject([
      { name: 'schema', num_children: 5 },
      { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      {
        name: 'time',
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      },
      { name: 'count', type: 'INT64' },
      { name: 'rate', type: 'DOUBLE' },
      { name: 'flag', type: 'BOOLEAN' },
    ]);
    const property = fc.asyncProperty(rowsOf(5), async (rows) => {
      expect(await schemaOf(rows)).toEqual(schema);
    });
    await fc.assert(property, { numRuns: 50 });
  });

  test('begins a row group when rows or bytes are enough', async () => {
    const rows = Array.from({ length: 10 }, (_, n): Cells => ({ text: 'x'.repeat(68), count: n }));
    const groupsOf = async (limits: RowGroupLimits): Promise<number[]> =>
      parquetMetadata(await bytesOf(rows, limits)).row_groups.map(({ num_rows }) =>
        Number(num_rows),
      );
    expect(await groupsOf({ rows: 4, size: 1e9 })).toEqual([4, 4, 2]);
    expect(await groupsOf({ rows: 5, size: 1e9 })).toEqual([5, 5]);
    expect(await groupsOf({ rows: 100, size: 300 })).toEqual([3, 3, 3, 1]); // 100 a row
  });

  test('says its version, and is the same bytes again', async () => {
    const rows = [{ text: 'a', time: formatInstant(instantFromMillis(1)) }];
    const file = await bytesOf(rows);
    expect(parquetMetadata(file).key_value_metadata).toEqual([
      { key: 'sentinel-audit.schema-version', value: '1' },
    ]);
    expect(await bytesOf(rows)).toEqual(file);
  });
});

describe('the sink', () => {
  const batch = Array.from({ length: 50 }, (_, count): Cells => ({ text: 'a', count }));
  const small = { rows: 50, size: 1e9 };

  test('writes a file that appears when it is whole', async () => {
    const path = join(temporaryFolder(), 'rows.parquet');
    await parquet(columns, writeToFile(path, signal), small)(new Watched([batch, batch]));
    expect(await read(new Uint8Array(readFileSync(path)).buffer)).toHaveLength(100);
  });

  test('passes on an error of the source, and leaves no file', async () => {
    const folder = temporaryFolder();
    const failure = new Error('the source failed');
    for (const batches of [[], [batch, batch]]) {
      const sink = parquet(columns, writeToFile(join(folder, 'rows'), signal), small);
      await expect(sink(new Watched(batches, failure))).rejects.toBe(failure);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  test('gives nothing before the first rows', async () => {
    const failure = new Error('the source failed');
    const pieces: unknown[] = [];
    const sink = parquet<Cells>(columns, async (all) => {
      for await (const piece of all) pieces.push(piece);
    });
    await expect(sink(new Watched<Cells>([], failure))).rejects.toBe(failure);
    expect(pieces).toEqual([]);
  });

  test('closes the source where it cannot write', async () => {
    const source = new Watched(Array.from({ length: 1000 }, () => batch));
    const write = writeToFile(join(temporaryFolder(), 'nowhere', 'rows'), signal);
    await expect(parquet(columns, write, small)(source)).rejects.toThrow(SinkError);
    expect(source.pulled).toBeLessThan(10);
  });
});
