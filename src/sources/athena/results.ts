import { type AthenaClient, GetQueryResultsCommand, type Row } from '@aws-sdk/client-athena';
import { answerOf } from '../../aws/answer.js';
import { repeatedTokenCheck } from '../../aws/repeated-token.js';
import { SourceError } from '../../errors.js';
import type { Source } from '../../pipeline/pipe.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { printable } from '../../text/terminal-text.js';
import { readCsvRecords } from '../csv-records.js';

/** A row by its columns; NULL is undefined. */
export type AthenaRow = Readonly<Record<string, string | undefined>>;

/** The bytes of the object of an `s3://` URL. @throws SourceError, when they are read */
export type ReadObject = (url: string, signal: AbortSignal) => AsyncIterable<Buffer>;

/** The answer of a query that has succeeded. */
export interface Result {
  /** The id of the query. */
  readonly id: string;
  readonly columns: readonly string[];
  /** The `s3://` URL of its rows as a CSV; undefined where there is none. */
  readonly object: string | undefined;
}

/** Rows of an answer (Athena API reference, GetQueryResults). */
const PAGE = 1000;
/** Milliseconds for the first rows of an object: where S3 cannot be reached, pages are sooner there. */
const OPENING = 5000;

/**
 * The rows of a result, in their order: up to 999 from GetQueryResults; more from the object that Athena wrote, with one
 * request instead of one for each 1,000, or from the pages where that cannot be read. Holds a page.
 */
export async function* queryResults(
  client: AthenaClient,
  result: Result,
  readObject: ReadObject,
  context: ReadContext,
): Source<AthenaRow> {
  const first = await readPage(client, result, undefined, context);
  const object = first.next === undefined ? undefined : await opened(result, readObject, context);
  if (object !== undefined) yield* object;
  else yield* pages(client, result, first, context);
}

interface Page {
  readonly rows: readonly AthenaRow[];
  readonly next: string | undefined;
}

async function* pages(
  client: AthenaClient,
  result: Result,
  first: Page,
  context: ReadContext,
): Source<AthenaRow> {
  const isRepeated = repeatedTokenCheck();
  for (let page = first; ; page = await readPage(client, result, page.next, context)) {
    if (page.next !== undefined && isRepeated(page.next)) {
      throw new SourceError(`Athena gave the same NextToken again for query ${result.id}`);
    }
    if (page.rows.length > 0) yield page.rows;
    if (page.next === undefined) return;
  }
}

async function readPage(
  client: AthenaClient,
  { id, columns }: Result,
  token: string | undefined,
  { meter, signal }: ReadContext,
): Promise<Page> {
  const awsCall = { action: 'athena:GetQueryResults', of: `query ${id}` };
  const command = new GetQueryResultsCommand({
    QueryExecutionId: id,
    MaxResults: PAGE,
    NextToken: token,
  });
  const answer = await answerOf(client.send(command, { abortSignal: signal }), awsCall, signal);
  meter.pages++;
  const rows = answer.ResultSet?.Rows;
  if (rows === undefined) throw new SourceError(`Athena query ${id} was answered without rows`);
  const cells = rows.map(({ Data: data = [] }: Row) => data.map(({ VarCharValue: text }) => text));
  if (token === undefined) checkHeader(cells.shift(), columns, id); // only the first page has one
  return { rows: cells.map((row) => rowOf(row, columns, id)), next: answer.NextToken };
}

/** The rows of the object, once its first ones are there; undefined where it cannot be read. */
async function opened(
  { id, columns, object }: Result,
  readObject: ReadObject,
  context: ReadContext,
): Promise<Source<AthenaRow> | undefined> {
  if (object === undefined) return undefined;
  const giveUp = new AbortController();
  const signal = AbortSignal.any([context.signal, giveUp.signal]);
  const timer = setTimeout(() => giveUp.abort(), OPENING);
  const rows = rowsOf(readCsvRecords(readObject(object, signal)), columns, id);
  try {
    const { value: first = [] } = await rows.next();
    return (async function* () {
      yield first;
      yield* rows;
    })();
  } catch (error) {
    if (context.signal.aborted) throw error;
    const why = giveUp.signal.aborted ? 'no answer' : (error as Error).message;
    context.detail(`the results of query ${id} are read in pages: ${object}: ${why}`);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Of a CSV; what is empty is NULL: no column of ours is an empty text where that would matter. */
async function* rowsOf(
  records: AsyncIterable<readonly { readonly cells: readonly string[] }[]>,
  columns: readonly string[],
  id: string,
): AsyncGenerator<readonly AthenaRow[]> {
  let isFirst = true;
  for await (const batch of records) {
    if (isFirst) checkHeader(batch[0]?.cells, columns, id);
    const rows = isFirst ? batch.slice(1) : batch;
    isFirst = false;
    yield rows.map(({ cells }) =>
      rowOf(
        cells.map((cell) => (cell === '' ? undefined : cell)),
        columns,
        id,
      ),
    );
  }
}

type Cells = readonly (string | undefined)[];

function checkHeader(found: Cells = [], columns: readonly string[], id: string): void {
  if (found.join() === columns.join()) return;
  throw new SourceError(`Athena query ${id} answered other columns: ${printable(found.join())}`);
}

function rowOf(cells: Cells, columns: readonly string[], id: string): AthenaRow {
  if (cells.length !== columns.length) {
    throw new SourceError(`Athena query ${id} gave a row of ${cells.length} cells`);
  }
  return Object.fromEntries(columns.map((name, at) => [name, cells[at]]));
}
