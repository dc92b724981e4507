import { isUtf8 } from 'node:buffer';
import { RecordError } from '../../../errors.js';

/** What some bytes say. @throws RecordError where they are no JSON, without quoting them. */
function parseJson(bytes: Buffer): unknown {
  try {
    if (isUtf8(bytes)) return JSON.parse(bytes.toString()) as unknown;
  } catch {
    // V8's words would quote the text
  }
  throw new RecordError('not JSON');
}

/**
 * The record itself; in `lookup-events` output it is a text, or by some tools an object, within the event.
 *
 * @throws RecordError where the event has none.
 */
export function recordIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const isLookedUp = LOOKED_UP_MARKS.some((mark) => Object.hasOwn(value, mark));
  if (!isLookedUp) return value;
  const inner = (value as { CloudTrailEvent?: unknown }).CloudTrailEvent ?? undefined;
  if (inner === undefined) throw new RecordError('CloudTrailEvent: missing');
  if (typeof inner !== 'string') return inner;
  try {
    return parseJson(Buffer.from(inner));
  } catch (error) {
    throw error instanceof RecordError
      ? new RecordError(`CloudTrailEvent: ${error.message}`)
      : error;
  }
}

/** What only an event of `lookup-events` has. */
const LOOKED_UP_MARKS = ['CloudTrailEvent', 'EventId', 'EventName'];
