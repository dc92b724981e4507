import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch } from '../../src/pipeline/pipe.js';
import { merge } from '../../src/pipeline/merge.js';
import { batchesOf, rowsOf } from '../support/contracts.js';

const { signal } = new AbortController();

/** What goes on in some sources. */
class Sources {
  running = 0;
  most = 0;
  opened = 0;
  pulled = 0;

  /** A source of batches that each take some turns of the event loop, and that may fail at their end. */
  async *of<T>(
    batches: Iterable<Batch<T>>,
    turns: () => number,
    failure?: Error,
  ): AsyncGenerator<Batch<T>> {
    this.opened++;
    this.most = Math.max(this.most, ++this.running);
    try {
      for (const batch of batches) {
        for (let left = turns(); left > 0; left--) await turn();
        this.pulled++;
        yield batch;
      }
      if (failure) throw failure;
    } finally {
      await turn(); // closing takes its time
      this.running--;
    }
  }
}

const random = (delays: readonly number[]): (() => number) => {
  let at = 0;
  return () => delays[at++ % delays.length]!;
};
const delays = fc.array(fc.nat(3), { minLength: 1 });
const letters = (source: number, count: number): [string][] =>
  Array.from({ length: count }, (_, row) => [`${source}:${row}`]);

test('all rows arrive, those of one source in order, and no more than so many sources run', async () => {
  const counts = fc.array(fc.nat(6), { maxLength: 8 });
  const atOnce = fc.integer({ min: 1, max: 5 });
  const property = fc.asyncProperty(counts, atOnce, delays, async (sizes, limit, some) => {
    const world = new Sources();
    const sources = sizes.map((count, n) => world.of(letters(n, count), random([...some, n % 3])));
    const rows = await rowsOf(merge(() => sources, limit, signal));
    for (const [n, count] of sizes.entries()) {
      expect(rows.filter((row) => row.startsWith(`${n}:`))).toEqual(letters(n, count).flat());
    }
    expect(rows).toHaveLength(sizes.reduce((sum, count) => sum + count, 0));
    expect(world.most).toBeLessThanOrEqual(limit);
    expect(world.running).toBe(0);
  });
  await fc.assert(property, { numRuns: 200 });
});

test('as many sources run side by side as may', async () => {
  const world = new Sources();
  const sources = [1, 2, 3, 4, 5].map((n) => world.of(letters(n, 3), () => 2));
  await rowsOf(merge(() => sources, 3, signal));
  expect(world.most).toBe(3);
});

test('a slow source does not hold up the others', async () => {
  const world = new Sources();
  const slow = world.of(letters(0, 1), () => 50);
  const rows = await rowsOf(merge(() => [slow, world.of(letters(1, 5), () => 1)], 2, signal));
  expect(rows).toEqual(['1:0', '1:1', '1:2', '1:3', '1:4', '0:0']);
});

test('the first error ends all, and closes all', async () => {
  const property = fc.asyncProperty(delays, fc.nat(3), async (some, good) => {
    const world = new Sources();
    const failure = new Error('segment 1 failed');
    const forever = {
      *[Symbol.iterator]() {
        for (;;) yield ['x'];
      },
    };
    const sources = [
      world.of(forever, random([1, ...some])),
      world.of(letters(1, good), random(some), failure),
      world.of(forever, random([...some, 1])),
      world.of(forever, () => 1),
    ];
    await expect(batchesOf(merge(() => sources, 3, signal))).rejects.toBe(failure);
    expect(world.running).toBe(0);
    expect(world.opened).toBe(3);
  });
  await fc.assert(property, { numRuns: 50 });
});

test('stopping early closes all', async () => {
  const world = new Sources();
  const forever = {
    *[Symbol.iterator]() {
      for (;;) yield ['x'];
    },
  };
  const sources = [0, 1, 2, 3].map((n) => world.of(forever, () => n));
  let taken = 0;
  for await (const _ of merge(() => sources, 2, signal)) if (++taken === 5) break;
  expect(world).toMatchObject({ running: 0, opened: 2 });
});

test('one batch of each running source is held, however slowly they are taken', async () => {
  const world = new Sources();
  const sources = [0, 1, 2].map((n) => world.of(letters(n, 20), () => 0));
  let taken = 0;
  const ahead: number[] = [];
  for await (const _ of merge(() => sources, 3, signal)) {
    taken++;
    for (let n = 0; n < 5; n++) await turn();
    ahead.push(world.pulled - taken);
  }
  expect(taken).toBe(60);
  expect(Math.max(...ahead)).toBe(3);
});

test('no source is kept waiting for the others', async () => {
  const world = new Sources();
  const sources = [0, 1, 2].map((n) => world.of(letters(n, 20), () => 0));
  const taken: string[] = [];
  for await (const [row] of merge(() => sources, 3, signal)) {
    await turn();
    if (taken.push(row!) === 30) break;
  }
  for (const n of [0, 1, 2]) {
    expect(taken.filter((row) => row.startsWith(`${n}:`)).length).toBeGreaterThanOrEqual(9);
  }
});

test('nothing is opened before the first batch is asked for', async () => {
  const world = new Sources();
  const merged = merge(() => [world.of(letters(0, 1), () => 0)], 2, signal);
  await turn();
  expect(world.opened).toBe(0);
  expect(await rowsOf(merged)).toEqual(['0:0']);
  expect(await batchesOf(merge(() => [], 2, signal))).toEqual([]);
});

test('a failure, or a taker who has enough, does not wait for a source that never answers', async () => {
  async function* silent(stopped: AbortSignal): AsyncGenerator<number[]> {
    await new Promise((_, reject) =>
      stopped.addEventListener('abort', () => reject(stopped.reason)),
    );
    yield [];
  }
  async function* failing(): AsyncGenerator<number[]> {
    yield [1];
    await turn();
    throw new Error('no more');
  }
  const both = (): AsyncIterable<readonly number[]> =>
    merge((stopped) => [silent(stopped), failing()], 2, signal);
  await expect(batchesOf(both())).rejects.toThrow('no more');
  for await (const batch of both()) {
    expect(batch).toEqual([1]);
    break;
  }
});
