import type { Readable } from 'node:stream';
import type { ReadContext } from '../pipeline/read-context.js';
import { type SessionFilter, fieldsFor } from '../model/session/session-filter.js';
import type { RequiredField, Session } from '../model/session/session.js';
import type { Batch, Source } from '../pipeline/pipe.js';
import type { S3Options } from '../storage/s3/buckets.js';
import { storages } from '../storage/storage-of.js';
import type { FileGuarantees, SessionFile } from './sessions/list-session-files.js';

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
 * client is loaded, and AWS not touched, without a table. Files are read twice; with `startOver` only where a session
 * has a second row: it is called when all rows that came so far are void, and come again.
 */
export async function* openSessions(
  from: SessionsFrom,
  filter: SessionFilter,
  needs: readonly RequiredField[],
  stdin: Readable,
  context: ReadContext,
  startOver?: () => void,
): Source<Session> {
  const required = [...fieldsFor(filter), ...needs];
  const table = tableOf(from, filter, context);
  if (from.sessions.length === 0) {
    yield* table ?? [];
    return;
  }
  const [{ newestRows }, { files, dispose }] = await Promise.all([
    import('./sessions/newest-rows.js'),
    openFiles(from, stdin, context),
  ]);
  try {
    yield* newestRows(files, table, required, context, startOver);
  } finally {
    await dispose();
  }
}

/** The same in rows as they are read, those of the files first: a session may have several. */
export async function* openSessionRows(
  from: SessionsFrom,
  filter: SessionFilter,
  needs: readonly RequiredField[],
  stdin: Readable,
  context: ReadContext,
  watch: SessionWatch,
): Source<Session> {
  const required = [...fieldsFor(filter), ...needs];
  if (from.sessions.length > 0) {
    const [{ readSessionFiles }, { files, guarantees, dispose }] = await Promise.all([
      import('./sessions/session-files.js'),
      openFiles(from, stdin, context),
    ]);
    watch.guarantees?.(guarantees);
    try {
      yield* watched(readSessionFiles(files, required, context), watch.files);
    } finally {
      await dispose();
    }
  }
  yield* watched(tableOf(from, filter, context) ?? [], watch.table);
}

async function openFiles(
  from: SessionsFrom,
  stdin: Readable,
  context: ReadContext,
): Promise<{
  readonly files: readonly SessionFile[];
  readonly guarantees: FileGuarantees;
  readonly dispose: () => Promise<void>;
}> {
  const [{ listSessionFiles }, { spoolFiles }] = await Promise.all([
    import('./sessions/list-session-files.js'),
    import('../storage/spool-files.js'),
  ]);
  const { sessions, exclude = [] } = from;
  const guarantees = await listSessionFiles(
    sessions,
    exclude,
    storages(stdin, context, from),
    context,
  );
  return { guarantees, ...(await spoolFiles(guarantees.files, context.signal)) };
}

function tableOf(
  from: SessionsFrom,
  filter: SessionFilter,
  context: ReadContext,
): Source<Session> | undefined {
  const { table, sessions } = from;
  return table === undefined
    ? undefined
    : openTable(from, table, filter, sessions.length > 0, context);
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
  rows: Source<Session> | Iterable<Batch<Session>>,
  see: (sessions: Batch<Session>) => void = () => {},
): Source<Session> {
  for await (const sessions of rows) {
    see(sessions);
    yield sessions;
  }
}
