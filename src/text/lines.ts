import { SourceError } from '../errors.js';

/** A line without its end, and its number, from 1. */
export interface Line {
  readonly number: number;
  readonly bytes: Buffer;
  readonly isLine: true;
}

const LONGEST = 16 * 1024 * 1024;

/** The lines of some bytes, those of one piece together; empty ones are counted and left out. */
export async function* readLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let number = 0;
  let carry: Buffer[] = [];
  let carried = 0;
  const lines: Line[] = [];
  const add = (end: Buffer): void => {
    number++;
    const line = carry.length === 0 ? end : Buffer.concat([...carry, end]);
    carry = [];
    carried = 0;
    const trimmed = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
    if (trimmed.some((byte) => byte !== 0x20 && byte !== 0x09))
      lines.push({ number, bytes: trimmed, isLine: true });
  };
  for await (const piece of bytes) {
    let start = 0;
    for (let end = piece.indexOf(0x0a); end !== -1; end = piece.indexOf(0x0a, start)) {
      add(piece.subarray(start, end));
      start = end + 1;
    }
    if (start < piece.length) {
      carry.push(piece.subarray(start));
      carried += piece.length - start;
      if (carried > LONGEST) throw new SourceError(`line ${number + 1} is longer than 16 MB`);
    }
    if (lines.length > 0) yield lines.splice(0);
  }
  if (carry.length > 0) add(Buffer.alloc(0));
  if (lines.length > 0) yield lines;
}
