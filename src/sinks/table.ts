import pc from 'picocolors';
import type { Cell, Column } from '../model/columns/column.js';
import type { Sink, Source } from '../pipeline/pipe.js';
import { fit, widthOf } from './fit.js';
import type { WriteText } from './write-text.js';

export interface TableOptions {
  readonly color: boolean;
  /** What stands there instead of a table without rows. */
  readonly empty: string;
  /** Lines below the table, asked for when every row is written. */
  readonly footer?: () => readonly string[];
  /** How many cells a line of the terminal has, which the columns share; undefined keeps their widths. */
  readonly lineWidth?: number | undefined;
}

const GAP = '  ';

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
  asked: readonly Column<T>[],
  { color, empty, footer, lineWidth }: TableOptions,
): AsyncGenerator<string> {
  const columns = lineWidth === undefined ? asked : shareWidth(asked, lineWidth);
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

/** The narrowest that a column is made, in terminal cells. */
const NARROWEST = 8;

/** The columns with the width of a terminal shared among those that may grow, in proportion to their own. */
function shareWidth<T>(columns: readonly Column<T>[], lineWidth: number): readonly Column<T>[] {
  const widthOfAll = (some: readonly Column<T>[]): number =>
    some.reduce((sum, { width }) => sum + width, 0);
  const growing = columns.filter(({ grows }) => grows);
  const fixed = widthOfAll(columns) - widthOfAll(growing) + GAP.length * (columns.length - 1);
  const share = (lineWidth - fixed) / widthOfAll(growing);
  return columns.map((column) =>
    column.grows
      ? { ...column, width: Math.max(Math.floor(column.width * share), NARROWEST) }
      : column,
  );
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
