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
  const splitter = new LineSplitter();
  for await (const piece of bytes) {
    const lines = splitter.push(piece);
    if (lines.length > 0) yield lines;
  }
  const last = splitter.end();
  if (last.length > 0) yield last;
}

/** Finds the lines of bytes that come in pieces. */
export class LineSplitter {
  #number = 0;
  #carry: Buffer[] = [];
  #carried = 0;

  /** Those that end in this piece. */
  push(piece: Buffer): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = piece.indexOf(0x0a); end !== -1; end = piece.indexOf(0x0a, start)) {
      this.#add(piece.subarray(start, end), lines);
      start = end + 1;
    }
    if (start < piece.length) {
      this.#carry.push(piece.subarray(start));
      this.#carried += piece.length - start;
      if (this.#carried > LONGEST)
        throw new SourceError(`line ${this.#number + 1} is longer than 16 MB`);
    }
    return lines;
  }

  /** The last one, if nothing ended it. */
  end(): Line[] {
    const lines: Line[] = [];
    if (this.#carry.length > 0) this.#add(Buffer.alloc(0), lines);
    return lines;
  }

  #add(end: Buffer, lines: Line[]): void {
    this.#number++;
    const line = this.#carry.length === 0 ? end : Buffer.concat([...this.#carry, end]);
    this.#carry = [];
    this.#carried = 0;
    const trimmed = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
    if (trimmed.some((byte) => byte !== 0x20 && byte !== 0x09))
      lines.push({ number: this.#number, bytes: trimmed, isLine: true });
  }
}
