import { SourceError } from '../../errors.js';
import { Counters, type ReadContext } from '../../pipeline/read-context.js';
import type { RequiredField, Session } from '../../model/session/session.js';
import type { Source } from '../../pipeline/pipe.js';
import { halvesOf, hashOfHalves } from '../../hashing/hex-id.js';
import { NewestRowIndex } from './newest-row-index.js';
import type { SessionFile } from './list-session-files.js';
import { readSessionFiles } from './session-files.js';

/**
 * The sessions of some files and perhaps of the live table, each once: the row with the newest
 * `updated_at` wins, among equals the one that comes last, the table after the files. The files are
 * read twice and the table once; held are 30 to 60 bytes for each session of the files, and no rows: nothing in the
 * second reading where no id has two rows. The table's rows come first, then those of the files in their order.
 * With `startOver` and without a table, rows come in the first reading, and no second one is made, unless an id has
 * two rows: then `startOver` is called, for what came is void.
 *
 * @throws SourceError when a file changed between the two readings.
 */
export async function* newestRows(
  files: readonly SessionFile[],
  table: Source<Session> | undefined,
  required: readonly RequiredField[],
  context: ReadContext,
  startOver?: () => void,
): Source<Session> {
  const { meter } = context;
  let newest: NewestRowIndex | undefined = new NewestRowIndex();
  const first = new RowsRead();
  const mayStartOver = startOver !== undefined && table === undefined;
  let isSettled = mayStartOver;
  for await (const sessions of readSessionFiles(files, required, context)) {
    for (const session of sessions) {
      newest.add(session, mayStartOver ? first.count() : first.add(session));
    }
    if (!isSettled) continue;
    isSettled = newest.size === first.rows;
    if (isSettled) yield sessions;
    else startOver?.();
  }
  if (isSettled) return;
  let ofFiles = newest.size;
  meter.superseded += first.rows - ofFiles;

  for await (const sessions of table ?? []) {
    const index = newest;
    const winners = sessions.filter((session) => !index.hasNewer(session));
    const replaced = winners.filter((session) => index.forget(session.id)).length;
    ofFiles -= replaced;
    meter.superseded += sessions.length - winners.length + replaced;
    if (winners.length > 0) yield winners;
  }

  const silent = { reject: () => {}, note: () => {}, detail: () => {} };
  const again: ReadContext = { ...silent, meter: new Counters(), signal: context.signal };
  if (ofFiles === first.rows) newest = undefined; // all win
  const second = new RowsRead();
  let delivered = 0;
  for await (const sessions of readSessionFiles(files, required, again)) {
    const winners = sessions.filter((session) => {
      if (newest !== undefined) return newest.isNewest(session.id, second.count());
      second.add(session);
      return true;
    });
    delivered += winners.length;
    if (winners.length > 0) yield winners;
  }
  if (delivered !== ofFiles || (newest === undefined && second.sum !== first.sum)) {
    throw new SourceError('the session files changed while they were read: run this again');
  }
}

/** Counts rows; and sums up their ids, by which a file that changed is known where there is no index. */
class RowsRead {
  rows = 0;
  sum = 0;

  /** The number of the row, from 1. */
  count(): number {
    return ++this.rows;
  }

  /** The same, with its id: other ids have another sum, but by chance. */
  add({ id }: Session): number {
    this.sum = (this.sum + hashOfHalves(...halvesOf(id))) % Number.MAX_SAFE_INTEGER;
    return this.count();
  }
}
