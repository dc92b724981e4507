import { RecordError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import {
  type ReadField,
  type RequiredField,
  type Session,
  parseSession,
} from '../../model/session/session.js';
import { redacted } from '../redacted.js';

/** How the rows of one carrier are read and what is known of each. */
export interface RowReader<R> {
  readonly read: ReadField<R>;
  readonly required: readonly RequiredField[];
  /** Where a row stands, for people. */
  readonly placeOf: (row: R) => string;
  /** The key of a row, by which it is known again; of carriers whose rows have one. */
  readonly idOf?: (row: R) => string | undefined;
  /** The row as its carrier has it; credentials are taken out of it here. */
  readonly rawOf: (row: R) => unknown;
}

/** The sessions of some rows, in their order. Counts every row; a bad one goes to the rejects. */
export function parseSessions<R>(
  rows: readonly R[],
  context: ReadContext,
  reader: RowReader<R>,
): Session[] {
  const sessions: Session[] = [];
  for (const row of rows) {
    const session = parseRow(row, context, reader);
    if (session !== undefined) sessions.push(session);
  }
  return sessions;
}

/** The session of one row. Counts it; undefined, and rejected, when it is a bad one. */
export function parseRow<R>(
  row: R,
  context: ReadContext,
  { read, required, placeOf, idOf, rawOf }: RowReader<R>,
): Session | undefined {
  context.meter.rows++;
  try {
    return parseSession(row, read, required);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    const raw = redacted(rawOf(row));
    const id = idOf?.(row);
    const place = placeOf(row);
    context.reject({
      kind: 'row',
      place,
      reason: error.message,
      ...(id !== undefined && { id }),
      raw,
    });
    return undefined;
  }
}

/**
 * Reads a field that DynamoDB wrote: `{"S": "alice"}`. What Sentinel leaves empty or out is its empty
 * text; `{"NULL": true}` is absent.
 */
export const readAttribute: ReadField<object | null> = (row, field) => {
  if (typeof row !== 'object' || row === null) throw new RecordError('expected an item');
  const value: unknown = (row as Record<string, unknown>)[field];
  if (value === undefined) return field === 'source_identity' ? '' : undefined;
  if (typeof value !== 'object' || value === null) return value;
  const typed = value as { S?: unknown; N?: unknown; NULL?: unknown };
  if (typed.S !== undefined) return typed.S;
  if (typed.N !== undefined) return typeof typed.N === 'string' ? Number(typed.N) : typed.N;
  return typed.NULL === true ? undefined : value;
};

/** Reads a field of a plain JSON object; `null` is absent. */
export const readProperty: ReadField<object> = (row, field) =>
  (row as Record<string, unknown>)[field] ?? undefined;
