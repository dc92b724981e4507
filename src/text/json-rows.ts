import { SourceError } from '../errors.js';

/** What the bytes are: rows one after the other, a list of rows, or a document with a list in it. */
export type JsonShape = 'sequence' | 'array' | 'document';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/** Longest row and longest rest of a document, in bytes: far beyond any item of DynamoDB (400 KB). */
const LONGEST = 16 * 1024 * 1024;

/** How far back the key of a list is looked for: longer than any of ours with the space around it. */
const LONGEST_KEY = 256;

/**
 * Finds the rows in JSON of any length without parsing it whole, however it is laid out and wherever its
 * pieces are cut: only strings and brackets are followed, so text that looks like a row inside another
 * row's strings or objects changes nothing. Holds one row, and of a document what is not rows.
 */
export class JsonRows {
  /** How deep the rows lie; -1 while outside their list. */
  #rowDepth: number;
  readonly #lists: ReadonlySet<string>;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Inside a row: 'nested' ends with its bracket, 'scalar' before the next separator. */
  #row: 'none' | 'nested' | 'scalar' = 'none';
  #needsComma = false;
  #sawComma = false;
  #foundList = false;
  #carry: Buffer[] = [];
  #carried = 0;
  #envelope: Buffer[] = [];
  #envelopeLength = 0;
  /** The end of the envelope, in which the key of a list is looked for. */
  #tail: Buffer = Buffer.alloc(0);
  /** What each document that has ended says besides its rows. */
  readonly #envelopes: unknown[] = [];
  #failure: SourceError | undefined;

  /** `lists` are the keys under which a document keeps its rows. */
  constructor(shape: JsonShape, lists: readonly string[] = []) {
    this.#rowDepth = shape === 'sequence' ? 0 : -1;
    this.#lists = new Set(shape === 'array' ? [''] : lists);
  }

  /**
   * The rows that end in this piece, each the bytes of one JSON value. What is wrong behind them is thrown
   * when the next piece, or the end, is told.
   */
  push(piece: Buffer): Buffer[] {
    if (this.#failure !== undefined) throw this.#failure;
    const rows: Buffer[] = [];
    try {
      this.#follow(piece, rows);
    } catch (error) {
      if (rows.length === 0 || !(error instanceof SourceError)) throw error;
      this.#failure = error;
    }
    return rows;
  }

  #follow(piece: Buffer, rows: Buffer[]): void {
    let start = 0; // of the current row, or of the envelope's part
    for (let at = 0; at < piece.length; at++) {
      if (this.#row === 'nested') {
        at = this.#endOfRow(piece, at);
        if (at === piece.length) break;
        rows.push(this.#take(piece.subarray(start, at + 1)));
        continue;
      }
      const byte = piece[at]!;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
        continue;
      }
      const betweenRows = this.#row === 'none' && this.#depth === this.#rowDepth;
      if (this.#row === 'scalar' && (isSpace(byte) || byte === COMMA || isClosing(byte))) {
        rows.push(this.#take(piece.subarray(start, at)));
        start = at;
        at--; // the separator is looked at again, now between rows
        continue;
      }
      if (betweenRows) {
        if (isSpace(byte)) continue;
        if (byte === COMMA && this.#rowDepth > 0) {
          if (!this.#needsComma) throw broken('a comma too many');
          this.#needsComma = false;
          this.#sawComma = true;
          continue;
        }
        if (byte === CLOSE_BRACKET && this.#rowDepth > 0) {
          if (this.#sawComma) throw broken('a comma too many');
          this.#depth--;
          this.#rowDepth = -1;
          start = at; // the envelope goes on with this bracket
          continue;
        }
        if (this.#needsComma) throw broken('a comma is missing');
        if (isClosing(byte) || byte === COMMA) throw broken('a bracket or comma too many');
        start = at;
        this.#needsComma = this.#rowDepth > 0;
        this.#sawComma = false;
        this.#row = byte === OPEN_BRACE || byte === OPEN_BRACKET ? 'nested' : 'scalar';
      }
      if (byte === QUOTE) {
        this.#inString = true;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.#depth++;
        if (this.#row === 'none' && byte === OPEN_BRACKET && this.#isListOfRows(piece, start, at)) {
          this.#keep(piece.subarray(start, at + 1));
          this.#rowDepth = this.#depth;
          this.#foundList = true;
          this.#needsComma = this.#sawComma = false;
        }
      } else if (isClosing(byte)) {
        this.#depth--;
        if (this.#depth < 0) throw broken('a bracket too many');
        if (this.#depth === 0) {
          this.#keep(piece.subarray(start, at + 1));
          this.#finishDocument();
          start = at + 1;
        }
      }
    }
    const rest = piece.subarray(start);
    if (this.#row !== 'none') this.#hold(rest);
    else if (this.#depth !== this.#rowDepth) this.#keep(rest);
  }

  /**
   * The last row if nothing else ends it, and what the documents say besides their rows.
   *
   * @throws SourceError when the JSON is not whole.
   */
  end(): { rows: Buffer[]; envelopes: readonly unknown[] } {
    if (this.#failure !== undefined) throw this.#failure;
    const rows = this.#row === 'scalar' && !this.#inString ? [this.#take(Buffer.alloc(0))] : [];
    if (this.#depth > 0 || this.#inString) {
      throw broken('it ends in the middle: it was cut off');
    }
    if (this.#rowDepth !== 0) {
      const rest = Buffer.concat(this.#envelope).toString();
      if (rest.trim() !== '' || this.#envelopes.length === 0) this.#finishDocument();
    }
    return { rows, envelopes: this.#envelopes };
  }

  /** Documents may follow one another, as when files are joined. */
  #finishDocument(): void {
    if (!this.#foundList) throw broken('there is no list of rows in it');
    try {
      this.#envelopes.push(JSON.parse(Buffer.concat(this.#envelope).toString()));
    } catch {
      throw broken('what stands around its rows is damaged'); // V8's words would quote the text
    }
    this.#envelope = [];
    this.#envelopeLength = 0;
    this.#foundList = false;
  }

  /**
   * Where the row that began before ends, or the piece's length when it does not. Nearly every byte of a
   * file goes through here, so it keeps its state in locals.
   */
  #endOfRow(piece: Buffer, from: number): number {
    const length = piece.length;
    const rowDepth = this.#rowDepth;
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    let at = from;
    for (; at < length; at++) {
      let byte = piece[at]!;
      if (inString) {
        if (escaped) {
          escaped = false;
          continue;
        }
        while (byte !== QUOTE && byte !== BACKSLASH && ++at < length) byte = piece[at]!;
        if (at === length) break;
        if (byte === QUOTE) inString = false;
        else escaped = true;
      } else if (byte === QUOTE) {
        inString = true;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth++;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (--depth === rowDepth) break;
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return at;
  }

  #isListOfRows(piece: Buffer, start: number, at: number): boolean {
    if (this.#rowDepth !== -1) return false;
    if (this.#lists.has('')) return this.#depth === 1 && !this.#foundList;
    if (this.#depth !== 2) return false;
    const before = lastOf(this.#tail, piece.subarray(start, at)).toString();
    const key = /[{,\s]("(?:[^"\\]|\\.)*")\s*:\s*$/.exec(before)?.[1];
    return key !== undefined && this.#lists.has(textOf(key));
  }

  #take(end: Buffer): Buffer {
    const row = this.#carry.length === 0 ? end : Buffer.concat([...this.#carry, end]);
    this.#carry = [];
    this.#carried = 0;
    this.#row = 'none';
    return row;
  }

  #hold(part: Buffer): void {
    this.#carry.push(part);
    this.#carried += part.length;
    if (this.#carried > LONGEST) throw broken('one row is longer than 16 MB');
  }

  #keep(part: Buffer): void {
    this.#envelope.push(part);
    this.#tail = lastOf(this.#tail, part);
    this.#envelopeLength += part.length;
    if (this.#envelopeLength > LONGEST) throw broken('there is no list of rows in its first 16 MB');
  }
}

function lastOf(before: Buffer, part: Buffer): Buffer {
  return Buffer.concat([before, part.subarray(-LONGEST_KEY)]).subarray(-LONGEST_KEY);
}

function textOf(key: string): string {
  try {
    return String(JSON.parse(key));
  } catch {
    return '';
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isClosing(byte: number): boolean {
  return byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
}

function broken(what: string): SourceError {
  return new SourceError(`not valid JSON: ${what}`);
}
