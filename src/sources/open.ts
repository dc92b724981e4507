import type { Readable } from 'node:stream';
import type { Reading } from '../model/reading.js';
import { type SessionFilter, fieldsFor } from '../model/session-filter.js';
import type { RequiredField, Session } from '../model/session.js';
import type { Source } from '../pipeline.js';
import { type AwsOptions, clientConfig } from './aws.js';
import { openPaths } from './open-paths.js';
import { listSessionFiles } from './session-files.js';
import { newestSessions } from './session-union.js';

/** Where sessions come from: the live table, files, or both. */
export interface SessionsFrom extends AwsOptions {
  readonly table: string | undefined;
  /** Files and folders; `-` is standard input. */
  readonly sessions: readonly string[];
  readonly segments: number | undefined;
  readonly maxRcu: number | undefined;
}

/**
 * The sessions behind the options, each once. A superset of what the filter wants: filter again. No
 * client is loaded, and AWS not touched, without a table.
 */
export async function* openSessions(
  from: SessionsFrom,
  filter: SessionFilter,
  needs: readonly RequiredField[],
  stdin: Readable,
  reading: Reading,
): Source<Session> {
  const required = [...fieldsFor(filter), ...needs];
  const withFiles = from.sessions.length > 0;
  const table =
    from.table === undefined ? undefined : openTable(from, from.table, filter, withFiles, reading);
  if (!withFiles) {
    yield* table ?? [];
    return;
  }
  const { paths, dispose } = await openPaths(from.sessions, stdin, reading);
  try {
    const files = await listSessionFiles(paths, reading);
    yield* newestSessions(files, table, required, reading);
  } finally {
    await dispose();
  }
}

async function* openTable(
  from: SessionsFrom,
  table: string,
  filter: SessionFilter,
  statusMayBeStale: boolean,
  reading: Reading,
): Source<Session> {
  const [{ DynamoDBClient }, { readTable }, { givePlainPages }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('./dynamodb.js'),
    import('./plain-pages.js'),
  ]);
  const client = givePlainPages(new DynamoDBClient(clientConfig(from, reading)));
  try {
    const { segments, maxRcu: maxReadUnits } = from;
    yield* readTable({ client, table, filter, segments, maxReadUnits, statusMayBeStale }, reading);
  } finally {
    client.destroy();
  }
}
