import type { Counters, ReadContext } from '../../pipeline/read-context.js';
import type { Source } from '../../pipeline/pipe.js';
import type { SessionFinder } from '../../model/session/session-lookup.js';
import type { Session } from '../../model/session/session.js';
import { SessionIndex } from './session-index.js';

/**
 * Finds sessions by a complete read, made when something is sought for the first time. Of several rows of one session
 * the newest counts, of equals the last. O(sessions) memory.
 */
export function fromCompleteRead(
  read: (context: ReadContext) => Source<Session>,
  context: ReadContext,
): SessionFinder {
  let isComplete = true;
  const noting: ReadContext = {
    ...context,
    reject: (reject) => {
      isComplete = false;
      context.reject(reject);
    },
  };
  let index: Promise<SessionIndex> | undefined;
  let done: SessionIndex | undefined;
  const readAll = async (): Promise<void> => {
    index ??= indexOf(read(noting), context.meter);
    done = await index;
  };
  return {
    find: async (sought) => {
      await readAll();
      return sought.map((one) => done!.find(one));
    },
    readAll,
    coverage: () => done && { ...done.coverage, isComplete },
  };
}

async function indexOf(rows: Source<Session>, meter: Counters): Promise<SessionIndex> {
  const index = new SessionIndex();
  for await (const batch of rows) {
    for (const session of batch) {
      const isFirst = index.add(session);
      if (!isFirst) meter.superseded++;
    }
  }
  return index;
}
