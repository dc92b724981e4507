import type { Readable } from 'node:stream';
import type { ReadContext } from '../pipeline/read-context.js';
import { type SessionFilter, fieldsFor } from '../model/session/session-filter.js';
import type { RequiredField, Session } from '../model/session/session.js';
import type { Batch, Source } from '../pipeline/pipe.js';
import type { S3Options } from '../storage/s3/buckets.js';
import { storages } from '../storage/storage-of.js';
import type { FileGuarantees } from './sessions/list-session-files.js';

/** Where sessions come from: the live table, files, or both. */
export interface SessionsFrom extends S3Options {
  readonly table: string | undefined;
  /** Files and folders; `-` is standard input. */
  readonly sessions: readonly string[];
  /** Patterns of files and folders that are left out of them. */
  readonly exclude?: readonly string[] | undefined;
  readonly segments: number | undefined;
  readonly maxRcu: number | undefined;
  /** Only so many of the newest that match are needed; of the live table alone no more may be read. */
  readonly newest?: number | undefined;
}

/** Sees what each source gives, before the newest row of a session is chosen. */
export interface SessionWatch {
  readonly table?: (sessions: Batch<Session>) => void;
  readonly files?: (sessions: Batch<Session>) => void;
  /** What the files say of the times of which all sessions are there. */
  readonly guarantees?: (guarantees: FileGuarantees) => void;
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
  context: ReadContext,
  watch: SessionWatch = {},
): Source<Session> {
  const required = [...fieldsFor(filter), ...needs];
  const withFiles = from.sessions.length > 0;
  const table =
    from.table === undefined
      ? undefined
      : watched(openTable(from, from.table, filter, withFiles, context), watch.table);
  if (!withFiles) {
    yield* table ?? [];
    return;
  }
  const [{ listSessionFiles }, { spoolFiles }, { newestRows }] = await Promise.all([
    import('./sessions/list-session-files.js'),
    import('../storage/spool-files.js'),
    import('./sessions/newest-rows.js'),
  ]);
  const { sessions, exclude = [] } = from;
  const listing = await listSessionFiles(
    sessions,
    exclude,
    storages(stdin, context, from),
    context,
  );
  watch.guarantees?.(listing);
  const { files, dispose } = await spoolFiles(listing.files, context.signal);
  try {
    yield* newestRows(files, table, required, context, watch.files);
  } finally {
    await dispose();
  }
}

async function* openTable(
  from: SessionsFrom,
  table: string,
  filter: SessionFilter,
  statusMayBeStale: boolean,
  context: ReadContext,
): Source<Session> {
  const [{ openTableRead }, { readTable }] = await Promise.all([
    import('./open-table.js'),
    import('./dynamodb/read-table.js'),
  ]);
  const read = await openTableRead(from, table, filter, context);
  try {
    const newest = statusMayBeStale ? undefined : from.newest; // other rows may replace these
    yield* readTable({ ...read, statusMayBeStale, newest }, context);
  } finally {
    read.client.destroy();
  }
}

async function* watched(
  rows: Source<Session>,
  see: (sessions: Batch<Session>) => void = () => {},
): Source<Session> {
  for await (const sessions of rows) {
    see(sessions);
    yield sessions;
  }
}
