import { stringify } from 'csv-stringify/sync';
import type { Cell, Column } from '../model/columns/column.js';
import { escapeFormula } from '../text/csv-injection.js';
import { printable } from '../text/terminal-text.js';
import type { Sink, Source } from '../pipeline/pipe.js';
import { PIECE, type WriteText } from './write-text.js';

const NEEDS_QUOTES = /[",\r\n]/;

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
  return (row) => joined(columns.map((column) => textOf(column.of(row), show)));
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

/** Most lines need no quotes: joining their cells is several times faster than the library. */
function joined(cells: readonly string[]): string {
  const isSingle = cells.length === 1;
  const isPlain = !isSingle && !cells.some((cell) => NEEDS_QUOTES.test(cell));
  if (isPlain) return `${cells.join(',')}\n`;
  // A single empty cell must not become an empty line, which readers pass over.
  return stringify([cells], { quoted_match: isSingle ? /^$|\r/ : /\r/ });
}
