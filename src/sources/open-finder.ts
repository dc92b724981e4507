import type { Readable } from 'node:stream';
import type { Reading } from '../model/reading.js';
import { NO_FILTER } from '../model/session-filter.js';
import type { SessionFinder } from '../model/session-match.js';
import { clientConfig } from './aws.js';
import { type SessionsFrom, openSessions } from './open.js';
import { fromCompleteRead, fromLookups } from './session-finder.js';

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
  reading: Reading,
): Promise<{ finder: SessionFinder; dispose: () => Promise<void> }> {
  const everything = (telling: Reading): SessionFinder =>
    fromCompleteRead(
      (noting) => openSessions(from, NO_FILTER, ['identity'], stdin, noting),
      telling,
    );
  const { table } = from;
  if (table === undefined || from.sessions.length > 0 || from.maxRcu !== undefined) {
    return { finder: everything(reading), dispose: async () => {} };
  }
  const [{ DynamoDBClient }, { describeTable }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('./dynamodb.js'),
  ]);
  const client = new DynamoDBClient(clientConfig(from, reading));
  const dispose = async (): Promise<void> => client.destroy();
  try {
    const { bytes } = await describeTable(client, table, reading);
    const scanUnits = Math.max(bytes / 8192, LEAST_UNITS); // eventually consistent
    return {
      finder: fromLookups({ client, table, concurrency, scanUnits }, everything, reading),
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
