import pLimit from 'p-limit';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { LookupKey, SessionFinder, SessionMatch } from '../../model/session/session-lookup.js';
import { type Session, isSessionId } from '../../model/session/session.js';
import { SessionIndex } from './session-index.js';

/** Read units of an eventually consistent read of one session, which is smaller than 4 KB. */
const UNITS_PER_LOOKUP = 0.5;

export interface LookupOptions {
  /** The sessions with these ids, in any order; those that are not there are left out. */
  readonly get: (ids: readonly string[], context: ReadContext) => Promise<readonly Session[]>;
  /** Ids of one request at the most. */
  readonly idsAtOnce: number;
  /** Requests under way at once. */
  readonly concurrency: number;
  /** What one Scan of the table costs, in read units: lookups stop when they have cost as much. */
  readonly scanUnits: number;
}

/**
 * Finds sessions of the live table by key, each id once, in batches, until that has cost as much as a Scan;
 * then, and as soon as something is not found, by one complete read: a key that is not there does not say
 * that no session has the identity. A row that is rejected when it is looked up is not rejected again.
 */
export function fromLookups(
  options: LookupOptions,
  everything: (context: ReadContext) => SessionFinder,
  context: ReadContext,
): SessionFinder {
  const rejected = new Set<string>();
  let isClean = true;
  const lookingUp: ReadContext = {
    ...context,
    reject: (reject) => {
      isClean = false;
      if (reject.id !== undefined) rejected.add(reject.id);
      context.reject(reject);
    },
  };
  const complete = everything({
    ...context,
    reject: (reject) =>
      (reject.id !== undefined && rejected.has(reject.id)) || context.reject(reject),
  });
  const found = new SessionIndex();
  const asked = new Set<string>();
  let spent = 0;
  let isComplete = false;

  return {
    find: async (sought) => {
      if (!isComplete) {
        const unknown = [...new Set(sought.flatMap(idsOf))].filter((id) => !asked.has(id));
        const cost = unknown.length * UNITS_PER_LOOKUP;
        if (spent + cost <= options.scanUnits) {
          spent += cost;
          for (const id of unknown) asked.add(id);
          for (const session of await lookUp(unknown, options, lookingUp)) found.add(session);
          const matches = sought.map((one) => found.find(one));
          const isOpen = (match: SessionMatch | undefined, at: number): boolean =>
            match === undefined && offersSomething(sought[at]!);
          if (!matches.some(isOpen)) return matches;
        }
        isComplete = true;
      }
      // A session may have been deleted since it was found: what is known stays known.
      const matches = await complete.find(sought);
      return matches.map((match, at) => match ?? found.find(sought[at]!));
    },
    readAll: complete.readAll,
    coverage: () => {
      const coverage = complete.coverage();
      return coverage && { ...coverage, isComplete: coverage.isComplete && isClean };
    },
  };
}

function offersSomething({ tag, sourceIdentity }: LookupKey): boolean {
  return tag !== undefined || sourceIdentity !== undefined;
}

function idsOf({ tag, sessionId }: LookupKey): string[] {
  return [tag, sessionId].filter(isSessionId);
}

async function lookUp(
  ids: readonly string[],
  { get, idsAtOnce, concurrency }: LookupOptions,
  context: ReadContext,
): Promise<Session[]> {
  const limit = pLimit(concurrency);
  const groups: string[][] = [];
  for (let at = 0; at < ids.length; at += idsAtOnce) groups.push(ids.slice(at, at + idsAtOnce));
  const answers = groups.map((group) => limit(() => get(group, context)));
  return (await Promise.all(answers)).flat();
}
