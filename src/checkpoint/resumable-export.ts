import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ConfigurationError } from '../errors.js';
import { type SessionFilter, matches } from '../model/session/session-filter.js';
import type { Session } from '../model/session/session.js';
import type { ReadContext } from '../pipeline/read-context.js';
import type { RowsText } from '../sinks/rows-text.js';
import type { TablePage } from '../sources/dynamodb/table-pages.js';
import type { PagedTable } from '../sources/open-table.js';
import { count } from '../text/quantity.js';
import { CheckpointFile, readCheckpoint, removeCheckpoint } from './checkpoint-file.js';
import {
  type Asked,
  type ExportCheckpoint,
  type RowTotals,
  type SavedPage,
  segmentsOf,
  withPage,
} from './export-checkpoint.js';
import { PartFile, keepPart, removePart } from './part-file.js';

/** An export of a live table to a file, in one run or in several. */
export interface ResumableExport {
  /** The file of the checkpoint. */
  readonly file: string;
  /** The output; compressed where its name ends with `.gz`. */
  readonly out: string;
  readonly asked: Asked;
  readonly filter: SessionFilter;
  readonly open: (filter: SessionFilter) => Promise<PagedTable>;
  readonly text: RowsText<Session>;
}

const NOTHING: RowTotals = { read: 0, rejected: 0, exported: 0 };

/**
 * Exports the sessions of a table that match, and goes on where the checkpoint of an earlier run ends. The rows of
 * a page are on disk before the checkpoint counts it: a row is neither lost nor doubled, whenever a run is killed.
 * The output appears when it is whole, and the checkpoint is gone then. Gives the numbers of all runs. Holds a page
 * for each segment.
 *
 * @throws ConfigurationError for a checkpoint of another export; SinkError and SourceError, after which it can go on.
 */
export async function exportResumably(
  work: ResumableExport,
  context: ReadContext,
): Promise<RowTotals> {
  const { file, out, asked, filter } = work;
  const held = await readCheckpoint(file);
  if (held !== undefined) refuseOther(held.asked, asked, file);
  const window = held?.window ?? filter.window;
  const table = await work.open({ ...filter, window });
  try {
    const { arn, id } = table.shape;
    if (held !== undefined) refuseOther(namedTable(held.table), namedTable({ arn, id }), file);
    const checkpoint = held ?? {
      asked,
      window,
      table: { arn, id },
      plan: table.plan,
      positions: Array.from({ length: segmentsOf(table.plan) }, () => ({ isDone: false })),
      totals: NOTHING,
      part: undefined,
    };
    const { part, totals } = await readOn(checkpoint, table, work, context);
    await keepPart({ out, file }, part);
    await removeCheckpoint(file);
    return totals;
  } finally {
    table.close();
  }
}

/** Nothing has been written at the beginning. */
type Beginning = Omit<ExportCheckpoint, 'part'> & { readonly part: undefined };

/** Reads what is left, and gives the checkpoint when nothing is. */
async function readOn(
  checkpoint: ExportCheckpoint | Beginning,
  table: PagedTable,
  { file, out, filter, text }: ResumableExport,
  context: ReadContext,
): Promise<ExportCheckpoint> {
  const { plan, positions, totals, window } = checkpoint;
  const { meter, note } = context;
  meter.rows = totals.read;
  meter.rejected = totals.rejected;
  if (checkpoint.part !== undefined) {
    note(`going on with ${file}: ${count(totals.exported, 'session')} are there already`);
    if (positions.every(({ isDone }) => isDone)) return checkpoint;
  }
  const isWanted = matches({ ...filter, window });
  const pack = out.endsWith('.gz') ? promisify(gzip) : (rows: string) => Buffer.from(rows);
  const part = await PartFile.open({ out, file }, checkpoint.part, context.signal);
  try {
    if (checkpoint.part === undefined) await part.append(await pack(text.head));
    let state: ExportCheckpoint = { ...checkpoint, part: part.state };
    const saved = await CheckpointFile.open(file, state).catch(async (error: unknown) => {
      await part.discard();
      throw error;
    });
    try {
      // The part that was copied is of no use any more; a run that still writes there will find that out.
      if (checkpoint.part !== undefined) await removePart(out, checkpoint.part);
      for await (const pages of table.pages(plan, positions)) {
        for (const page of pages) {
          const rows = page.rows.filter(isWanted);
          if (rows.length > 0) await part.append(await pack(text.of(rows)));
          const done = savedPage(page, rows.length, state.totals, part.state);
          await saved.save(done);
          state = withPage(state, done);
        }
      }
      return state;
    } catch (error) {
      note(
        `${count(state.totals.exported, 'session')} are safe: the same command goes on after them`,
      );
      throw error;
    } finally {
      await saved.close();
    }
  } finally {
    await part.close();
  }
}

function savedPage(
  { segment, position, read, rows }: TablePage,
  exported: number,
  before: RowTotals,
  part: SavedPage['part'],
): SavedPage {
  const totals = {
    read: before.read + read,
    rejected: before.rejected + read - rows.length,
    exported: before.exported + exported,
  };
  return { segment, position, totals, part };
}

function namedTable({ arn, id }: ExportCheckpoint['table']): Asked {
  return { 'the table': arn, 'the id of the table, which was made anew,': id };
}

/** @throws ConfigurationError that names what differs. */
function refuseOther(held: Asked, asked: Asked, file: string): void {
  const name = Object.keys({ ...held, ...asked }).find(
    (one) => (held[one] ?? null) !== (asked[one] ?? null),
  );
  if (name === undefined) return;
  const [was, is] = [held, asked].map((one) => one[name] ?? 'not given');
  throw new ConfigurationError(
    `${file} is the checkpoint of another export: ${name} was ${was}, and is ${is}`,
    { hint: 'give the same options, or another --checkpoint' },
  );
}
