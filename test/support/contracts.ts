import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HungUp, SinkError } from '../../src/errors.js';
import type { Batch, Sink, Source, Transform } from '../../src/pipeline/pipe.js';
import { type WriteText, writeToFile, writeToStream } from '../../src/sinks/write-text.js';

/** A source that can be asked what happened to it. */
export class Watched<T> implements AsyncIterable<Batch<T>> {
  pulled = 0;
  opened = false;
  closed = false;
  readonly #batches: Iterable<Batch<T>>;
  readonly #failure: Error | undefined;

  /** Fails after its last batch where a failure is given. */
  constructor(batches: Iterable<Batch<T>>, failure?: Error) {
    this.#batches = batches;
    this.#failure = failure;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch<T>> {
    this.opened = true;
    try {
      for (const batch of this.#batches) {
        this.pulled++;
        yield batch;
      }
      if (this.#failure) throw this.#failure;
    } finally {
      await turn(); // closing takes its time
      this.closed = true;
    }
  }
}

export async function batchesOf<T>(source: Source<T>): Promise<Batch<T>[]> {
  const batches: Batch<T>[] = [];
  for await (const batch of source) batches.push(batch);
  return batches;
}

export async function rowsOf<T>(source: Source<T>): Promise<T[]> {
  return (await batchesOf(source)).flat();
}

/** Rows cut into batches, none empty, and none that could be modified. */
export function cut<T>(rows: readonly T[], sizes: readonly number[]): Batch<T>[] {
  const batches: Batch<T>[] = [];
  for (let at = 0, next = 0; at < rows.length; next++) {
    const size = sizes[next % sizes.length] ?? 1;
    batches.push(Object.freeze(rows.slice(at, at + size)));
    at += size;
  }
  return batches;
}

/** The same batch for ever. */
export function* endless<T>(batch: Batch<T>): Generator<Batch<T>> {
  for (;;) yield batch;
}

/** What every transform promises, whatever it does with the rows. */
export function transformContract<A, B>(
  name: string,
  makeTransform: () => Transform<A, B>,
  arbitraryRows: fc.Arbitrary<A[]>,
): void {
  const sizes = fc.oneof(
    fc.constant([1]),
    fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 8 }),
  );
  const someRows = arbitraryRows.filter((rows) => rows.length > 0);
  const run = (batches: Iterable<Batch<A>>, failure?: Error): Source<B> =>
    makeTransform()(new Watched(batches, failure));

  describe(`${name} keeps the contract of transforms`, () => {
    test('nothing in, nothing out', async () => {
      expect(await batchesOf(run([]))).toEqual([]);
    });

    test('the rows do not depend on where the batches are cut', async () => {
      const property = fc.asyncProperty(arbitraryRows, sizes, sizes, async (rows, one, other) => {
        const whole = await rowsOf(run(cut(rows, [rows.length])));
        expect(await rowsOf(run(cut(rows, one)))).toEqual(whole);
        expect(await rowsOf(run(cut(rows, other)))).toEqual(whole);
      });
      await fc.assert(property);
    });

    test('no batch is empty', async () => {
      const property = fc.asyncProperty(arbitraryRows, sizes, async (rows, one) => {
        expect((await batchesOf(run(cut(rows, one)))).map(({ length }) => length)).not.toContain(0);
      });
      await fc.assert(property);
    });

    test('what comes in is not modified', async () => {
      const property = fc.asyncProperty(arbitraryRows, sizes, async (rows, one) => {
        const batches = cut(rows, one);
        const before = structuredClone(batches);
        await batchesOf(run(batches));
        expect(batches).toEqual(before);
      });
      await fc.assert(property);
    });

    test('nothing is opened before the first batch is asked for', () => {
      const source = new Watched<A>([]);
      makeTransform()(source);
      expect(source.opened).toBe(false);
    });

    test('stopping early closes the source', async () => {
      const property = fc.asyncProperty(someRows, async (rows) => {
        const source = new Watched(cut(rows, [1]));
        for await (const _ of makeTransform()(source)) break;
        expect(source.closed).toBe(true);
      });
      await fc.assert(property);
    });

    test('an error of the source is passed on', async () => {
      const property = fc.asyncProperty(arbitraryRows, sizes, async (rows, one) => {
        const failure = new Error('the source failed');
        await expect(batchesOf(run(cut(rows, one), failure))).rejects.toBe(failure);
      });
      await fc.assert(property);
    });
  });
}

/** Waiting for a slow writer: batches that may be under way between a source and what is written. */
const UNDER_WAY = 6;

/** What every sink of text promises. `emptyDocument` is what stands there when there are no rows. */
export function sinkContract<T>(
  name: string,
  makeSink: (write: WriteText) => Sink<T>,
  { row, isWhole }: { row: T; isWhole: (text: string, rows: number) => void },
): void {
  const batch = Object.freeze(Array.from({ length: 50 }, () => row));
  const { signal } = new AbortController();

  describe(`${name} keeps the contract of sinks`, () => {
    test('no rows make a whole document', async () => {
      isWhole(await written(makeSink, []), 0);
    });

    test('rows make a whole document', async () => {
      isWhole(await written(makeSink, [batch, [row]]), 51);
    });

    test('rows of more text than is written at once make a whole document', async () => {
      isWhole(await written(makeSink, [Array.from({ length: 10_000 }, () => row), [row]]), 10_001);
    });

    test('a source that fails at once leaves nothing written', async () => {
      const failure = new Error('the source failed');
      let text = '';
      const write: WriteText = async (pieces) => {
        for await (const piece of pieces) text += piece;
      };
      await expect(makeSink(write)(new Watched<T>([], failure))).rejects.toBe(failure);
      expect(text).toBe('');
    });

    test('a slow writer is waited for', async () => {
      const source = new Watched(Array.from({ length: 60 }, () => batch));
      let taken = 0;
      let farthest = 0;
      const slow = new Writable({
        highWaterMark: 16,
        write: (_chunk, _encoding, done) => {
          farthest = Math.max(farthest, source.pulled - taken);
          taken++;
          setTimeout(done, 1);
        },
      });
      await makeSink(writeToStream(slow, signal))(source);
      expect(source.pulled).toBe(60);
      expect(farthest).toBeLessThanOrEqual(UNDER_WAY);
    });

    test('a full disk is a SinkError and closes the source', async ({ skip }) => {
      skip(!hasFullDisk(), 'there is no /dev/full here');
      const source = new Watched(endless(batch));
      const sink = makeSink(writeToFile('/dev/full', signal));
      await expect(sink(source)).rejects.toThrow(SinkError);
      expect(source.closed).toBe(true);
    });

    test('a reader that hangs up is a HungUp and closes the source', async () => {
      const source = new Watched(endless(batch));
      const epipe = Object.assign(new Error('write EPIPE'), { syscall: 'write', code: 'EPIPE' });
      let writes = 0;
      const gone = new Writable({
        write: (_chunk, _encoding, done) => done(++writes > 3 ? epipe : null),
      });
      await expect(makeSink(writeToStream(gone, signal))(source)).rejects.toThrow(HungUp);
      expect(source.closed).toBe(true);
    });

    test('an error of the source is passed on and leaves no file', async () => {
      const folder = temporaryFolder();
      const failure = new Error('the source failed');
      for (const batches of [[], [batch, batch]]) {
        const sink = makeSink(writeToFile(join(folder, 'rows'), signal));
        await expect(sink(new Watched(batches, failure))).rejects.toBe(failure);
        expect(readdirSync(folder)).toEqual([]);
      }
    });
  });
}

/** What a sink writes of some batches. */
export async function written<T>(
  makeSink: (write: WriteText) => Sink<T>,
  batches: Iterable<Batch<T>>,
): Promise<string> {
  let text = '';
  const write: WriteText = async (pieces) => {
    for await (const piece of pieces) text += piece;
  };
  await makeSink(write)(new Watched(batches));
  return text;
}

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-audit-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function hasFullDisk(): boolean {
  return statSync('/dev/full', { throwIfNoEntry: false })?.isCharacterDevice() === true;
}
