import { SourceError } from '../errors.js';
import { peek, putBack } from './first-bytes.js';
import { foreignFormat } from './foreign-format.js';

/**
 * What a file holds, told by how it begins: JSON on lines of its own, JSON that is laid out in any other way,
 * a text that is no JSON, such as CSV, or nothing.
 */
export type FileShape = 'lines' | 'values' | 'text' | 'empty';

const HEAD = 4096;
/** White space before anything else, in bytes: no file of sessions or logs begins with more. */
const MOST_BLANK = 1024 * 1024;
/** How far the end of a first line is looked for. */
const LONGEST_FIRST_LINE = 1024 * 1024;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** What is known of a file by how it begins. */
interface Shape {
  readonly shape: FileShape;
  /** How it begins, white space before it left out: up to 4096 characters. */
  readonly head: string;
}

/** A file whose shape is known. */
export interface ShapedFile extends Shape {
  /** All of it, without a byte order mark. */
  readonly bytes: AsyncGenerator<Buffer>;
}

/** One that was read as a whole. */
interface ShapedContent extends Shape {
  readonly content: Buffer;
}

/**
 * Tells what some bytes are, and gives all of them back. JSON is on lines when its first line holds whole
 * values, and does not begin as a document does whose first key is one of `keys`: that may be long.
 *
 * @throws SourceError for a format that is not read, such as Parquet or an archive.
 */
export async function shapeOf(
  bytes: AsyncGenerator<Buffer>,
  keys: ReadonlySet<string>,
): Promise<ShapedFile> {
  const { start, rest } = await peek(bytes, (begun) => isEnough(begun, keys));
  try {
    const { content, ...shape } = shapeOfContent(start, keys);
    return { ...shape, bytes: putBack(content, rest) };
  } catch (error) {
    await rest.return(undefined);
    throw error;
  }
}

/** The same of all that a file holds, or of enough of its beginning. @throws SourceError */
export function shapeOfContent(start: Buffer, keys: ReadonlySet<string>): ShapedContent {
  const foreign = foreignFormat(start);
  if (foreign !== undefined) throw new SourceError(foreign);
  const content = withoutMark(start);
  const begin = lengthOfBlanks(content);
  const head = content.toString('latin1', begin, begin + HEAD);
  const isAllBlank = head === '' && start.length >= MOST_BLANK;
  const isKnown = isAllBlank || isDocument(head, keys);
  const text = isKnown ? head : content.toString('latin1', begin, begin + LONGEST_FIRST_LINE);
  const shape = isAllBlank ? 'text' : shapeOfText(text, keys);
  return { shape, head, content };
}

function isEnough(begun: Buffer, keys: ReadonlySet<string>): boolean {
  const bare = withoutMark(begun);
  const begin = lengthOfBlanks(bare);
  if (begin === bare.length) return begun.length >= MOST_BLANK;
  if (bare.length - begin < HEAD) return false;
  if (bare.length - begin >= LONGEST_FIRST_LINE) return true;
  if (isDocument(bare.toString('latin1', begin, begin + HEAD), keys)) return true;
  return begun.indexOf(0x0a, begin) !== -1;
}

/** How many bytes of white space come before anything else, of all kinds of it that Latin-1 has. */
function lengthOfBlanks(bytes: Buffer): number {
  const first = bytes.findIndex(
    (byte) => byte !== 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0xa0,
  );
  return first === -1 ? bytes.length : first;
}

function withoutMark(start: Buffer): Buffer {
  return start.subarray(0, 3).equals(BOM) ? start.subarray(3) : start;
}

function shapeOfText(text: string, keys: ReadonlySet<string>): FileShape {
  if (text === '') return 'empty';
  if (!/^(?:"\s*[{[](?!"")|\{\s*(?:["}]|$)|\[\s*(?:[[{"\]\d.tfn-]|$))/.test(text)) return 'text';
  if (isDocument(text, keys)) return 'values';
  const end = text.indexOf('\n');
  if (end === -1) return text.length < LONGEST_FIRST_LINE && isBalanced(text) ? 'lines' : 'values';
  if (isBalanced(text.slice(0, end))) return 'lines';
  return /^\s*\{/.test(text.slice(end)) && !/^[{[]\s*$/.test(text.slice(0, end))
    ? 'lines' // the first line was cut off
    : 'values';
}

/** Does a list begin, or an object whose first key is one of these? */
function isDocument(text: string, keys: ReadonlySet<string>): boolean {
  return text.startsWith('[') || keys.has(/^\{\s*"([^"\\]*)"/.exec(text)?.[1] ?? '');
}

/** Do as many brackets close as open, outside of strings? */
function isBalanced(text: string): boolean {
  const outside = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
  const count = (bracket: RegExp): number => outside.match(bracket)?.length ?? 0;
  return count(/[{[]/g) === count(/[}\]]/g) && !outside.includes('"');
}
