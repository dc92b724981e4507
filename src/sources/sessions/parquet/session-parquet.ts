import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { SourceError } from '../../../errors.js';
import {
  type RequiredField,
  SESSION_FIELDS,
  type Session,
} from '../../../model/session/session.js';
import { formatInstant } from '../../../model/time/instant.js';
import { type FilePart, newFilePart } from '../../../pipeline/file-part.js';
import { FieldNames } from '../field-names.js';
import { LARGEST_PAGE, checkPages } from './parquet-pages.js';
import { takeRow } from '../session-rows.js';

/** Times as the texts that they are everywhere else; Parquet has them without a zone, in UTC. */
const PARSERS = {
  timestampFromMilliseconds: (millis: bigint) => timeText(millis, 1_000n),
  timestampFromMicroseconds: (micros: bigint) => timeText(micros, 1_000_000n),
  timestampFromNanoseconds: (nanos: bigint) => timeText(nanos, 1_000_000_000n),
  dateFromDays: (days: number) => timeText(BigInt(days) * 86_400n, 1n),
};

const UNPACKED = { maxOutputLength: LARGEST_PAGE };

/** Other tools compress so; snappy and none are read by the library itself. */
const COMPRESSORS = {
  GZIP: (input: Uint8Array): Uint8Array => gunzipSync(input, UNPACKED),
  BROTLI: (input: Uint8Array): Uint8Array => brotliDecompressSync(input, UNPACKED),
};

/**
 * The sessions of a Parquet file, such as one of ours. Holds the file, and a row group.
 *
 * @throws SourceError when it is damaged, or for a column whose name is nearly right.
 */
export async function* readSessionParquet(
  bytes: AsyncIterable<Buffer>,
  name: string,
  required: readonly RequiredField[],
): AsyncGenerator<FilePart<Session>> {
  const { parquetMetadata, parquetReadObjects, parquetSchema } = await import('hyparquet');
  const pieces: Buffer[] = [];
  for await (const piece of bytes) pieces.push(piece);
  const whole = Buffer.concat(pieces);
  const content = whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length);
  const file = {
    byteLength: content.byteLength,
    slice: (start: number, end?: number): ArrayBuffer => content.slice(start, end),
  };
  const names = new FieldNames();
  try {
    const metadata = parquetMetadata(content);
    const present = parquetSchema(metadata).children.map(({ element }) => element.name);
    names.take(present);
    const columns = present.filter((column) => Object.hasOwn(SESSION_FIELDS, column));
    checkPages(metadata, columns, content);
    let from = 0;
    for (const { num_rows: count } of metadata.row_groups) {
      const to = from + Number(count);
      const range = { rowStart: from, rowEnd: to };
      const reading = { file, metadata, columns, parsers: PARSERS, compressors: COMPRESSORS };
      const rows = await parquetReadObjects({ ...reading, ...range });
      const part = newFilePart<Session>();
      for (const [at, values] of rows.entries()) {
        const row = plainOf(values);
        takeRow(row, part, {
          fieldsOf: (fields) => fields,
          required,
          placeOf: () => `${name}, row ${from + at + 1}`,
          rawOf: (raw) => raw,
        });
      }
      yield part;
      from = to;
    }
  } catch (error) {
    if (error instanceof SourceError || !(error instanceof Error)) throw error;
    // The library's own errors are plain ones; any other is one that it ran into.
    const isSaid = error.name === 'Error' && !/undefined|NaN/.test(error.message);
    const reason = isSaid ? error.message : 'it is damaged';
    throw new SourceError(`the Parquet file cannot be read: ${reason}`, { cause: error });
  }
  yield { ...newFilePart(), notes: [names.noteOf(name) ?? []].flat() };
}

/** Numbers of 64 bits as numbers; what is null is absent. */
function plainOf(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(values).flatMap(([key, value]) => {
    if (value === null || value === undefined) return [];
    return [[key, typeof value === 'bigint' ? Number(value) : value] as const];
  });
  return Object.fromEntries(entries);
}

/** A time that no text of ours can be, such as infinity, stays the number that it is. */
function timeText(units: bigint, perSecond: bigint): string {
  const seconds = units / perSecond - (units % perSecond < 0n ? 1n : 0n);
  const nanos = (units - seconds * perSecond) * (1_000_000_000n / perSecond);
  const isTime = seconds >= -62_167_219_200n && seconds < 253_402_300_800n;
  return isTime ? formatInstant({ seconds: Number(seconds), nanos: Number(nanos) }) : String(units);
}
