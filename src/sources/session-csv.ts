import { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { SourceError } from '../errors.js';
import { undefuse } from '../model/formula.js';
import type { Reading } from '../model/reading.js';
import type { ReadField, RequiredField, Session, SessionField } from '../model/session.js';
import type { Source } from '../pipeline.js';
import { fingerprint } from './redacted.js';
import { parseSessions } from './session-rows.js';

/** A record of csv-parse with `info`. */
interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const BATCH = 1000;

/**
 * The sessions of a CSV with a header line, as `export` writes it: defused cells are what they were, an
 * empty cell is an absent value. Columns may be any that hold what is required; unknown ones are ignored.
 *
 * @throws SourceError when the text is no CSV to its end or lacks a required column.
 */
export async function* readSessionCsv(
  bytes: AsyncIterable<Buffer>,
  name: string,
  required: readonly RequiredField[],
  reading: Reading,
): Source<Session> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 1024 * 1024,
  });
  pipeline(Readable.from(bytes), parser, () => {});
  let header: ReadonlyMap<string, number> | undefined;
  let width = 0;
  let line = 1;
  let rows: { readonly cells: readonly string[]; readonly line: number }[] = [];
  const sessions = (): Session[] => {
    const columns = header!;
    const batch = rows;
    rows = [];
    return parseSessions(batch, reading, {
      read: ({ cells }, field) => cellOf(cells, columns, field),
      required,
      placeOf: (row) => `${name}:${row.line}`,
      rawOf: ({ cells }) => Object.fromEntries([...columns].map(([key, at]) => [key, cells[at]])),
    });
  };
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      if (header === undefined) {
        header = headerOf(record, required);
        if (required.includes('placed') && !header.has('created_at')) {
          reading.note(`${name} has no column created_at: started_at stands in for it`);
        }
        width = record.length;
      } else if (record.length === width) {
        rows.push({ cells: record, line });
        if (rows.length === BATCH) yield sessions();
      } else {
        reading.meter.rows++;
        reading.reject({
          kind: 'row',
          place: `${name}:${line}`,
          reason: `${record.length} cells where the header has ${width}`,
          raw: fingerprint(Buffer.from(record.join(','))),
        });
      }
      line = info.lines + 1;
    }
  } catch (error) {
    if (rows.length > 0) yield sessions();
    throw csvError(error, line);
  }
  if (rows.length > 0) yield sessions();
}

function headerOf(
  names: readonly string[],
  required: readonly RequiredField[],
): ReadonlyMap<string, number> {
  const columns = new Map(names.map((name, at) => [name, at]));
  for (const field of ['id', ...required]) {
    const found =
      field === 'placed'
        ? columns.has('created_at') || columns.has('started_at')
        : columns.has(field);
    if (found) continue;
    throw new SourceError(
      field === 'id'
        ? 'neither JSON nor a CSV of sessions: its first line has no column id'
        : `it has no column ${field === 'placed' ? 'created_at or started_at' : field}, which this command needs`,
    );
  }
  if (columns.size < names.length) throw new SourceError('its header names a column twice');
  return columns;
}

const cellOf = (
  cells: readonly string[],
  columns: ReadonlyMap<string, number>,
  field: SessionField,
): ReturnType<ReadField<unknown>> => {
  const at = columns.get(field);
  const cell = at === undefined ? undefined : cells[at];
  if (cell === undefined || (cell === '' && field !== 'source_identity')) return undefined;
  return undefuse(cell);
};

function csvError(error: unknown, line: number): unknown {
  if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('CSV_')) {
    return error;
  }
  return new SourceError(`not valid CSV from line ${line} on: ${error.message}`, { cause: error });
}
