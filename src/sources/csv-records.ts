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
 * The records of a CSV, those of one piece of bytes together; empty lines are none. What stands before an error is
 * delivered first.
 *
 * @throws SourceError when the text is no CSV to its end.
 */
export async function* readCsvRecords(
  bytes: AsyncIterable<Buffer>,
): AsyncGenerator<readonly CsvRecord[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const plain = new PlainRecords();
  let quoted: QuotedRecords | undefined;
  const take = async (text: string): Promise<readonly CsvRecord[]> => {
    if (quoted === undefined && plain.takes(text)) return plain.push(text);
    quoted ??= new QuotedRecords(plain.line);
    return quoted.push(plain.rest() + text);
  };
  const line = (): number => quoted?.line ?? plain.line;
  for await (const piece of bytes) {
    const records = await take(decoded(() => decoder.decode(piece, { stream: true }), line()));
    if (records.length > 0) yield records;
    quoted?.check();
  }
  decoded(() => decoder.decode(), line());
  const records = quoted === undefined ? plain.end() : await quoted.end();
  if (records.length > 0) yield records;
  quoted?.check();
}

/** Records before the first quote: what separates them separates them everywhere. */
class PlainRecords {
  line = 1;
  #rest = '';

  takes(text: string): boolean {
    return !text.includes('"') && this.#rest.length + text.length < LONGEST;
  }

  /** The records that end in what came so far. A carriage return at the end may be half a line end. */
  push(text: string): readonly CsvRecord[] {
    const all = this.#rest + text;
    const end = Math.max(all.lastIndexOf('\n'), all.lastIndexOf('\r', all.length - 2)) + 1;
    this.#rest = all.slice(end);
    return this.#recordsIn(all.slice(0, end));
  }

  end(): readonly CsvRecord[] {
    return this.#recordsIn(this.rest());
  }

  /** What is left of the last record; it is somebody else's then. */
  rest(): string {
    const rest = this.#rest;
    this.#rest = '';
    return rest;
  }

  #recordsIn(text: string): readonly CsvRecord[] {
    const lines = text.split(text.includes('\r') ? /\r\n|\n|\r/ : '\n');
    const first = this.line;
    this.line += lines.length - 1;
    return lines.flatMap((line, at) =>
      line === '' ? [] : { cells: line.split(','), line: first + at },
    );
  }
}

/** Records of any CSV. */
class QuotedRecords {
  line: number;
  #records: CsvRecord[] = [];
  #failure: Error | undefined;
  readonly #parser: Parser;

  constructor(line: number) {
    this.line = line;
    this.#parser = parse({
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: LONGEST,
      record_delimiter: ['\r\n', '\n', '\r'],
      on_record: (cells: string[], { lines }) => {
        this.#records.push({ cells, line: this.line });
        this.line = line + lines;
        return null; // taken here: the parser's own queue is lost when it fails
      },
    });
    this.#parser.on('error', (error) => (this.#failure = error));
    this.#parser.resume();
  }

  async push(text: string): Promise<readonly CsvRecord[]> {
    await settled(this.#parser, (done) => this.#parser.write(text, done));
    return this.#records.splice(0);
  }

  async end(): Promise<readonly CsvRecord[]> {
    await settled(this.#parser, (done) => this.#parser.end(done));
    return this.#records.splice(0);
  }

  /** @throws SourceError when what came so far is no CSV. */
  check(): void {
    if (this.#failure !== undefined) throw csvError(this.#failure, this.line);
  }
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
