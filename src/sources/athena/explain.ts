import { type AthenaClient, GetWorkGroupCommand } from '@aws-sdk/client-athena';
import { answerOf } from '../../aws/answer.js';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { byteCount, count } from '../../text/quantity.js';
import { bytesToScan } from './partitions/bytes-to-scan.js';
import type { Judged } from './role-calls-sql.js';
import { Slices, wholeOf } from './slices.js';
import { allCalls, callGroups, countOfEvents, judgedCalls } from './statements.js';
import type { AthenaTable, Window } from './table-shape.js';

/** Milliseconds to find out how much there is. */
const LISTING = 20_000;

/** The statements that may be run, with their parameters; of slices, those of the newest. */
export function explained(
  table: AthenaTable,
  window: Window,
  judged: Judged | undefined,
  costs: readonly string[],
): string {
  const slice = new Slices(window, table).next()!;
  const statements = judged
    ? [
        callGroups(table, slice, judged),
        judgedCalls(table, slice, judged, ['KEYS OF GROUPS']),
        judgedCalls(table, slice, judged, 'all'),
      ]
    : [allCalls(table, wholeOf(window))];
  const slices =
    'the window is asked in slices, the newest first: those before are as long as the number of calls allows';
  const head = [...costs, ...(judged && slice.since !== window.since ? [slices] : [])];
  const texts = [...statements, countOfEvents(table, window)].map(({ title, sql }, at) => {
    const parameters = sql.parameters.map((value, n) => `-- ?${n + 1} = ${value}\n`);
    return `-- ${at + 1}. ${title}\n${sql.text};\n${parameters.join('')}`;
  });
  return `${head.map((line) => `-- ${line}\n`).join('')}\n${texts.join('\n')}`;
}

/** What a query may cost, in lines: partitions, their bytes where S3 can be listed, and the limit of the workgroup. */
export async function costsOf(
  table: AthenaTable,
  client: AthenaClient,
  workgroup: string | undefined,
  sizesBelow: (signal: AbortSignal) => (place: string) => Promise<number>,
  context: ReadContext,
): Promise<readonly string[]> {
  const { name, partitions } = table;
  const [bytes, limit] = await Promise.all([
    bytesOf(table, sizesBelow, context),
    limitOf(client, workgroup, context),
  ]);
  const number =
    partitions === undefined
      ? `how many partitions of ${name} are scanned is not known`
      : `${count(partitions.count, 'partition')} of ${name} at the most`;
  return [`${number}, ${bytes}`, ...(limit === undefined ? [] : [limit])];
}

async function bytesOf(
  { partitions }: AthenaTable,
  sizesBelow: (signal: AbortSignal) => (place: string) => Promise<number>,
  { signal }: ReadContext,
): Promise<string> {
  if (partitions === undefined) return 'nor how many bytes';
  const patience = AbortSignal.timeout(LISTING);
  try {
    const found = await bytesToScan(partitions, sizesBelow(AbortSignal.any([signal, patience])));
    if (found === undefined) return 'of how many bytes is not known';
    const { bytes, listed } = found;
    const basis = listed < partitions.count ? ` (by ${count(listed, 'partition')} of them)` : '';
    return `about ${byteCount(bytes)}${basis}`;
  } catch (error) {
    if (signal.aborted || !(error instanceof Error)) throw error;
    return `of how many bytes is not known: ${patience.aborted ? 'S3 takes too long' : error.message}`;
  }
}

/** What the workgroup lets a query scan; undefined where it does not say, or may not be asked. */
async function limitOf(
  client: AthenaClient,
  name = 'primary',
  { signal }: ReadContext,
): Promise<string | undefined> {
  const awsCall = { action: 'athena:GetWorkGroup', of: `workgroup ${name}` };
  try {
    const command = new GetWorkGroupCommand({ WorkGroup: name });
    const answer = await answerOf(client.send(command, { abortSignal: signal }), awsCall, signal);
    const most = answer.WorkGroup?.Configuration?.BytesScannedCutoffPerQuery;
    if (most === undefined) return undefined;
    return `workgroup ${name} stops a query that scans more than ${byteCount(most)}`;
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}
