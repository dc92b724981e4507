import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { RecordError, SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { type Session, type SessionRow, TABLE_FIELDS } from '../../model/session/session.js';
import { type AwsCall, answerOf } from '../../aws/answer.js';
import { regionOf } from '../../aws/aws.js';
import { type Clock, SYSTEM_CLOCK } from '../../aws/clock.js';
import { RETRY_BUDGET } from '../../aws/retry.js';
import { fieldsOfObject, parseSessions } from '../sessions/session-rows.js';

/** Keys that one BatchGetItem takes. */
export const KEYS_AT_ONCE = 100;

/** Reads sessions of a table by their ids, at most {@link KEYS_AT_ONCE} at a time. */
export type BatchGet = (ids: readonly string[], context: ReadContext) => Promise<Session[]>;

type KeysOfTables = NonNullable<BatchGetCommandOutput['UnprocessedKeys']>;

/**
 * The sessions of a table that have one of some ids, in any order. Asks again for what DynamoDB left
 * unprocessed, until nothing is, for five minutes without progress at the most.
 *
 * @throws SourceError when the ids could not all be asked for.
 */
export function batchGetFrom(
  client: DynamoDBClient,
  table: string,
  clock: Clock = SYSTEM_CLOCK,
): BatchGet {
  const documents = DynamoDBDocumentClient.from(client, {
    unmarshallOptions: { wrapNumbers: Number }, // else one odd number would fail all of the answer
  });
  return async (ids, context) => {
    const { meter, signal } = context;
    const of = `table ${table} in ${await regionOf(client)}`;
    const awsCall = { action: 'dynamodb:BatchGetItem', of };
    const sessions: Session[] = [];
    let request: KeysOfTables = { [table]: { Keys: ids.map((id) => ({ id })) } };
    let progress = clock.now();
    for (let attempt = 0; Object.keys(request).length > 0; attempt++) {
      if (attempt > 0) {
        meter.retries++;
        await clock.sleep(Math.random() * Math.min(100 * 2 ** attempt, 20_000), signal);
      }
      const command = new BatchGetCommand({
        RequestItems: request,
        ReturnConsumedCapacity: 'TOTAL',
      });
      const sent = documents.send(command, { abortSignal: signal });
      const understood = sent.catch((error: unknown) => {
        throw error instanceof TypeError ? notUnderstood(awsCall, error) : error;
      });
      const answer: BatchGetCommandOutput = await answerOf(understood, awsCall, signal);
      meter.lookups++;
      meter.readUnits += answer.ConsumedCapacity?.[0]?.CapacityUnits ?? 0;
      sessions.push(...sessionsIn(answer.Responses?.[table] ?? [], table, context));
      const left = answer.UnprocessedKeys ?? {};
      if (keysIn(left) < keysIn(request)) progress = clock.now();
      else if (clock.now() - progress > RETRY_BUDGET) throw exhausted(awsCall, attempt + 1);
      request = left;
    }
    return sessions;
  };
}

type Item = Readonly<Record<string, unknown>>;

function sessionsIn(
  items: readonly Item[],
  table: string,
  context: ReadContext,
): readonly Session[] {
  return parseSessions(items, context, {
    fieldsOf,
    required: TABLE_FIELDS,
    placeOf: (item) => `table ${table}, id ${idOf(item) ?? JSON.stringify(item?.['id'] ?? null)}`,
    idOf,
    rawOf: (item) => item,
  });
}

function idOf(item: Item | null | undefined): string | undefined {
  const id = item?.['id'];
  return typeof id === 'string' ? id : undefined;
}

/** Those of an item as the document client gives it. */
function fieldsOf(item: Item | null): SessionRow {
  if (typeof item !== 'object' || item === null) throw new RecordError('expected an item');
  return fieldsOfObject(item);
}

function keysIn(request: KeysOfTables): number {
  return Object.values(request).reduce((sum, { Keys: keys }) => sum + (keys?.length ?? 0), 0);
}

/** The document client fails on an item that is none, and with it on the whole answer. */
function notUnderstood({ action, of }: AwsCall, cause: TypeError): SourceError {
  return new SourceError(`${action} of ${of}: the answer has items that are none`, {
    facts: { action, resource: of, code: 'NotUnderstood' },
    cause,
  });
}

function exhausted({ action, of }: AwsCall, attempts: number): SourceError {
  return new SourceError(`${action} of ${of}: keys stayed unprocessed for five minutes`, {
    facts: { action, resource: of, code: 'KeysUnprocessed', attempts },
  });
}
