import { Refusal } from '../refusal.js';

/**
 * The bytes inside a body in `aws-chunked`, signed or not; signatures are not looked at. The trailers are in
 * the map when the last piece was taken.
 */
export async function* decodeAwsChunked(
  source: AsyncIterator<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source);
  for (;;) {
    const size = sizeIn(await reader.line());
    if (size === 0) break;
    yield* reader.bytes(size);
    if ((await reader.line()) !== '') throw incomplete('A chunk is longer than it says.');
  }
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    if (colon < 0) throw new Refusal('MalformedTrailerError', 'A trailer has no name.');
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  if (!(await reader.isAtEnd())) throw incomplete('There is more after the last chunk.');
}

/** `10000;chunk-signature=…` */
function sizeIn(line: string): number {
  const [, hex] = /^([\da-f]{1,8})(?:;.*)?$/i.exec(line) ?? [];
  if (hex === undefined) throw incomplete('A chunk does not say its size.');
  return Number.parseInt(hex, 16);
}

function incomplete(message: string): Refusal {
  return new Refusal('IncompleteBody', message);
}

/** Lines and counted bytes out of pieces that end anywhere. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterator<Buffer>) {
    this.#source = source;
  }

  async line(): Promise<string> {
    let end = this.#held.indexOf('\r\n');
    while (end < 0) {
      const next = await this.#next();
      this.#held = Buffer.concat([this.#held, next]);
      end = this.#held.indexOf('\r\n');
    }
    const line = this.#held.toString('latin1', 0, end);
    this.#held = this.#held.subarray(end + 2);
    return line;
  }

  async *bytes(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      if (this.#held.length === 0) this.#held = await this.#next();
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  async isAtEnd(): Promise<boolean> {
    return this.#held.length === 0 && (await this.#source.next()).done === true;
  }

  async #next(): Promise<Buffer> {
    const { done, value } = await this.#source.next();
    if (done === true) throw incomplete('The body ends before its last chunk.');
    return value;
  }
}
