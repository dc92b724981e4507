import type { Cell } from '../../model/columns/column.js';
import type { Entry, Report, ReportPart } from '../../model/report/report.js';
import { formatInstant } from '../../model/time/instant.js';
import type { Source } from '../../pipeline/pipe.js';
import { markdownLine, markdownText } from '../../text/markdown-text.js';

/**
 * A report in GitHub Flavored Markdown, for a pull request or a job summary: title, result, and each part as a
 * table or a list. Nothing of the data becomes markup. Holds one batch of rows.
 */
export async function* reportMarkdown<R>(report: Report<R>): AsyncGenerator<string> {
  const { since, until } = report.window;
  yield `## ${markdownText(report.title)}\n\n**Result:** ${markdownText(report.result)}\n\nTime window: ${formatInstant(since)} to ${formatInstant(until)}\n`;
  for (const part of report.parts) {
    yield `\n### ${markdownText(part.title)}\n\n`;
    yield* partText(part);
  }
  if (report.caveats.length === 0) return;
  yield `\n### Caveats\n\n${report.caveats.map(({ text }) => itemOf(text)).join('')}`;
}

async function* partText<R>(part: ReportPart<R>): AsyncGenerator<string> {
  switch (part.kind) {
    case 'facts':
      yield `${headOf(['', ''])}${part.facts.map(lineOf).join('')}`;
      return;
    case 'lines':
      yield part.lines.map(itemOf).join('');
      return;
    case 'entries':
      yield* entriesText(part.rows(), part.entryOf);
      return;
    case 'table':
      yield headOf(part.columns.map(({ title }) => title));
      for await (const batch of part.rows()) {
        yield batch.map((row) => lineOf(part.columns.map((column) => column.of(row)))).join('');
      }
  }
}

/** A line for each entry; the first says which fields there are. */
async function* entriesText<R>(
  rows: Source<R>,
  entryOf: (row: R) => Entry,
): AsyncGenerator<string> {
  let isFirst = true;
  for await (const batch of rows) {
    const entries = batch.map(entryOf);
    const labels = entries[0]?.fields.map(([label]) => label) ?? [];
    if (isFirst) yield headOf(['Finding', ...labels]);
    isFirst = false;
    yield entries
      .map(({ head, fields }) => lineOf([head, ...fields.map(([, value]) => value)]))
      .join('');
  }
}

function headOf(titles: readonly string[]): string {
  return `${lineOf(titles)}|${' --- |'.repeat(titles.length)}\n`;
}

function lineOf(cells: readonly Cell[]): string {
  return `| ${cells.map((cell) => markdownText(String(cell ?? ''))).join(' | ')} |\n`;
}

function itemOf(text: string): string {
  return `- ${markdownLine(text)}\n`;
}
