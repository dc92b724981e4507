import type { Readable } from 'node:stream';
import type { ReadContext } from '../pipeline/read-context.js';
import { NO_FILTER } from '../model/session/session-filter.js';
import type { SourceReach } from '../model/coverage/read-sessions.js';
import type { SessionFinder } from '../model/session/session-lookup.js';
import { clientConfig } from '../aws/aws.js';
import { type SessionWatch, type SessionsFrom, openSessionRows } from './open-sessions.js';
import type { FileGuarantees } from './sessions/list-session-files.js';
import { ReachOfSessions } from './sessions/reach-of-sessions.js';
import { fromCompleteRead } from './finder/by-complete-read.js';
import { fromLookups } from './finder/by-key.js';

/** Read units that lookups may cost however small the table is: a page of a Scan. */
const LEAST_UNITS = 128;

/** A way to find sessions, and what is known of where they come from. */
export interface OpenedFinder {
  readonly finder: SessionFinder;
  /** Does the live table delete no row by its time to live? False where none is read. */
  readonly isTableWithoutTtl: boolean;
  /** How far the sources reach; known once sessions were read completely. */
  readonly reach: () => {
    readonly table: SourceReach | undefined;
    readonly files: SourceReach | undefined;
    readonly guarantees: FileGuarantees;
  };
  readonly dispose: () => Promise<void>;
}

/**
 * The way to find sessions that costs least: in the live table by key, as long as that is cheaper than a
 * Scan; files, and a table under a budget, by one complete read.
 */
export async function openFinder(
  from: SessionsFrom,
  concurrency: number,
  stdin: Readable,
  context: ReadContext,
): Promise<OpenedFinder> {
  const { table } = from;
  const ofTable = table === undefined ? undefined : new ReachOfSessions();
  const ofFiles = from.sessions.length === 0 ? undefined : new ReachOfSessions();
  let guarantees: FileGuarantees = { exportWindows: [], archives: [] };
  const watch: SessionWatch = {
    ...(ofTable && { table: ofTable.add }),
    ...(ofFiles && { files: ofFiles.add }),
    guarantees: ({ exportWindows, archives }) => {
      const isOfTable = ({ table: of }: { table: string | undefined }): boolean =>
        isSame(of, table);
      guarantees = {
        exportWindows: exportWindows.filter(isOfTable),
        archives: archives.filter(isOfTable),
      };
    },
  };
  const reach = (): ReturnType<OpenedFinder['reach']> => ({
    table: ofTable?.reach(),
    files: ofFiles?.reach(),
    guarantees,
  });
  const everything = (telling: ReadContext): SessionFinder =>
    fromCompleteRead(
      (noting) => openSessionRows(from, NO_FILTER, ['identity'], stdin, noting, watch),
      telling,
    );
  if (table === undefined) {
    const finder = everything(context);
    return { finder, reach, isTableWithoutTtl: false, dispose: async () => {} };
  }
  const [
    { DynamoDBClient },
    { describeTable },
    { readTimeToLive },
    { KEYS_AT_ONCE, batchGetFrom },
  ] = await Promise.all([
    import('./dynamodb/client.js'),
    import('./dynamodb/describe-table.js'),
    import('./dynamodb/time-to-live.js'),
    import('./dynamodb/batch-get.js'),
  ]);
  const client = new DynamoDBClient(await clientConfig('DynamoDB', from, context));
  const dispose = async (): Promise<void> => client.destroy();
  try {
    const isTableWithoutTtl = (await readTimeToLive(client, table, context)) === 'off';
    const opened = { reach, isTableWithoutTtl, dispose };
    if (from.sessions.length > 0) return { ...opened, finder: everything(context) };
    const { bytes } = await describeTable(client, table, context);
    if (from.maxRcu !== undefined) return { ...opened, finder: everything(context) };
    const scanUnits = Math.max(bytes / 8192, LEAST_UNITS); // eventually consistent
    const get = batchGetFrom(client, table);
    const lookups = { get, idsAtOnce: KEYS_AT_ONCE, concurrency, scanUnits };
    return { ...opened, finder: fromLookups(lookups, everything, context) };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Are exports of a table of the live table? Either may be an ARN; where no live table is read, of any. */
function isSame(exported: string | undefined, live: string | undefined): boolean {
  if (live === undefined || exported === undefined) return true;
  const nameOf = (table: string): string => table.slice(table.lastIndexOf('/') + 1);
  return nameOf(exported) === nameOf(live);
}
