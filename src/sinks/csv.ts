import type { Cell, Column } from '../model/columns/column.js';
import { escapeFormula } from '../text/csv-injection.js';
import { printable } from '../text/terminal-text.js';
import type { Sink, Source } from '../pipeline/pipe.js';
import { PIECE, type WriteText } from './write-text.js';

const NEEDS_QUOTES = /[",\r\n]/;
/** What needs quotes, or may be what a spreadsheet would run. Most cells are neither, and one test tells. */
const SPECIAL = /[",\r\n]|^['=+\-@\t＝＋－＠]/;

/**
 * CSV by RFC 4180, with a header line, `\n` at the end of a line, an absent value as an empty cell. Cells
 * that a spreadsheet would run as a formula are defused unless `raw`. Where the text `isShown`, on a terminal,
 * what would act on it is shown as an escape: such a text is not read back. Holds one batch.
 */
export function csv<T>(
  columns: readonly Column<T>[],
  write: WriteText,
  raw = false,
  isShown = false,
): Sink<T> {
  const lineOf = csvLine(columns, raw, isShown);
  return (source) => write(csvText(source, csvHeader(columns), lineOf));
}

/** The first line. */
export function csvHeader<T>(columns: readonly Column<T>[]): string {
  return joined(columns.map(({ name }) => name));
}

/** The line of a row. */
export function csvLine<T>(
  columns: readonly Column<T>[],
  raw: boolean,
  isShown = false,
): (row: T) => string {
  const guard = raw ? (cell: string): string => cell : escapeFormula;
  const show = isShown ? (cell: string): string => printable(guard(cell)) : guard;
  const isSpecial = raw ? NEEDS_QUOTES : SPECIAL;
  const careful = (row: T): string => joined(columns.map((column) => textOf(column.of(row), show)));
  if (isShown || columns.length === 1) return careful;
  const stored = columns.map(({ of }) => of.spelling?.stored ?? of);
  const spellings = columns.map(({ of }) => of.spelling?.spell);
  return (row) => {
    let line = '';
    let comma = '';
    for (let at = 0; at < stored.length; at++) {
      const cell = stored[at]!(row);
      const spell = spellings[at];
      if (cell === undefined) line += comma;
      else if (typeof cell !== 'string') line += comma + cell;
      else if (isSpecial.test(cell)) return careful(row);
      else line += comma + (spell === undefined ? cell : spell(cell));
      comma = ',';
    }
    return `${line}\n`;
  };
}

async function* csvText<T>(
  source: Source<T>,
  header: string,
  lineOf: (row: T) => string,
): AsyncGenerator<string> {
  // With the first rows, or when there are none: a source that fails at once leaves no output.
  let text = header;
  for await (const batch of source) {
    for (const row of batch) {
      text += lineOf(row);
      if (text.length >= PIECE) {
        yield text;
        text = '';
      }
    }
    if (text !== '') yield text;
    text = '';
  }
  if (text !== '') yield text;
}

function textOf(cell: Cell, guard: (cell: string) => string): string {
  if (cell === undefined) return '';
  return typeof cell === 'string' ? guard(cell) : String(cell);
}

/** A line of cells, with quotes where RFC 4180 wants them. */
function joined(cells: readonly string[]): string {
  // A single empty cell must not become an empty line, which readers pass over.
  if (cells.length === 1 && cells[0] === '') return '""\n';
  const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
  return `${cells.map((cell) => (NEEDS_QUOTES.test(cell) ? quoted(cell) : cell)).join(',')}\n`;
}
