import { gunzipSync } from 'node:zlib';
import type { Envelope } from '../../text/json/json-rows.js';
import { valuesOf } from '../../text/json/json-texts.js';
import { RECORD_LISTS, WRAPPERS } from './wrappers.js';

type Json = Readonly<Record<string, unknown>>;

/** What a value of a log file turns out to hold. */
export type Found =
  /** A record of CloudTrail's, told by its `eventSource`. */
  | { readonly kind: 'record'; readonly record: Json }
  /** A document with a list, whose members are found by themselves. */
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  /** A message of CloudWatch Logs that says of itself that it is none of an event. */
  | { readonly kind: 'control' }
  /** What should hold a record, and cannot be read. */
  | { readonly kind: 'broken'; readonly reason: string }
  /** Anything else; `inner` is what lies in its wrapper, if it has one. */
  | { readonly kind: 'foreign'; readonly value: unknown; readonly inner?: unknown };

/** Deeper than any of these wrappers lie in one another. */
const DEEPEST = 16;

/** Of one text that was packed, in bytes: CloudWatch Logs packs about a megabyte at once. */
const MOST_UNPACKED = 64 * 1024 * 1024;

/**
 * The CloudTrail records in a JSON value, whatever carried them, in their order; and what is in it besides.
 * Every value gives something. The one place that knows wrappers.
 */
export function* unwrap(value: unknown, depth = 0): Generator<Found> {
  if (depth > DEEPEST) yield { kind: 'foreign', value };
  else if (typeof value === 'string') yield* ofText(value, depth);
  else if (Array.isArray(value)) yield* ofList(value, depth);
  else if (typeof value === 'object' && value !== null) yield* ofObject(value as Json, depth);
  else yield { kind: 'foreign', value };
}

/** Is this name one of a service of AWS, as CloudTrail writes it? */
export function isAwsService(eventSource: unknown): eventSource is string {
  return (
    typeof eventSource === 'string' && /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(eventSource)
  );
}

function* ofObject(object: Json, depth: number): Generator<Found> {
  if (isAwsService(object['eventSource']) || object['eventType'] === 'AwsCloudTrailInsight') {
    yield { kind: 'record', record: object };
    return;
  }
  if (LOOKED_UP_MARKS.some((mark) => Object.hasOwn(object, mark))) {
    yield* ofLookedUp(object, depth);
    return;
  }
  const lists = listsIn(object);
  if (lists.length > 0) {
    const rows = lists.reduce((sum, [, list]) => sum + list.length, 0);
    const emptied = Object.fromEntries(lists.map(([key]) => [key, emptiedIn(object, key)]));
    yield { kind: 'envelope', envelope: { value: { ...object, ...emptied }, rows } };
    for (const [, list] of lists) for (const row of list) yield* unwrap(row, depth + 1);
    yield* besideLists(object, depth);
    return;
  }
  let foreign: unknown;
  for (const inner of wrappedIn(object)) {
    const found = [...unwrap(inner, depth + 1)];
    if (found.some(({ kind }) => kind !== 'foreign')) {
      yield* found;
      return;
    }
    foreign ??= found.map((one) =>
      one.kind === 'foreign' ? (one.inner ?? one.value) : undefined,
    )[0];
  }
  yield { kind: 'foreign', value: object, inner: foreign };
}

/** The records that stand in a document with a list, and not in the list: as the document itself, or in a wrapper. */
export function* besideLists(document: Json, depth = 0): Generator<Found> {
  if (isAwsService(document['eventSource'])) yield { kind: 'record', record: document };
  for (const inner of wrappedIn(document)) {
    const found = [...unwrap(inner, depth + 1)];
    const isOfRecord = (one: Found): boolean =>
      one.kind === 'record' || (one.kind === 'broken' && maySayRecord(inner));
    if (found.some(isOfRecord)) yield* found;
  }
}

/** What stands where wrappers keep a record. */
function* wrappedIn(object: Json): Generator {
  for (const path of WRAPPERS) {
    const inner = path.reduce<unknown>(memberOf, object) ?? undefined;
    if (typeof inner === 'string' || (typeof inner === 'object' && !Array.isArray(inner)))
      yield inner;
  }
}

/** Text beside a list may be prose that only looks like JSON. */
function maySayRecord(inner: unknown): boolean {
  return (
    typeof inner !== 'string' || !/^\s*[{["]/.test(inner) || /event(?:Source|Name)/.test(inner)
  );
}

/** What only an event of `lookup-events` has. */
const LOOKED_UP_MARKS = ['CloudTrailEvent', 'EventId'];

function* ofLookedUp(event: Json, depth: number): Generator<Found> {
  const inner = event['CloudTrailEvent'] ?? undefined;
  if (inner === undefined) {
    yield { kind: 'foreign', value: event };
  } else if (typeof inner === 'object' && !Array.isArray(inner)) {
    yield* unwrap(inner, depth + 1);
  } else if (typeof inner === 'string' && /^\s*\{/.test(inner)) {
    for (const found of ofText(inner, depth)) {
      yield found.kind === 'broken'
        ? { ...found, reason: `CloudTrailEvent: ${found.reason}` }
        : found;
    }
  } else {
    yield { kind: 'broken', reason: 'CloudTrailEvent: not JSON' };
  }
}

function* ofList(list: readonly unknown[], depth: number): Generator<Found> {
  const cells = list.map((cell) => cellOf(cell));
  if (list.length > 0 && cells.every((cell) => cell !== undefined)) {
    yield* unwrap(Object.fromEntries(cells), depth + 1);
    return;
  }
  if (list.length === 0) yield { kind: 'foreign', value: list };
  for (const member of list) yield* unwrap(member, depth + 1);
}

/** A cell of a row of a query: `{"field":"@message","value":"…"}`, or in Lake `{"eventJson":"…"}`. */
function cellOf(cell: unknown): [string, string] | undefined {
  if (typeof cell !== 'object' || cell === null) return undefined;
  const { field, value } = cell as Json;
  if (typeof field === 'string' && typeof value === 'string') return [field, value];
  const [member, ...others] = Object.entries(cell);
  const isOne = member !== undefined && others.length === 0 && typeof member[1] === 'string';
  return isOne ? (member as [string, string]) : undefined;
}

function* ofText(text: string, depth: number): Generator<Found> {
  if (text.startsWith('CWL CONTROL MESSAGE')) {
    yield { kind: 'control' };
  } else if (/^\s*[{["]/.test(text)) {
    yield* ofJson(Buffer.from(text), depth);
  } else if (text.length >= 8 && /^[A-Za-z0-9+/]+={0,2}\s*$/.test(text)) {
    yield* ofBase64(text, depth);
  } else {
    yield { kind: 'foreign', value: text };
  }
}

function* ofBase64(text: string, depth: number): Generator<Found> {
  let bytes: Buffer = Buffer.from(text, 'base64');
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: MOST_UNPACKED });
    } catch {
      yield { kind: 'broken', reason: 'the gzip in its base64 is cut off or damaged' };
      return;
    }
  }
  if (/^\s*[{["]/.test(bytes.toString('latin1', 0, 64))) yield* ofJson(bytes, depth);
  else yield { kind: 'foreign', value: text };
}

function* ofJson(bytes: Buffer, depth: number): Generator<Found> {
  const { values, envelopes, broken } = valuesOf({ bytes, number: 1, isLine: true }, RECORD_LISTS);
  for (const envelope of envelopes) yield { kind: 'envelope', envelope };
  for (const value of values) yield* unwrap(value, depth + 1);
  if (broken !== undefined) yield { kind: 'broken', reason: broken };
}

function listsIn(object: Json): [string, unknown[]][] {
  const found = Object.entries(object).filter(
    (entry): entry is [string, unknown[]] =>
      RECORD_LISTS.lists.has(entry[0]) && Array.isArray(entry[1]),
  );
  const hits = memberOf(object['hits'], 'hits');
  return Array.isArray(hits) ? [...found, ['hits', hits]] : found;
}

/** A list without its members; of the inner list of a search, with what stands around it. */
function emptiedIn(object: Json, key: string): unknown {
  const value = object[key];
  return Array.isArray(value) ? [] : { ...(value as Json), [key]: [] };
}

function memberOf(value: unknown, key: string): unknown {
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  return isObject ? (value as Json)[key] : undefined;
}
