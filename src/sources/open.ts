import { stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Reading } from '../model/reading.js';
import { type SessionFilter, fieldsFor } from '../model/session-filter.js';
import type { RequiredField, Session } from '../model/session.js';
import type { Source } from '../pipeline.js';
import { type AwsOptions, clientConfig } from './aws.js';
import { type InputFile, spool } from './input-file.js';
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
  const disposals: (() => Promise<void>)[] = [];
  try {
    const paths: InputFile[] = [];
    for (const path of from.sessions) {
      const stream = await streamAt(path, stdin);
      if (stream === undefined) {
        paths.push({ path, name: path });
      } else {
        const name = path === '-' ? 'standard input' : path;
        const { file, dispose } = await spool(stream, name, reading.signal);
        disposals.push(dispose);
        paths.push(file);
      }
    }
    const files = await listSessionFiles(paths, reading);
    yield* newestSessions(files, table, required, reading);
  } finally {
    await Promise.all(disposals.map((dispose) => dispose()));
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

/** Standard input, or a path that can be read only once, such as a named pipe. */
async function streamAt(path: string, stdin: Readable): Promise<Readable | undefined> {
  if (path === '-') return stdin;
  const found = await stat(path).catch(() => undefined);
  const isStream = found !== undefined && !found.isFile() && !found.isDirectory();
  return isStream ? createReadStream(path) : undefined;
}
