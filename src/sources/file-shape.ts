import type { JsonShape } from './json-rows.js';

/** What a file holds, told by how it begins. `text` is no JSON, such as CSV. */
export type FileShape = JsonShape | 'lines' | 'text' | 'empty';

const HEAD = 4096;
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
  const first: Buffer[] = []; // a few pieces, or all the white space that a file begins with
  let start = Buffer.alloc(0);
  let text = '';
  while (text.length < HEAD) {
    const next = await bytes.next();
    if (next.done) break;
    first.push(next.value);
    const joined = Buffer.concat(first);
    start = joined.subarray(0, 3).equals(BOM) ? joined.subarray(3) : joined;
    text = start.toString('latin1').trimStart().slice(0, HEAD);
  }
  async function* again(): AsyncGenerator<Buffer> {
    try {
      if (start.length > 0) yield start;
      yield* bytes;
    } finally {
      await bytes.return(undefined);
    }
  }
  return { shape: shapeOfText(text, keys), bytes: again() };
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
