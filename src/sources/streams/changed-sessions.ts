import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import { type Session, TABLE_FIELDS } from '../../model/session/session.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import { fieldsOfItem, parseSessions } from '../sessions/session-rows.js';

/**
 * The sessions as some changes left them, in their order; of a deletion, as it was before, where the stream has that.
 * Bad ones are rejected.
 */
export function changedSessions(
  records: readonly StreamRecord[],
  context: ReadContext,
): readonly Session[] {
  const images = records.flatMap(({ eventName, dynamodb }) => {
    const image = dynamodb?.NewImage ?? dynamodb?.OldImage;
    return image === undefined && eventName === 'REMOVE' ? [] : [image ?? null];
  });
  return parseSessions(images, context, {
    fieldsOf: fieldsOfItem,
    required: TABLE_FIELDS,
    placeOf: (image) => `stream of the table, id ${image?.['id']?.S ?? 'unknown'}`,
    idOf: (image) => image?.['id']?.S,
    rawOf: (image) => image,
  });
}
