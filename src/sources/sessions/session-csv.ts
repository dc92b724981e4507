import { unescapeFormula } from '../../text/csv-injection.js';
import {
  type RequiredField,
  type Session,
  type SessionField,
  type SessionRow,
  rowOf,
} from '../../model/session/session.js';
import {
  type FilePart,
  type OpenFilePart,
  countIn,
  newFilePart,
} from '../../pipeline/file-part.js';
import { type CsvRecord, readCsvRecords } from '../csv-records.js';
import { fingerprint } from '../redacted.js';
import { type Header, headerOf } from './csv-header.js';
import { type RowReader, takeRow } from './session-rows.js';

/**
 * The sessions of a CSV with a header line, as `export` writes it: defused cells are what they were, an
 * empty cell is an absent value, and a row of empty cells is none. Columns may be any that hold what is
 * required; unknown ones are said once.
 *
 * @throws SourceError when the text is no CSV to its end, lacks a required column, or has one whose name is
 *   nearly right.
 */
export async function* readSessionCsv(
  bytes: AsyncIterable<Buffer>,
  name: string,
  required: readonly RequiredField[],
): AsyncGenerator<FilePart<Session>> {
  let header: Header | undefined;
  let reader: RowReader<CsvRecord> | undefined;
  for await (const records of readCsvRecords(bytes)) {
    const part = newFilePart<Session>();
    const rows = header === undefined ? records.slice(1) : records;
    header ??= headerOf(
      records[0]!.cells.map((cell) => cell.trim()),
      required,
      part,
      name,
    );
    reader ??= readerOf(header, required, name);
    for (const row of rows) takeCsvRow(row, header.size, part, reader);
    yield part;
  }
}

function readerOf(
  header: Header,
  required: readonly RequiredField[],
  name: string,
): RowReader<CsvRecord> {
  const columns = Object.fromEntries(header);
  return {
    fieldsOf: ({ cells }) => fieldsOfCells(cells, columns),
    required,
    placeOf: ({ line }) => `${name}:${line}`,
    rawOf: ({ cells }) => Object.fromEntries([...header].map(([key, at]) => [key, cells[at]])),
  };
}

function takeCsvRow(
  row: CsvRecord,
  columns: number,
  part: OpenFilePart<Session>,
  reader: RowReader<CsvRecord>,
): void {
  const { cells } = row;
  if (cells.every((cell) => cell === '')) return;
  if (cells.length === columns) {
    takeRow(row, part, reader);
    return;
  }
  countIn(part, 'rows');
  part.rejects.push({
    kind: 'row',
    place: reader.placeOf(row),
    reason: `${cells.length} cells where the header has ${columns}`,
    raw: fingerprint(Buffer.from(cells.join(','))),
  });
}

/** Where the column of each field stands. */
type Columns = { readonly [Field in SessionField]?: number };

function fieldsOfCells(cells: readonly string[], columns: Columns): SessionRow {
  return rowOf((field) => valueOf(cells, columns[field]));
}

function valueOf(cells: readonly string[], at: number | undefined): string | undefined {
  const cell = at === undefined ? undefined : cells[at];
  return cell === undefined || cell === '' ? undefined : unescapeFormula(cell);
}
