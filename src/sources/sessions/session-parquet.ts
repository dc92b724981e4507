import { SourceError } from '../../errors.js';
import type { RequiredField, Session } from '../../model/session/session.js';
import { formatInstant } from '../../model/time/instant.js';
import { type FilePart, newFilePart } from '../../pipeline/file-part.js';
import { FieldNames } from './field-names.js';
import { readProperty, takeRow } from './session-rows.js';

/** How a Parquet file begins, and ends. */
export const PARQUET = 'PAR1';

/** Times as the texts that they are everywhere else; Parquet has them without a zone, in UTC. */
const PARSERS = {
  timestampFromMilliseconds: (millis: bigint) => timeText(millis, 1_000n),
  timestampFromMicroseconds: (micros: bigint) => timeText(micros, 1_000_000n),
  timestampFromNanoseconds: (nanos: bigint) => timeText(nanos, 1_000_000_000n),
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
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet');
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
    let from = 0;
    for (const { num_rows: count } of metadata.row_groups) {
      const to = from + Number(count);
      const range = { rowStart: from, rowEnd: to };
      const rows = await parquetReadObjects({ file, metadata, parsers: PARSERS, ...range });
      const part = newFilePart<Session>();
      for (const [at, values] of rows.entries()) {
        const row = plainOf(values);
        names.take(Object.keys(row));
        takeRow(row, part, {
          read: readProperty,
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
    throw new SourceError(`the Parquet file cannot be read: ${error.message}`, { cause: error });
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

function timeText(units: bigint, perSecond: bigint): string {
  const seconds = units / perSecond - (units % perSecond < 0n ? 1n : 0n);
  const nanos = (units - seconds * perSecond) * (1_000_000_000n / perSecond);
  return formatInstant({ seconds: Number(seconds), nanos: Number(nanos) });
}
