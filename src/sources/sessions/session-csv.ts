import { unescapeFormula } from '../../text/csv-injection.js';
import type {
  RequiredField,
  Session,
  SessionField,
  SessionRow,
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
  return {
    id: valueOf(cells, columns.id),
    user: valueOf(cells, columns.user),
    profile: valueOf(cells, columns.profile),
    status: valueOf(cells, columns.status),
    started_at: valueOf(cells, columns.started_at),
    last_access_at: valueOf(cells, columns.last_access_at),
    expires_at: valueOf(cells, columns.expires_at),
    request_count: valueOf(cells, columns.request_count),
    server_instance_id: valueOf(cells, columns.server_instance_id),
    source_identity: valueOf(cells, columns.source_identity),
    created_at: valueOf(cells, columns.created_at),
    updated_at: valueOf(cells, columns.updated_at),
    device_id: valueOf(cells, columns.device_id),
    revoked_by: valueOf(cells, columns.revoked_by),
    revoked_reason: valueOf(cells, columns.revoked_reason),
    ttl: valueOf(cells, columns.ttl),
  };
}

function valueOf(cells: readonly string[], at: number | undefined): string | undefined {
  const cell = at === undefined ? undefined : cells[at];
  return cell === undefined || cell === '' ? undefined : unescapeFormula(cell);
}
