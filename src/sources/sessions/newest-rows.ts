import { SourceError } from '../../errors.js';
import { Counters, type ReadContext } from '../../pipeline/read-context.js';
import type { RequiredField, Session } from '../../model/session/session.js';
import type { Batch, Source } from '../../pipeline/pipe.js';
import { NewestRowIndex } from './newest-row-index.js';
import type { SessionFile } from './list-session-files.js';
import { readSessionFiles } from './session-files.js';

/**
 * The sessions of some files and perhaps of the live table, each once: the row with the newest
 * `updated_at` wins, among equals the one that comes last, the table after the files. The files are
 * read twice and the table once; held are 30 to 60 bytes for each session of the files, and no rows. The
 * table's rows come first, then those of the files in their order. `seenInFiles` sees the rows of the files
 * once, those that lose too.
 *
 * @throws SourceError when a file changed between the two readings.
 */
export async function* newestRows(
  files: readonly SessionFile[],
  table: Source<Session> | undefined,
  required: readonly RequiredField[],
  context: ReadContext,
  seenInFiles: (sessions: Batch<Session>) => void = () => {},
): Source<Session> {
  const { meter } = context;
  const newest = new NewestRowIndex();
  let row = 0;
  for await (const sessions of readSessionFiles(files, required, context)) {
    seenInFiles(sessions);
    for (const session of sessions) newest.add(session, ++row);
  }
  let ofFiles = newest.size;
  meter.superseded += row - ofFiles;

  for await (const sessions of table ?? []) {
    const winners = sessions.filter((session) => !newest.hasNewer(session));
    const replaced = winners.filter((session) => newest.forget(session.id)).length;
    ofFiles -= replaced;
    meter.superseded += sessions.length - winners.length + replaced;
    if (winners.length > 0) yield winners;
  }

  const silent = { reject: () => {}, note: () => {}, detail: () => {} };
  const again: ReadContext = { ...silent, meter: new Counters(), signal: context.signal };
  row = 0;
  let delivered = 0;
  for await (const sessions of readSessionFiles(files, required, again)) {
    const winners = sessions.filter((session) => newest.isNewest(session.id, ++row));
    delivered += winners.length;
    if (winners.length > 0) yield winners;
  }
  if (delivered !== ofFiles) {
    throw new SourceError('the session files changed while they were read: run this again');
  }
}
