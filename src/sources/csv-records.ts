import { type Parser, parse } from 'csv-parse';
import { SourceError } from '../errors.js';

/** A record of a CSV, and the line it begins on. */
export interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

/** In characters; no row of ours comes near. */
const LONGEST = 16 * 1024 * 1024;

/**
 * The records of a CSV, those of one piece of bytes together. What stands before an error is delivered first.
 *
 * @throws SourceError when the text is no CSV to its end.
 */
export async function* readCsvRecords(bytes: AsyncIterable<Buffer>): AsyncGenerator<CsvRecord[]> {
  let rows: CsvRecord[] = [];
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
  const take = (): CsvRecord[] => rows.splice(0);
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
