import pc from 'picocolors';
import stringWidth from 'string-width';
import type { Cell, Column } from '../model/columns.js';
import { printable } from '../model/printable.js';
import type { Sink, Source } from '../pipeline.js';
import type { WriteText } from './write-text.js';

export interface TableOptions {
  readonly color: boolean;
  /** What stands there instead of a table without rows. */
  readonly empty: string;
  /** Lines below the table, asked for when every row is written. */
  readonly footer?: () => readonly string[];
}

const GAP = '  ';
/** UTF-16 units for each terminal cell, at the most, that are looked at. */
const MOST_UNITS = 16;

/**
 * A table for people, aligned by display width and written as the rows arrive. What is wider than its
 * column is cut with `…`, numbers never; what would act on the terminal is shown as an escape. Holds one batch.
 */
export function table<T>(
  columns: readonly Column<T>[],
  write: WriteText,
  options: TableOptions,
): Sink<T> {
  return (source) => write(tableText(source, columns, options));
}

async function* tableText<T>(
  source: Source<T>,
  columns: readonly Column<T>[],
  { color, empty, footer }: TableOptions,
): AsyncGenerator<string> {
  const colors = pc.createColors(color);
  let isEmpty = true;
  for await (const batch of source) {
    let text = '';
    if (isEmpty) {
      text += `${colors.bold(lineOf(columns, (column) => column.title))}\n`;
      text += `${lineOf(columns, ({ width }) => '-'.repeat(width))}\n`;
      isEmpty = false;
    }
    for (const row of batch) {
      text += lineOf(
        columns,
        (column) => column.of(row),
        (shown, column, cell) => {
          const tint = column.tint?.(cell);
          return tint === undefined ? shown : colors[tint](shown);
        },
      );
      text += '\n';
    }
    yield text;
  }
  if (isEmpty) yield `${empty}\n`;
  for (const line of footer?.() ?? []) yield `${line}\n`;
}

function lineOf<T>(
  columns: readonly Column<T>[],
  cellOf: (column: Column<T>) => Cell,
  paint: (shown: string, column: Column<T>, cell: Cell) => string = (shown) => shown,
): string {
  const cells = columns.map((column, at) => {
    const cell = cellOf(column);
    const shown = fit(cell, column.width);
    const padding = at === columns.length - 1 ? 0 : column.width - widthOf(shown);
    return paint(shown, column, cell) + ' '.repeat(Math.max(padding, 0));
  });
  return cells.join(GAP).trimEnd();
}

function fit(cell: Cell, width: number): string {
  if (cell === undefined) return '';
  if (typeof cell !== 'string') return String(cell);
  // What is much longer than its column is not measured whole: a cell may have 400 KB.
  const whole = cell.length > width * MOST_UNITS ? undefined : printable(cell);
  if (whole !== undefined && widthOf(whole) <= width) return whole;
  let fitting = '';
  let used = 0;
  for (const { segment } of CHARACTERS.segment(cell.slice(0, width * MOST_UNITS))) {
    const shown = printable(segment);
    used += widthOf(shown);
    if (used > width - 1) break;
    fitting += shown;
  }
  return `${fitting}…`;
}

const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Terminal cells; plain ASCII is as wide as it is long. */
function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
