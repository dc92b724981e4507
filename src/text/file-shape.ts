import type { JsonShape } from './json-rows.js';
import { peek, putBack } from './first-bytes.js';

/** What a file holds, told by how it begins. `text` is no JSON, such as CSV. */
export type FileShape = JsonShape | 'lines' | 'text' | 'empty';

const HEAD = 4096;
/** White space before anything else, in bytes: no file of sessions or logs begins with more. */
const MOST_BLANK = 1024 * 1024;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Tells what some bytes are, and gives all of them back without a byte order mark. A JSON object is a
 * document with a list of rows when its first key is one of `keys`; else it is one of many rows, each on a
 * line or printed over several.
 */
export async function shapeOf(
  bytes: AsyncGenerator<Buffer>,
  keys: ReadonlySet<string>,
): Promise<{ shape: FileShape; bytes: AsyncGenerator<Buffer> }> {
  const { start, rest } = await peek(
    bytes,
    (begun) => begun.length >= MOST_BLANK || beginningOf(begun).length >= HEAD,
  );
  const text = beginningOf(start);
  const shape = text === '' && start.length >= MOST_BLANK ? 'text' : shapeOfText(text, keys);
  return { shape, bytes: putBack(withoutMark(start), rest) };
}

/** Text without the white space before it, which may be long. */
function beginningOf(start: Buffer): string {
  return withoutMark(start).toString('latin1').trimStart().slice(0, HEAD);
}

function withoutMark(start: Buffer): Buffer {
  return start.subarray(0, 3).equals(BOM) ? start.subarray(3) : start;
}

function shapeOfText(text: string, keys: ReadonlySet<string>): FileShape {
  const first = /\S/.exec(text)?.[0];
  if (first === undefined) return 'empty';
  if (first === '[') return 'array';
  if (first !== '{') return 'text';
  const firstKey = /^\s*\{\s*"([^"\\]*)"/.exec(text)?.[1] ?? '';
  if (keys.has(firstKey)) return 'document';
  return /^\s*\{\s*\n/.test(text) ? 'sequence' : 'lines';
}
