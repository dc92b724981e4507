import { forManyListeners } from '../aws/many-listeners.js';
import type { StoredFile } from './storage.js';

/**
 * So many files are under way at once, and so many of their bytes are held. Of S3, the first byte takes roughly 100 to
 * 200 ms (S3 User Guide, "Best practices design patterns").
 */
const AT_ONCE = 48;
const CEILING = 64 * 1024 * 1024;

/**
 * The same files in the same order. Those that are far are fetched before they are asked for, several at once,
 * and can be opened once, until the next file is asked for. Holds 64 MB of their bytes, and a piece of each: a file
 * whose size is known is begun when there is room for it, or for 16 MB of it.
 */
export async function* readAhead<F extends StoredFile>(
  files: AsyncIterable<F>,
  signal: AbortSignal,
  { atOnce = AT_ONCE, ceiling = CEILING } = {},
): AsyncGenerator<F> {
  const held = new HeldBytes(ceiling);
  const stop = new AbortController();
  const either = forManyListeners(AbortSignal.any([signal, stop.signal]));
  const source = files[Symbol.asyncIterator]();
  const begin = async (): Promise<{ file: F; fetch?: Fetch } | undefined> => {
    const { value: file, done } = (await source.next()) as { value: F; done?: boolean };
    if (done === true) return undefined;
    return file.isFar ? { file, fetch: new Fetch(file, held, either) } : { file };
  };
  const ahead: ReturnType<typeof begin>[] = [];
  try {
    for (;;) {
      while (ahead.length < atOnce) {
        const next = begin();
        next.catch(() => {}); // whoever waits for it hears of it
        ahead.push(next);
      }
      const next = await ahead.shift();
      if (next === undefined) return;
      const { file, fetch } = next;
      yield fetch === undefined ? file : { ...file, rereadable: false, open: () => fetch.read() };
      fetch?.drop();
    }
  } finally {
    stop.abort();
    // What is being listed is not waited for: whoever asked for it has gone.
    source.return?.(undefined).catch(() => {});
  }
}

/** Bytes that wait to be read, of all files together. */
class HeldBytes {
  readonly #ceiling: number;
  #bytes = 0;
  #tell = (): void => {};
  #change = this.#nextChange();

  constructor(ceiling: number) {
    this.#ceiling = ceiling;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#ceiling;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#bytes + bytes <= this.#ceiling;
  }

  /** Of so many bytes of one file, for how many there should be room before it is begun. */
  shareOf(size: number): number {
    return Math.min(size, this.#ceiling / 4);
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    this.changed();
  }

  /** Wakes whoever waits for a change, of any file. */
  changed(): void {
    const tell = this.#tell;
    this.#change = this.#nextChange();
    tell();
  }

  change(): Promise<void> {
    return this.#change;
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => (this.#tell = resolve));
  }
}

/** A file that is fetched, as far as there is room; the one that is being read always has some. */
class Fetch {
  readonly #held: HeldBytes;
  readonly #pieces: Buffer[] = [];
  /** Bytes that are to come, and are counted as held. */
  #expected = 0;
  #state: 'fetching' | 'fetched' | 'dropped' = 'fetching';
  #failure: { readonly error: unknown } | undefined;
  #isRead = false;

  constructor(file: StoredFile, held: HeldBytes, signal: AbortSignal) {
    this.#held = held;
    void this.#fetch(file, signal);
  }

  /** Its bytes. What went wrong is thrown where it did. */
  async *read(): AsyncGenerator<Buffer> {
    this.#isRead = true;
    this.#held.changed();
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#held.add(-piece.length);
        yield piece;
      } else if (this.#failure !== undefined) {
        throw this.#failure.error;
      } else if (this.#state !== 'fetching') {
        return;
      } else {
        await this.#held.change();
      }
    }
  }

  /** Nobody will read the rest. */
  drop(): void {
    this.#state = 'dropped';
    const rest = this.#pieces.splice(0);
    this.#held.add(-rest.reduce((sum, { length }) => sum + length, this.#expected));
    this.#expected = 0;
  }

  async #fetch(file: StoredFile, signal: AbortSignal): Promise<void> {
    const share = this.#held.shareOf(file.size ?? 0);
    try {
      while (!this.#isRead && !this.#held.hasRoomFor(share)) {
        await this.#held.change();
        if (this.#isDropped) return;
      }
      this.#expect(share);
      for await (const piece of file.open(signal)) {
        if (this.#isDropped) return;
        this.#pieces.push(piece);
        const more = Math.max(piece.length - this.#expected, 0);
        this.#expected -= piece.length - more;
        this.#held.add(more);
        if (more === 0) continue; // there is room for it
        while (this.#held.isFull && !(this.#isRead && this.#pieces.length === 0)) {
          await this.#held.change();
          if (this.#isDropped) return;
        }
      }
      this.#state = 'fetched';
    } catch (error) {
      this.#failure = { error };
    }
    this.#expect(-this.#expected);
  }

  #expect(bytes: number): void {
    this.#expected += bytes;
    this.#held.add(bytes);
  }

  get #isDropped(): boolean {
    return this.#state === 'dropped';
  }
}
