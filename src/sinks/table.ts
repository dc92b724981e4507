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
