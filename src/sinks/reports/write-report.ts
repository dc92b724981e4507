import type { Column } from '../../model/columns/column.js';
import type { Format } from '../../model/report/format.js';
import type { Report } from '../../model/report/report.js';
import type { Source } from '../../pipeline/pipe.js';
import { type Destination, chosenColumns, isShown, openOcsf, openWriter } from '../open.js';
import type { WritePieces } from '../write-text.js';

/** Where a report goes, and in which form. */
export interface ReportOutput {
  readonly format: Format;
  /** A file; undefined is standard output. */
  readonly out: string | undefined;
  readonly csvRaw: boolean;
  /** Columns of the rows, where they are written alone or in a document; undefined is all. */
  readonly columns: 'audit' | 'all' | readonly string[] | undefined;
}

type WriteReport = <R>(
  report: Report<R>,
  columns: readonly Column<R>[],
  write: WritePieces,
  output: ReportOutput & { readonly isShown: boolean; readonly version: string | undefined },
) => Promise<void>;

/** How a report is written in each format: as a whole, or its rows alone. */
const WRITERS: Readonly<Record<Format, WriteReport>> = {
  table: async (report, _, write) => write((await import('./text.js')).reportText(report)),
  github: async (report, _, write) => write((await import('./github.js')).githubText(report)),
  markdown: async (report, _, write) =>
    write((await import('./markdown.js')).reportMarkdown(report)),
  ocsf: async (report, _, write, output) =>
    (await openOcsf(report.ocsf, write, output))(everyRow(report)),
  json: async ({ list, also, head, tail }, columns, write) => {
    const { json } = await import('../json.js');
    const second = also && {
      list: also.name,
      columns: also.columns,
      rows: also.rows(),
    };
    await json(list.name, columns, write, {
      fields: head,
      after: tail,
      ...(second && { also: second }),
    })(list.rows());
  },
  csv: async ({ list }, columns, write, output) =>
    (await import('../csv.js')).csv(columns, write, output.csvRaw, output.isShown)(list.rows()),
  ndjson: async ({ list }, columns, write) =>
    (await import('../ndjson.js')).ndjson(columns, write)(list.rows()),
  parquet: async ({ list }, columns, write) =>
    (await import('../parquet.js')).parquet(columns, write)(list.rows()),
};

/** The rows of both lists, one after the other. */
async function* everyRow<R>({ list, also }: Report<R>): Source<R> {
  yield* list.rows();
  if (also !== undefined) yield* also.rows();
}

/** Writes a report. Rows are read as they are written; held is one batch. */
export async function writeReport<R>(
  report: Report<R>,
  output: ReportOutput,
  destination: Destination,
): Promise<void> {
  const columns = chosenColumns(report.list.columns, output.columns);
  const { version } = destination;
  const shown = { ...output, version, isShown: isShown(output, destination) };
  await WRITERS[output.format](report, columns, openWriter(output, destination), shown);
}
