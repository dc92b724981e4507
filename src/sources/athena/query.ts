import { randomUUID } from 'node:crypto';
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { SourceError } from '../../errors.js';
import { byteCount } from '../../text/quantity.js';
import { printable } from '../../text/terminal-text.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { Source } from '../../pipeline/pipe.js';
import { answerOf } from '../../aws/answer.js';
import { SYSTEM_CLOCK } from '../../aws/clock.js';
import { type AthenaRow, type ReadObject, queryResults } from './results.js';
import type { Sql } from './sql.js';

/** Where queries run and what they cost. */
export interface AthenaOptions {
  readonly database: string;
  readonly table: string;
  readonly workgroup: string | undefined;
  /** `s3://…`, where Athena leaves results; undefined is what the workgroup says. */
  readonly output: string | undefined;
  readonly catalog: string | undefined;
  /** US dollars for 10^12 bytes scanned. */
  readonly price: number;
  /** The partition key of days, where its name does not tell; or those of year, month and day, separated by commas. */
  readonly dayKey?: string | undefined;
  /** May a query scan a table whole? */
  readonly wholeTable?: boolean | undefined;
  /** Bytes that a query may scan: it is stopped when it has scanned more. */
  readonly maxBytes?: number | undefined;
  /** Role calls that a query may compare with each other; 5,000,000 when left out. */
  readonly mostCalls?: number | undefined;
}

const FIRST_POLL = 200;
const LONGEST_POLL = 5000;
/** Bytes for which every query is charged at the least (Athena pricing). */
const LEAST_CHARGED = 10_000_000;
const PRICED_BYTES = 1e12;
/** Milliseconds to wait for a query to be stopped when the run is over. */
const STOP_TIMEOUT = 5000;

/**
 * The rows that a query gives, in its order. It is started when the first row is asked for, and stopped when nobody
 * wants to hear its end. Holds a page. Its scanned bytes are counted.
 *
 * @throws SourceError when it cannot be started, fails or is cancelled: with the reason and its id.
 */
export async function* readQuery(
  client: AthenaClient,
  options: AthenaOptions,
  statement: Sql,
  columns: readonly string[],
  readObject: ReadObject,
  context: ReadContext,
): Source<AthenaRow> {
  const id = await start(client, options, statement, context);
  context.detail(`Athena query ${id} was started`);
  let execution: QueryExecution | undefined;
  try {
    for (let wait = FIRST_POLL; ; wait = Math.min(wait * 1.5, LONGEST_POLL)) {
      await SYSTEM_CLOCK.sleep(wait, context.signal);
      execution = await ask(client, id, context);
      const { State: state } = execution.Status ?? {};
      const scanned = execution.Statistics?.DataScannedInBytes ?? 0;
      context.meter.scanning = scanned;
      if (state === 'SUCCEEDED') break;
      if (state === 'FAILED' || state === 'CANCELLED') throw ended(execution, id);
      if (scanned > (options.maxBytes ?? Infinity)) throw tooDear(id, options.maxBytes!);
    }
  } finally {
    if (!isOver(execution)) await stop(client, id);
    charge(execution, options.price, context);
  }
  yield* queryResults(client, { id, columns, object: objectOf(execution) }, readObject, context);
}

/** Where the rows are as a CSV that S3 gives to who may read it; undefined for none. */
function objectOf({ ResultConfiguration: kept }: QueryExecution): string | undefined {
  const { EncryptionOption: encryption } = kept?.EncryptionConfiguration ?? {};
  return encryption === 'CSE_KMS' ? undefined : kept?.OutputLocation;
}

async function start(
  client: AthenaClient,
  { database, catalog, workgroup, output }: AthenaOptions,
  { text, parameters }: Sql,
  { signal }: ReadContext,
): Promise<string> {
  const command = new StartQueryExecutionCommand({
    QueryString: text,
    ...(parameters.length > 0 && { ExecutionParameters: [...parameters] }),
    ClientRequestToken: randomUUID(), // a retry starts no second query
    QueryExecutionContext: { Database: database, ...(catalog && { Catalog: catalog }) },
    ...(workgroup && { WorkGroup: workgroup }),
    ...(output && { ResultConfiguration: { OutputLocation: output } }),
  });
  const awsCall = { action: 'athena:StartQueryExecution', of: `database ${database}` };
  const answer = client.send(command, { abortSignal: signal });
  const { QueryExecutionId: id } = await answerOf(answer, awsCall, signal).catch(
    async (error: unknown) => {
      if (signal.aborted) await stopStarted(client, command);
      throw error;
    },
  );
  if (id === undefined) throw new SourceError('Athena started a query without an id');
  return id;
}

async function ask(
  client: AthenaClient,
  id: string,
  { signal }: ReadContext,
): Promise<QueryExecution> {
  const awsCall = { action: 'athena:GetQueryExecution', of: `query ${id}` };
  const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
  const answer = await answerOf(client.send(command, { abortSignal: signal }), awsCall, signal);
  if (answer.QueryExecution?.Status?.State === undefined) {
    throw new SourceError(`Athena does not say how query ${id} is doing`);
  }
  return answer.QueryExecution;
}

function tooDear(id: string, most: number): SourceError {
  return new SourceError(
    `Athena query ${id} scanned more than ${byteCount(most)}: it was stopped`,
    {
      facts: { code: 'MaxBytes' },
    },
  );
}

function isOver(execution: QueryExecution | undefined): boolean {
  return ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(execution?.Status?.State ?? '');
}

function ended({ Status: status }: QueryExecution, id: string): SourceError {
  const how = status?.State === 'FAILED' ? 'failed' : 'was cancelled';
  const why = status?.StateChangeReason ?? status?.AthenaError?.ErrorMessage ?? 'no reason given';
  return new SourceError(`Athena query ${id} ${how}: ${printable(why)}`, {
    hint: hintFor(why),
  });
}

function hintFor(reason: string): string | undefined {
  if (/bytes scanned limit|data scanned/i.test(reason)) {
    return 'the workgroup limits what a query may scan: ask for a shorter window, or raise the limit';
  }
  if (/access denied|not authorized|insufficient permissions/i.test(reason)) {
    return 'the query needs s3:GetObject and s3:ListBucket on the logs, and glue:GetTable; docs/operations.md lists every permission';
  }
  if (/exhausted resources|exceeded .*memory/i.test(reason)) {
    return 'the query compares more role calls than Athena can hold: ask for a shorter window, or for fewer accounts or regions';
  }
  return undefined;
}

/** It may have been started, and only its id not have come: the same request gives the id of the same query. */
async function stopStarted(
  client: AthenaClient,
  command: StartQueryExecutionCommand,
): Promise<void> {
  const abortSignal = AbortSignal.timeout(STOP_TIMEOUT);
  const started = await client.send(command, { abortSignal }).catch(() => undefined);
  if (started?.QueryExecutionId !== undefined) await stop(client, started.QueryExecutionId);
}

/** Called when the run may be aborted already: with a signal of its own. */
async function stop(client: AthenaClient, id: string): Promise<void> {
  const command = new StopQueryExecutionCommand({ QueryExecutionId: id });
  const abortSignal = AbortSignal.timeout(STOP_TIMEOUT);
  await client.send(command, { abortSignal }).catch(() => {}); // why the run ends is what matters
}

function charge(
  execution: QueryExecution | undefined,
  price: number,
  { meter }: ReadContext,
): void {
  const bytes = execution?.Statistics?.DataScannedInBytes ?? 0;
  meter.queries++;
  meter.scanning = undefined;
  meter.scannedBytes += bytes;
  meter.dollars += (Math.max(bytes, LEAST_CHARGED) / PRICED_BYTES) * price;
}
