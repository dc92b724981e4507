import type { Column } from '../../model/columns/column.js';
import type { Entry, Report, ReportPart } from '../../model/report/report.js';
import { formatInstant } from '../../model/time/instant.js';
import type { Source } from '../../pipeline/pipe.js';
import { printable } from '../../text/terminal-text.js';
import { fit, widthOf } from '../fit.js';

const GAP = '  ';
/** Where the values of facts begin. */
const LABEL_WIDTH = 18;
/** UTF-16 units of a line that says many things. */
const LONGEST_LINE = 400;

/** A report for people, part by part. Holds one batch of rows. */
export async function* reportText<R>(report: Report<R>): AsyncGenerator<string> {
  const { since, until } = report.window;
  yield `${underlined(report.title, '=')}\nTime Window: ${formatInstant(since)} to ${formatInstant(until)}\n`;
  for (const part of report.parts) {
    yield `\n${underlined(part.title, '-')}`;
    yield* partText(part);
  }
  yield `\nResult: ${printable(report.result)}\n`;
}

async function* partText<R>(part: ReportPart<R>): AsyncGenerator<string> {
  switch (part.kind) {
    case 'facts':
      yield part.facts.map(([label, value]) => `${labelled(label)}${printable(value)}\n`).join('');
      return;
    case 'lines':
      yield part.lines.map((line) => `${printable(line, LONGEST_LINE)}\n`).join('');
      return;
    case 'entries':
      yield* each(part.rows(), (row) => entryText(part.entryOf(row)));
      return;
    case 'table':
      yield lineOf(part.columns, ({ title }) => title);
      yield* each(part.rows(), (row) => lineOf(part.columns, (column) => column.of(row)));
  }
}

async function* each<R>(rows: Source<R>, textOf: (row: R) => string): AsyncGenerator<string> {
  for await (const batch of rows) yield batch.map(textOf).join('');
}

/** A title with a line under it. */
function underlined(title: string, line: string): string {
  return `${title}\n${line.repeat(title.length)}\n`;
}

function labelled(label: string): string {
  return `${label}:`.padEnd(LABEL_WIDTH);
}

function entryText({ head, fields }: Entry): string {
  const lines = fields
    .filter(([, value]) => value !== undefined)
    .map(([label, value = '']) => `  ${label}: ${printable(value)}\n`);
  return `${printable(head)}\n${lines.join('')}`;
}

function lineOf<R>(
  columns: readonly Column<R>[],
  cellOf: (column: Column<R>) => ReturnType<Column<R>['of']>,
): string {
  const cells = columns.map((column) => {
    const cell = fit(cellOf(column), column.width);
    return cell + ' '.repeat(Math.max(column.width - widthOf(cell), 0));
  });
  return `${cells.join(GAP).trimEnd()}\n`;
}
