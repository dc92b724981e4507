import type { FileShape } from '../file-shape.js';
import type { JsonRow, RowSkipper } from './json-row.js';
import { type Envelope, JsonRows, type ListKeys } from './json-rows.js';
import { type Line, LineSplitter } from '../lines.js';

/** The bytes of one JSON value, or of a line that may hold several or none; and where they stand. */
export interface JsonText {
  readonly bytes: Buffer;
  /** Of the line, or of the value among all; from 1. */
  readonly number: number;
  readonly isLine: boolean;
}

/** The values that end in one piece of a file, and what the documents say that end there. */
export interface JsonTexts {
  readonly texts: readonly JsonText[];
  readonly envelopes: readonly Envelope[];
  /** How many rows were passed over so far, and was the first of all? */
  readonly skipped: number;
  readonly firstIsSkipped: boolean;
}

/** The layouts in which JSON is read. */
type JsonLayout = Extract<FileShape, 'lines' | 'values'>;

/**
 * The JSON values of a file, as {@link JsonTextReader} finds them.
 *
 * @throws SourceError where the JSON is not whole; what came before is given first.
 */
export async function* readJsonTexts(
  bytes: AsyncIterable<Buffer>,
  layout: JsonLayout,
  keys: ListKeys,
  skipper?: RowSkipper,
): AsyncGenerator<JsonTexts> {
  const reader = new JsonTextReader(layout, keys, skipper);
  for await (const piece of bytes) yield* reader.push(piece);
  yield* reader.end();
}

/**
 * Finds the JSON values of a file that comes in pieces, in their order: of lines one text each, so that a damaged
 * one is only one; from a line on that holds nothing but an opening bracket, and in any other layout, one for each
 * row of {@link JsonRows}.
 */
export class JsonTextReader {
  readonly #rows: JsonRows;
  /** Undefined in any layout but lines. */
  readonly #splitter: LineSplitter | undefined;
  #lines = 0;
  #isLaidOut = false;

  constructor(layout: JsonLayout, keys: ListKeys, skipper?: RowSkipper) {
    this.#rows = new JsonRows(keys, skipper);
    if (layout === 'lines') this.#splitter = new LineSplitter();
  }

  /** @throws SourceError where the JSON is not whole; what came before is given first. */
  *push(piece: Buffer): Generator<JsonTexts> {
    if (this.#splitter === undefined) yield this.#found(this.#rows.push(piece));
    else yield* this.#ofLines(this.#splitter.push(piece));
  }

  /** @throws SourceError where the JSON is not whole. */
  *end(): Generator<JsonTexts> {
    if (this.#splitter !== undefined) yield* this.#ofLines(this.#splitter.end());
    yield this.#found(this.#rows.end());
  }

  *#ofLines(more: readonly Line[]): Generator<JsonTexts> {
    if (more.length === 0) return;
    const end = this.#isLaidOut ? 0 : more.findIndex(({ bytes: line }) => isOpening(line));
    const plain = end === -1 ? more : more.slice(0, end);
    this.#lines += plain.length;
    if (plain.length > 0) yield { texts: plain, envelopes: [], skipped: 0, firstIsSkipped: false };
    if (end === -1) return;
    this.#isLaidOut = true;
    const rest = more.slice(end).flatMap(({ bytes: line }) => [line, NEWLINE]);
    yield this.#found(this.#rows.push(Buffer.concat(rest)));
  }

  #found(ended: readonly JsonRow[]): JsonTexts {
    const lines = this.#lines;
    return {
      texts: ended.map(({ bytes, number }) => ({ bytes, number: lines + number, isLine: false })),
      envelopes: this.#rows.takeEnvelopes(),
      skipped: this.#rows.skipped,
      firstIsSkipped: this.#rows.firstIsSkipped,
    };
  }
}

/** Where a text stands in the file of this name, for people. */
export function placeOf(name: string, { number, isLine }: JsonText): string {
  return isLine ? `${name}:${number}` : `${name}, record ${number}`;
}

/** What a text holds: values, what the documents among them say, and why a rest of it cannot be read. */
export interface JsonValues {
  readonly values: readonly unknown[];
  readonly envelopes: readonly Envelope[];
  readonly broken: 'not JSON' | 'not UTF-8' | undefined;
}

/** The values of a text: one, unless it is a line. */
export function valuesOf({ bytes, isLine }: JsonText, keys: ListKeys): JsonValues {
  const text = textOf(bytes);
  if (text === undefined) return { values: [], envelopes: [], broken: 'not UTF-8' };
  const value = parse(text);
  if (value !== undefined) return { values: [value], envelopes: [], broken: undefined };
  if (!isLine) return { values: [], envelopes: [], broken: 'not JSON' };
  const rows = new JsonRows(keys);
  const values: unknown[] = [];
  let broken: JsonValues['broken'];
  const add = (row: JsonRow): void => {
    const inner = parse(row.bytes.toString());
    if (inner === undefined) broken = 'not JSON';
    else values.push(inner);
  };
  try {
    rows.push(withoutComma(bytes)).forEach(add);
    rows.end().forEach(add);
  } catch {
    broken = 'not JSON'; // what came before is whole
  }
  return { values, envelopes: rows.takeEnvelopes(), broken };
}

const NEWLINE = Buffer.from('\n');

function isOpening(line: Buffer): boolean {
  return line.length < 8 && /^\s*[{[]\s*$/.test(line.toString('latin1'));
}

/** Some tools write the comma between two rows at the beginning of a line. */
function withoutComma(line: Buffer): Buffer {
  const comma = /^\s*,/.exec(line.toString('latin1', 0, 64))?.[0] ?? '';
  return line.subarray(comma.length);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOf(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Undefined for what is no JSON: no value is. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
