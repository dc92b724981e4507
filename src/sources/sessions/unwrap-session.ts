import { isSessionId } from '../../model/session/session.js';
import type { Envelope, ListKeys } from '../../text/json/json-rows.js';
import { valuesOf } from '../../text/json/json-texts.js';

type Json = Readonly<Record<string, unknown>>;

/** What a JSON value of a session file turns out to hold. */
export type FoundRow =
  | { readonly kind: 'row'; readonly row: Json }
  /** A deletion that says nothing of the session but its key. */
  | { readonly kind: 'bare-deletion' }
  /** The description of a table, as backups keep it beside the rows. */
  | { readonly kind: 'table' }
  | { readonly kind: 'broken'; readonly reason: string };

/** Under which keys documents keep sessions: ours, that of Scan and Query, and of Lambda events and Firehose. */
const LISTS = ['sessions', 'Items', 'Records', 'records'];
export const SESSION_LISTS: ListKeys = { lists: new Set(LISTS) };

/** The keys with which such a document may begin. */
export const SESSION_KEYS: ReadonlySet<string> = new Set([
  ...LISTS,
  'Count',
  'ScannedCount',
  'ConsumedCapacity',
  'NextToken',
  'LastEvaluatedKey',
]);

/** Deeper than any of these wrappers lie in one another. */
const DEEPEST = 6;

/**
 * The rows in a JSON value, whatever carried them: a row of ours; a line of a DynamoDB export or the answer to
 * GetItem (`Item`); a change of the table as its stream, Lambda, Kinesis or Firehose give it (`NewImage`, of a
 * deletion the `OldImage`, because TTL deletes what an audit needs); the answer to BatchGetItem. What has the id
 * of a session is a row, whatever else it has. Only an empty list and an empty answer give nothing.
 */
export function* unwrapSession(value: unknown, depth = 0): Generator<FoundRow> {
  if (typeof value === 'string' && depth > 0 && depth <= DEEPEST) {
    yield* ofText(value, depth);
  } else if (!isObject(value) || depth > DEEPEST) {
    yield { kind: 'broken', reason: 'expected a JSON object' };
  } else {
    yield* ofObject(value, depth);
  }
}

/** Is it a row of ours with nothing around it, as nearly all are? */
export function isBareRow(value: unknown): value is Json {
  return isObject(value) && hasSessionId(value) && !LISTS.some((key) => Array.isArray(value[key]));
}

/** A document with lists that is a row by itself, without its lists; undefined for any other. */
export function rowOfEnvelope({ value, rows }: Envelope): Json | undefined {
  const isRow = hasSessionId(value) || (rows === 0 && Object.hasOwn(value, 'id'));
  return isRow ? value : undefined;
}

function* ofObject(object: Json, depth: number): Generator<FoundRow> {
  const { Item, dynamodb, Responses, Table, kinesis, data, Data } = object;
  const hasId = Object.hasOwn(object, 'id');
  const image = Item ?? object['NewImage'] ?? object['OldImage'] ?? undefined;
  const packed = memberOf(kinesis, 'data') ?? data ?? Data;
  if (hasSessionId(object)) {
    yield* ofLists(object, depth);
  } else if (isObject(image)) {
    yield { kind: 'row', row: image };
  } else if (isObject(dynamodb)) {
    yield* ofObject(dynamodb, depth + 1);
  } else if (isObject(Responses) || Array.isArray(Responses)) {
    for (const answer of Object.values(Responses)) {
      for (const row of Array.isArray(answer) ? answer : [answer])
        yield* unwrapSession(row, depth + 1);
    }
  } else if (!hasId && image === undefined && Object.hasOwn(object, 'Keys')) {
    yield { kind: 'bare-deletion' };
  } else if (!hasId && isObject(Table) && Object.hasOwn(Table, 'TableName')) {
    yield { kind: 'table' };
  } else if (!hasId && typeof packed === 'string') {
    yield* ofText(packed, depth);
  } else {
    yield* ofLists(object, depth);
  }
}

/** Lists that stand on one line with other things are found here; those of a document, before. */
function* ofLists(object: Json, depth: number): Generator<FoundRow> {
  // By their names, since an object may have a million others.
  const lists = LISTS.map((key) => object[key]).filter(Array.isArray);
  const members = lists.flat() as unknown[];
  const row = rowOfEnvelope({ value: object, rows: members.length });
  if (row !== undefined || lists.length === 0) yield { kind: 'row', row: object };
  for (const member of members) yield* unwrapSession(member, depth + 1);
}

/** JSON, as it is or in base64. */
function* ofText(text: string, depth: number): Generator<FoundRow> {
  const isPacked = !/^\s*[{["]/.test(text);
  if (isPacked && NOT_BASE64.test(text)) {
    yield { kind: 'broken', reason: 'its data is neither JSON nor base64' };
    return;
  }
  const bytes = Buffer.from(text, isPacked ? 'base64' : 'utf8');
  const { values, envelopes, broken } = valuesOf({ bytes, number: 1, isLine: true }, SESSION_LISTS);
  for (const value of values) yield* unwrapSession(value, depth + 1);
  for (const envelope of envelopes) {
    const row = rowOfEnvelope(envelope);
    if (row !== undefined) yield { kind: 'row', row };
  }
  if (broken !== undefined) yield { kind: 'broken', reason: broken };
  if (values.length + envelopes.length === 0 && broken === undefined) {
    yield { kind: 'broken', reason: 'its data is empty' };
  }
}

/** What Node passes over, or where it stops: a character of no base64, and anything after its end. */
const NOT_BASE64 = /[^\w+/=\s-]|=\s*[^=\s]/;

function hasSessionId({ id }: Json): boolean {
  const text = isObject(id) ? id['S'] : id;
  return isSessionId(text);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function memberOf(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}
