import { type Parser, parse } from 'csv-parse';
import { SourceError } from '../../errors.js';
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
import { fingerprint } from '../redacted.js';
import { type Header, headerOf } from './csv-header.js';
import { takeRow } from './session-rows.js';

/** A record of a CSV, and the line it begins on. */
interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/** In characters; no row of ours comes near. */
const LONGEST = 16 * 1024 * 1024;

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
  for await (const records of readRecords(bytes)) {
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
  row: CsvRow,
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

/** The records of a CSV, those of one piece together. What stands before an error is delivered first. */
async function* readRecords(bytes: AsyncIterable<Buffer>): AsyncGenerator<CsvRow[]> {
  let rows: CsvRow[] = [];
  let line = 1;
  let failure: Error | undefined;
  const parser = parse({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST,
    record_delimiter: ['\r\n', '\n', '\r'],
    on_record: (cells: string[], { lines }) => {
      rows.push({ cells, line });
      line = lines + 1;
      return null; // taken here: the parser's own queue is lost when it fails
    },
  });
  parser.on('error', (error) => (failure = error));
  parser.resume();
  const take = (): CsvRow[] => rows.splice(0);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const piece of bytes) {
    const text = decoded(() => decoder.decode(piece, { stream: true }), line);
    await settled(parser, (done) => parser.write(text, done));
    if (rows.length > 0) yield take();
    if (failure !== undefined) throw csvError(failure, line);
  }
  decoded(() => decoder.decode(), line);
  await settled(parser, (done) => parser.end(done));
  if (rows.length > 0) yield take();
  if (failure !== undefined) throw csvError(failure, line);
}

function decoded(decode: () => string, line: number): string {
  try {
    return decode();
  } catch {
    throw new SourceError(`not UTF-8, somewhere from line ${line} on`);
  }
}

/** Resolves when the parser has taken what it was given, or has failed. */
function settled(parser: Parser, give: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    if (parser.destroyed) resolve();
    else give(() => resolve());
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

/** The parser's own words would quote the text. */
function csvError(error: Error, line: number): SourceError {
  const code = 'code' in error ? String(error.code) : '';
  const what = WRONG[code] ?? code;
  return new SourceError(`not valid CSV from line ${line} on: ${what}`, { cause: error });
}

const WRONG: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is not closed',
  CSV_INVALID_CLOSING_QUOTE: 'a closing quote is followed by text',
  INVALID_OPENING_QUOTE: 'a quote stands within a cell',
  CSV_MAX_RECORD_SIZE: 'a record is longer than 16 MB',
};
