import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { SessionFinder, SessionMatch, LookupKey } from '../../model/session/session-lookup.js';
import { type Session, TABLE_FIELDS } from '../../model/session/session.js';
import type { Source } from '../../pipeline/pipe.js';
import { type Asked, answerOf } from '../aws/answer.js';
import { regionOf } from '../aws/aws.js';
import { SYSTEM_CLOCK } from '../aws/clock.js';
import { RETRY_BUDGET } from '../aws/retry.js';
import { SessionIndex } from './session-index.js';
import { parseSessions, readAttribute } from '../sessions/session-rows.js';

/** Keys that one BatchGetItem takes. */
const KEYS_AT_ONCE = 100;
/** Read units of an eventually consistent read of one session, which is smaller than 4 KB. */
const UNITS_PER_LOOKUP = 0.5;

/** Finds sessions by a complete read, made when something is sought for the first time. O(sessions) memory. */
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
  return {
    find: async (sought) => {
      index ??= indexOf(read(noting));
      done = await index;
      return sought.map((one) => done!.find(one));
    },
    coverage: () => done && { ...done.coverage, isComplete },
  };
}

async function indexOf(sessions: Source<Session>): Promise<SessionIndex> {
  const index = new SessionIndex();
  for await (const batch of sessions) for (const session of batch) index.add(session);
  return index;
}

export interface LookupOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
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
  const lookingUp: ReadContext = {
    ...context,
    reject: (reject) => {
      rejected.add(reject.place);
      context.reject(reject);
    },
  };
  const complete = everything({
    ...context,
    reject: (reject) => rejected.has(reject.place) || context.reject(reject),
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
    coverage: () => {
      const coverage = complete.coverage();
      return coverage && { ...coverage, isComplete: coverage.isComplete && rejected.size === 0 };
    },
  };
}

function offersSomething({ tag, sourceIdentity }: LookupKey): boolean {
  return tag !== undefined || sourceIdentity !== undefined;
}

function idsOf({ tag, sessionId }: LookupKey): string[] {
  return [tag, sessionId]
    .filter((id) => id !== undefined)
    .filter((id) => /^[0-9a-f]{16}$/.test(id));
}

async function lookUp(
  ids: readonly string[],
  options: LookupOptions,
  context: ReadContext,
): Promise<Session[]> {
  const limit = pLimit(options.concurrency);
  const groups: string[][] = [];
  for (let at = 0; at < ids.length; at += KEYS_AT_ONCE)
    groups.push(ids.slice(at, at + KEYS_AT_ONCE));
  const answers = groups.map((group) => limit(() => batchGet(group, options, context)));
  return (await Promise.all(answers)).flat();
}

type KeysOfTables = NonNullable<BatchGetItemCommandOutput['UnprocessedKeys']>;

function keysIn(request: KeysOfTables): number {
  return Object.values(request).reduce((sum, { Keys: keys }) => sum + (keys?.length ?? 0), 0);
}

function exhausted({ action, of }: Asked): SourceError {
  return new SourceError(`${action} of ${of}: keys stay unprocessed`, {
    hint: 'the table had no capacity left for five minutes: try later',
  });
}

/** Asks again for what DynamoDB left unprocessed, until nothing is; for five minutes without progress at the most. */
async function batchGet(
  ids: readonly string[],
  { client, table }: LookupOptions,
  context: ReadContext,
): Promise<Session[]> {
  const { meter, signal } = context;
  const asked = {
    action: 'dynamodb:BatchGetItem',
    of: `table ${table} in ${await regionOf(client)}`,
  };
  const sessions: Session[] = [];
  let request: KeysOfTables = {
    [table]: { Keys: ids.map((id) => ({ id: { S: id } })) },
  };
  let progress = performance.now();
  for (let attempt = 0; Object.keys(request).length > 0; attempt++) {
    if (attempt > 0) {
      meter.retries++;
      await SYSTEM_CLOCK.sleep(Math.random() * Math.min(100 * 2 ** attempt, 20_000), signal);
    }
    const command = new BatchGetItemCommand({
      RequestItems: request,
      ReturnConsumedCapacity: 'TOTAL',
    });
    const answer: BatchGetItemCommandOutput = await answerOf(
      client.send(command, { abortSignal: signal }),
      asked,
      signal,
    );
    meter.lookups++;
    meter.readUnits += answer.ConsumedCapacity?.[0]?.CapacityUnits ?? 0;
    sessions.push(
      ...parseSessions(answer.Responses?.[table] ?? [], context, {
        read: readAttribute,
        required: TABLE_FIELDS,
        placeOf: (item) => `table ${table}, id ${item?.['id']?.S}`,
        rawOf: (item) => item,
      }),
    );
    const left = answer.UnprocessedKeys ?? {};
    if (keysIn(left) < keysIn(request)) progress = performance.now();
    else if (performance.now() - progress > RETRY_BUDGET) throw exhausted(asked);
    request = left;
  }
  return sessions;
}
