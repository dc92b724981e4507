import { RecordError } from '../../errors.js';
import { type OpenFilePart, countIn, newFilePart } from '../../pipeline/file-part.js';
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

/** Puts the session of a row into a part, and counts the row; a bad one goes to the rejects. */
export function takeRow<R>(
  row: R,
  part: OpenFilePart<Session>,
  { read, required, placeOf, idOf, rawOf }: RowReader<R>,
): void {
  countIn(part, 'rows');
  try {
    part.rows.push(parseSession(row, read, required));
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    const raw = redacted(rawOf(row));
    const id = idOf?.(row);
    part.rejects.push({
      kind: 'row',
      place: placeOf(row),
      reason: error.message,
      ...(id !== undefined && { id }),
      raw,
    });
  }
}

/** The sessions of some rows, in their order. Counts every row; a bad one goes to the rejects. */
export function parseSessions<R>(
  rows: readonly R[],
  { meter, reject }: ReadContext,
  reader: RowReader<R>,
): readonly Session[] {
  const part = newFilePart<Session>();
  for (const row of rows) takeRow(row, part, reader);
  meter.rows += part.counters.rows ?? 0;
  part.rejects.forEach(reject);
  return part.rows;
}

/** Reads a field that DynamoDB wrote: `{"S": "alice"}`; `{"NULL": true}` is absent. */
export const readAttribute: ReadField<object | null> = (row, field) => {
  if (typeof row !== 'object' || row === null) throw new RecordError('expected an item');
  const value: unknown = (row as Record<string, unknown>)[field];
  if (typeof value !== 'object' || value === null) return value;
  const typed = value as { S?: unknown; N?: unknown; NULL?: unknown };
  if (typed.S !== undefined) return typed.S;
  if (typed.N !== undefined) return typeof typed.N === 'string' ? numberIn(typed.N) : typed.N;
  return typed.NULL === true ? undefined : value;
};

/** A text that is not a number stays what it is. */
function numberIn(text: string): number | string {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(number) ? text : number;
}

/** Reads a field of a plain JSON object; `null` is absent. */
export const readProperty: ReadField<object> = (row, field) =>
  (row as Record<string, unknown>)[field] ?? undefined;
