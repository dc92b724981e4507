import { unescapeFormula } from '../../text/csv-injection.js';
import type {
  ReadField,
  RequiredField,
  Session,
  SessionField,
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
import { takeRow } from './session-rows.js';

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
  for await (const records of readCsvRecords(bytes)) {
    const rows = header === undefined ? records.slice(1) : records;
    const part = newFilePart<Session>();
    if (header === undefined) {
      const columns = records[0]!.cells.map((cell) => cell.trim());
      header = headerOf(columns, required, part, name);
    }
    for (const row of rows) takeCsvRow(row, header, name, required, part);
    yield part;
  }
}

function takeCsvRow(
  row: CsvRecord,
  header: Header,
  name: string,
  required: readonly RequiredField[],
  part: OpenFilePart<Session>,
): void {
  const { cells, line } = row;
  if (cells.every((cell) => cell === '')) return;
  const place = `${name}:${line}`;
  if (cells.length === header.size) {
    takeRow(row, part, {
      read: (_, field) => cellOf(cells, header, field),
      required,
      placeOf: () => place,
      rawOf: () => Object.fromEntries([...header].map(([key, at]) => [key, cells[at]])),
    });
    return;
  }
  countIn(part, 'rows');
  part.rejects.push({
    kind: 'row',
    place,
    reason: `${cells.length} cells where the header has ${header.size}`,
    raw: fingerprint(Buffer.from(cells.join(','))),
  });
}

const cellOf = (
  cells: readonly string[],
  header: Header,
  field: SessionField,
): ReturnType<ReadField<unknown>> => {
  const at = header.get(field);
  const cell = at === undefined ? undefined : cells[at];
  return cell === undefined || cell === '' ? undefined : unescapeFormula(cell);
};
