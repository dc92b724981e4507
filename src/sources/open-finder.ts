import type { Readable } from 'node:stream';
import type { ReadContext } from '../pipeline/read-context.js';
import { NO_FILTER } from '../model/session/session-filter.js';
import type { SessionFinder } from '../model/session/session-lookup.js';
import { clientConfig } from './aws/aws.js';
import { type SessionsFrom, openSessions } from './open-sessions.js';
import { fromCompleteRead } from './finder/by-complete-read.js';
import { fromLookups } from './finder/by-key.js';

/** Read units that lookups may cost however small the table is: a page of a Scan. */
const LEAST_UNITS = 128;

/**
 * The way to find sessions that costs least: in the live table by key, as long as that is cheaper than a
 * Scan; files, and a table under a budget, by one complete read.
 */
export async function openFinder(
  from: SessionsFrom,
  concurrency: number,
  stdin: Readable,
  context: ReadContext,
): Promise<{ finder: SessionFinder; dispose: () => Promise<void> }> {
  const everything = (telling: ReadContext): SessionFinder =>
    fromCompleteRead(
      (noting) => openSessions(from, NO_FILTER, ['identity'], stdin, noting),
      telling,
    );
  const { table } = from;
  if (table === undefined || from.sessions.length > 0 || from.maxRcu !== undefined) {
    return { finder: everything(context), dispose: async () => {} };
  }
  const [{ DynamoDBClient }, { describeTable }, { KEYS_AT_ONCE, batchGetFrom }] = await Promise.all(
    [
      import('@aws-sdk/client-dynamodb'),
      import('./dynamodb/read-table.js'),
      import('./dynamodb/batch-get.js'),
    ],
  );
  const client = new DynamoDBClient(await clientConfig('DynamoDB', from, context));
  const dispose = async (): Promise<void> => client.destroy();
  try {
    const { bytes } = await describeTable(client, table, context);
    const scanUnits = Math.max(bytes / 8192, LEAST_UNITS); // eventually consistent
    const get = batchGetFrom(client, table);
    const options = { get, idsAtOnce: KEYS_AT_ONCE, concurrency, scanUnits };
    return { finder: fromLookups(options, everything, context), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
