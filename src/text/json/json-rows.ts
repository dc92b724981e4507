import { SourceError } from '../../errors.js';
import type { JsonRow, RowSkipper } from './json-row.js';
import { KeySet, LONGEST_KEY, isSpace, keyBefore } from './json-key.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/** Longest row and longest rest of a document, in bytes: far beyond any item of DynamoDB (400 KB). */
const LONGEST = 16 * 1024 * 1024;

/** Documents within documents, lists included: deeper ones are rows. */
const MOST_LEVELS = 8;

/** Under which keys a document keeps its rows. */
export interface ListKeys {
  /** Members of the document itself. */
  readonly lists: ReadonlySet<string>;
  /** Members of its members, as the inner `hits` of `{"hits":{"hits":[…]}}`. */
  readonly deepLists?: ReadonlySet<string>;
}

/** What a document says besides its rows, and how many of them it had. */
export interface Envelope {
  /** The document with its lists emptied. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly rows: number;
}

/** One place where rows stand: the text as a whole, or a list. */
interface Level {
  readonly rowDepth: number;
  needsComma: boolean;
  sawComma: boolean;
  /** The document that is open here, without its rows. */
  envelope: Buffer[] | undefined;
  envelopeLength: number;
  /** How many rows have come in its lists. */
  envelopeRows: number;
  rows: number;
}

/**
 * Finds the rows in JSON of any length without parsing it whole, however it is laid out and wherever its
 * pieces are cut. Rows are the values of the text, one after the other with or without a comma or space
 * between them, the members of a list, and the members of the lists of a document, also where documents lie
 * in lists or in one another. Only strings and brackets are followed, so text that looks like a row inside
 * another row's strings or objects changes nothing. Holds one row, and of a document what is not rows.
 */
export class JsonRows {
  readonly #lists: KeySet;
  readonly #deepLists: KeySet;
  readonly #skipper: RowSkipper | undefined;
  readonly #levels: Level[] = [levelAt(0)];
  #level: Level = this.#levels[0]!;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Inside a row: 'nested' ends with its bracket, 'text' with its quote, 'scalar' before the next separator. */
  #row: 'none' | 'nested' | 'text' | 'scalar' = 'none';
  #carry: Buffer[] = [];
  #carried = 0;
  #envelopes: Envelope[] = [];
  #count = 0;
  #skipped = 0;
  #firstIsSkipped = false;
  #failure: SourceError | undefined;

  /** @param skipper is asked for every row of a list. */
  constructor(
    { lists, deepLists = new Set() }: ListKeys = { lists: new Set() },
    skipper?: RowSkipper,
  ) {
    this.#lists = new KeySet(lists);
    this.#deepLists = new KeySet(deepLists);
    this.#skipper = skipper;
  }

  /** How many rows were passed over so far. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Was the first row of all passed over? */
  get firstIsSkipped(): boolean {
    return this.#firstIsSkipped;
  }

  /**
   * The rows that end in this piece, each one JSON value. What is wrong behind them is thrown when the next
   * piece, or the end, is told.
   */
  push(piece: Buffer): JsonRow[] {
    if (this.#failure !== undefined) throw this.#failure;
    const rows: JsonRow[] = [];
    try {
      this.#follow(piece, rows);
    } catch (error) {
      if (rows.length === 0 || !(error instanceof SourceError)) throw error;
      this.#failure = error;
    }
    return rows;
  }

  /** What the documents say that have ended since this was last asked, in their order. */
  takeEnvelopes(): readonly Envelope[] {
    const taken = this.#envelopes;
    if (taken.length > 0) this.#envelopes = [];
    return taken;
  }

  /**
   * The last row if nothing else ends it.
   *
   * @throws SourceError when the JSON is not whole.
   */
  end(): JsonRow[] {
    if (this.#failure !== undefined) throw this.#failure;
    const rows = this.#row === 'scalar' ? [this.#take(Buffer.alloc(0))] : [];
    if (this.#row !== 'none' || this.#level.envelope !== undefined || this.#levels.length > 1) {
      throw broken('it ends in the middle: it was cut off');
    }
    return rows;
  }

  #follow(piece: Buffer, rows: JsonRow[]): void {
    const { length } = piece;
    const skip = this.#skipper?.(piece);
    let start = 0; // of the current row, or of the envelope's part
    for (let at = 0; at < length; at++) {
      if (this.#row === 'nested') {
        at = this.#endOfRow(piece, at);
        if (at === length) break;
        const part = piece.subarray(start, at + 1);
        if (piece[at] === OPEN_BRACKET) {
          this.#openEnvelope(part);
        } else {
          rows.push(this.#take(part));
        }
        continue;
      }
      if (this.#row === 'text') {
        at = this.#endOfString(piece, at);
        if (at === length) break;
        rows.push(this.#take(piece.subarray(start, at + 1)));
        continue;
      }
      let byte = piece[at]!;
      if (this.#row === 'scalar') {
        if (!isSpace(byte) && byte !== COMMA && !isBracket(byte) && byte !== QUOTE) continue;
        rows.push(this.#take(piece.subarray(start, at)));
        at--; // the separator is looked at again, now between rows
        continue;
      }
      const level = this.#level;
      if (level.envelope !== undefined) {
        if (this.#inString) {
          at = this.#endOfString(piece, at);
        } else if (byte === QUOTE) {
          this.#inString = true;
        } else if (byte === OPEN_BRACE) {
          this.#depth++;
        } else if (byte === OPEN_BRACKET) {
          this.#depth++;
          if (this.#isList(piece, at, this.#depth)) {
            this.#keep(piece.subarray(start, at + 1));
            this.#openLevel();
          }
        } else if (isClosing(byte) && --this.#depth === level.rowDepth) {
          this.#keep(piece.subarray(start, at + 1));
          this.#closeEnvelope(level);
        }
        continue;
      }
      if (skip !== undefined && level.rowDepth > 0) {
        at = this.#skip(piece, at, rows, skip);
        if (at === length) break;
        byte = piece[at]!;
      }
      if (isSpace(byte) || (level.rowDepth === 0 && isMark(byte))) continue;
      if (byte === COMMA) {
        if (!level.needsComma) throw broken('a comma too many');
        level.needsComma = false;
        level.sawComma = true;
      } else if (byte === CLOSE_BRACKET && level.rowDepth > 0) {
        if (level.sawComma) throw broken('a comma too many');
        this.#depth--;
        this.#closeLevel();
        start = at; // an envelope goes on with this bracket
      } else {
        if (level.needsComma && level.rowDepth > 0) throw broken('a comma is missing');
        if (isClosing(byte)) throw broken('a bracket too many');
        level.sawComma = false;
        level.needsComma = true;
        start = at;
        if (byte === OPEN_BRACKET && level.rowDepth === 0) {
          this.#depth++;
          this.#openLevel();
        } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
          this.#row = 'nested';
          this.#depth++;
        } else {
          this.#row = byte === QUOTE ? 'text' : 'scalar';
          this.#inString = byte === QUOTE;
        }
      }
    }
    if (this.#row !== 'none') this.#hold(piece.subarray(start));
    else if (this.#level.envelope !== undefined) this.#keep(piece.subarray(start));
  }

  /** Passes over rows from a place on, and gives back where it stopped; what must be looked at is a row. */
  #skip(piece: Buffer, from: number, rows: JsonRow[], skip: ReturnType<RowSkipper>): number {
    const level = this.#level;
    for (let at = from; at < piece.length;) {
      const skipped = skip(at, level.needsComma, level.rows === 0);
      if (this.#count === 0 && skipped.rows > 0) this.#firstIsSkipped = true;
      level.needsComma = skipped.needsComma;
      level.sawComma = skipped.rows > 0 ? skipped.sawComma : level.sawComma || skipped.sawComma;
      level.rows += skipped.rows;
      this.#count += skipped.rows;
      this.#skipped += skipped.rows;
      at = skipped.at;
      if (skipped.end === undefined) return at;
      level.needsComma = true;
      level.sawComma = false;
      rows.push(this.#take(piece.subarray(at, skipped.end + 1)));
      at = skipped.end + 1;
    }
    return piece.length;
  }

  /**
   * Where the row that began before ends, or the list of rows in it begins, or the piece's length when
   * neither does. Nearly every byte of a file goes through here, so it keeps its state in locals.
   */
  #endOfRow(piece: Buffer, from: number): number {
    const length = piece.length;
    const rowDepth = this.#level.rowDepth;
    const deepest = rowDepth + 3;
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
      } else if (byte < OPEN_BRACKET) {
        continue; // colons, commas, digits and space are most of what is left
      } else if (byte === OPEN_BRACE) {
        depth++;
      } else if (byte === OPEN_BRACKET) {
        depth++;
        if (depth <= deepest && this.#isList(piece, at, depth)) break;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (--depth === rowDepth) break;
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return at;
  }

  /** Where the string that began before ends, or the piece's length when it does not. */
  #endOfString(piece: Buffer, from: number): number {
    let at = from;
    for (; at < piece.length; at++) {
      const byte = piece[at]!;
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        break;
      }
    }
    return at;
  }

  /** Does the bracket at this place, which made the depth this, open a list of rows? */
  #isList(piece: Buffer, at: number, depth: number): boolean {
    const below = depth - this.#level.rowDepth;
    const keys = below === 2 ? this.#lists : below === 3 ? this.#deepLists : undefined;
    if (keys === undefined || keys.size === 0 || this.#levels.length >= MOST_LEVELS) return false;
    const key = keyBefore(piece, at, keys) ?? keyBefore(this.#joined(piece, at), Infinity, keys);
    return key !== undefined && keys.has(key);
  }

  /** The end of what came before a place, across the pieces. */
  #joined(piece: Buffer, at: number): Buffer {
    const before = this.#row === 'none' ? (this.#level.envelope ?? []) : this.#carry;
    const parts = [piece.subarray(Math.max(0, at - LONGEST_KEY), at)];
    let length = parts[0]!.length;
    for (let part = before.length - 1; part >= 0 && length < LONGEST_KEY; part--) {
      parts.unshift(before[part]!.subarray(-LONGEST_KEY));
      length += parts[0]!.length;
    }
    return Buffer.concat(parts);
  }

  /** The row that was open turns out to be a document, up to its first list. */
  #openEnvelope(part: Buffer): void {
    const level = this.#level;
    level.envelope = this.#carry;
    level.envelopeLength = this.#carried;
    level.envelopeRows = 0;
    this.#carry = [];
    this.#carried = 0;
    this.#row = 'none';
    this.#keep(part);
    this.#openLevel();
  }

  #closeEnvelope(level: Level): void {
    try {
      const value = JSON.parse(Buffer.concat(level.envelope!).toString()) as Envelope['value'];
      this.#envelopes.push({ value, rows: level.envelopeRows });
    } catch {
      throw broken('what stands around its rows is damaged'); // V8's words would quote the text
    }
    level.envelope = undefined;
    level.envelopeLength = 0;
    level.rows += level.envelopeRows;
  }

  #openLevel(): void {
    this.#level = levelAt(this.#depth);
    this.#levels.push(this.#level);
  }

  #closeLevel(): void {
    const { rows } = this.#levels.pop()!;
    this.#level = this.#levels.at(-1)!;
    this.#level.envelopeRows += rows;
  }

  #take(end: Buffer): JsonRow {
    const bytes = this.#carry.length === 0 ? end : Buffer.concat([...this.#carry, end]);
    this.#carry = [];
    this.#carried = 0;
    this.#row = 'none';
    this.#level.rows++;
    return { bytes, number: ++this.#count };
  }

  #hold(part: Buffer): void {
    this.#carry.push(part);
    this.#carried += part.length;
    if (this.#carried > LONGEST) throw broken('one row is longer than 16 MB');
  }

  #keep(part: Buffer): void {
    const level = this.#level;
    level.envelope!.push(part);
    level.envelopeLength += part.length;
    if (level.envelopeLength > LONGEST) throw broken('what stands around its rows is too long');
  }
}

function levelAt(rowDepth: number): Level {
  return {
    rowDepth,
    needsComma: false,
    sawComma: false,
    envelope: undefined,
    envelopeLength: 0,
    envelopeRows: 0,
    rows: 0,
  };
}

/** A byte of a byte order mark: files that were joined have one before each. */
function isMark(byte: number): boolean {
  return byte === 0xef || byte === 0xbb || byte === 0xbf;
}

function isClosing(byte: number): boolean {
  return byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
}

function isBracket(byte: number): boolean {
  return isClosing(byte) || byte === OPEN_BRACE || byte === OPEN_BRACKET;
}

function broken(what: string): SourceError {
  return new SourceError(`not valid JSON: ${what}`);
}
