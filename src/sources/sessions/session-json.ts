import { isUtf8 } from 'node:buffer';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import {
  type ReadField,
  type RequiredField,
  type Session,
  TABLE_FIELDS,
} from '../../model/session/session.js';
import type { Source } from '../../pipeline/pipe.js';
import { JsonRows, type JsonShape } from '../../text/json-rows.js';
import { readLines } from '../../text/lines.js';
import { fingerprint } from '../redacted.js';
import { type RowReader, parseRow, readAttribute, readProperty } from './session-rows.js';

/** Under which keys a document keeps its sessions: ours, and that of `aws dynamodb scan`. */
const SESSION_LISTS: readonly string[] = ['sessions', 'Items'];

/** The keys with which such a document may begin. */
export const SESSION_KEYS: ReadonlySet<string> = new Set([
  ...SESSION_LISTS,
  'Count',
  'ScannedCount',
  'ConsumedCapacity',
  'NextToken',
  'LastEvaluatedKey',
]);

/** The bytes of one JSON value, and where they stand. */
interface JsonText {
  readonly bytes: Buffer;
  readonly place: string;
}

/**
 * The sessions of NDJSON, one object a line: rows of ours, or lines of a DynamoDB export (`Item`; in an
 * incremental one `NewImage`, and the `OldImage` of a deletion, because TTL deletes what an audit needs).
 */
export async function* readSessionLines(
  bytes: AsyncIterable<Buffer>,
  name: string,
  required: readonly RequiredField[],
  context: ReadContext,
): Source<Session> {
  for await (const lines of readLines(bytes)) {
    const texts = lines.map((line) => ({ bytes: line.bytes, place: `${name}:${line.number}` }));
    yield* sessionsOf(texts, required, context);
  }
}

/**
 * The sessions of a JSON document (`{"sessions":[…]}`, `{"Items":[…]}`), of a list, or of objects one after
 * the other, laid out in any way and of any length.
 *
 * @throws SourceError when the JSON is not whole, or when a saved scan says that it is not all.
 */
export async function* readSessionDocument(
  bytes: AsyncIterable<Buffer>,
  name: string,
  shape: JsonShape,
  required: readonly RequiredField[],
  context: ReadContext,
): Source<Session> {
  const rows = new JsonRows(shape, SESSION_LISTS);
  let count = 0;
  const texts = (found: readonly Buffer[]): JsonText[] =>
    found.map((row) => ({ bytes: row, place: `${name}, record ${++count}` }));
  for await (const piece of bytes) yield* sessionsOf(texts(rows.push(piece)), required, context);
  const last = rows.end();
  yield* sessionsOf(texts(last.rows), required, context);
  checkScanIsWhole(last.envelopes, count);
}

function* sessionsOf(
  texts: readonly JsonText[],
  required: readonly RequiredField[],
  context: ReadContext,
): Generator<Session[]> {
  const plain = readerOf(readProperty, required);
  const typed = readerOf(readAttribute, TABLE_FIELDS);
  const sessions: Session[] = [];
  for (const { bytes, place } of texts) {
    const value = parseJson(bytes);
    if (typeof value === 'string') {
      context.meter.rows++;
      context.reject({ kind: 'row', place, reason: value, raw: fingerprint(bytes) });
      continue;
    }
    const row = rowIn(value);
    if (row === undefined) {
      context.meter.bareDeletions++;
      continue;
    }
    const session = parseRow({ row, place }, context, isTyped(row) ? typed : plain);
    if (session !== undefined) sessions.push(session);
  }
  if (sessions.length > 0) yield sessions;
}

function readerOf(
  read: ReadField<object>,
  required: readonly RequiredField[],
): RowReader<{ readonly row: object; readonly place: string }> {
  return {
    read: ({ row }, field) => read(row, field),
    required,
    placeOf: ({ place }) => place,
    rawOf: ({ row }) => row,
  };
}

/** An object, or why the bytes are none. What V8 says is not passed on: it quotes the text. */
function parseJson(bytes: Buffer): object | string {
  if (!isUtf8(bytes)) return 'not UTF-8';
  try {
    const value = JSON.parse(bytes.toString()) as unknown;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? value : 'expected a JSON object';
  } catch {
    return 'not JSON';
  }
}

/** The row itself, out of a line of a DynamoDB export; undefined for a deletion without an old image. */
function rowIn(value: object): object | undefined {
  const line = value as { Item?: object; NewImage?: object; OldImage?: object; Keys?: object };
  const image = line.Item ?? line.NewImage ?? line.OldImage;
  if (image !== undefined && image !== null) return image;
  return line.Keys === undefined ? value : undefined;
}

function isTyped(row: object): boolean {
  const id: unknown = (row as { id?: unknown }).id;
  return typeof id === 'object' && id !== null;
}

/** A scan that was saved in part would make sessions vanish. */
function checkScanIsWhole(envelopes: readonly unknown[], found: number): void {
  if (envelopes.length === 0) return;
  let promised = 0;
  for (const envelope of envelopes) {
    if (typeof envelope !== 'object' || envelope === null || !('Items' in envelope)) return;
    const { Count, NextToken, LastEvaluatedKey } = envelope as Record<string, unknown>;
    if ((NextToken ?? LastEvaluatedKey ?? undefined) !== undefined) {
      const how = 'run it without --max-items and --no-paginate';
      throw new SourceError(`this scan was saved in part: ${how}`);
    }
    if (typeof Count !== 'number') return;
    promised += Count;
  }
  if (promised === found) return;
  throw new SourceError(`it promises ${promised} items and has ${found}: it was cut or joined`);
}
