import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tap } from '../../src/transforms/tap.js';
import { Watched, batchesOf, transformContract } from '../support/contracts.js';

transformContract('tap', () => tap<number>(() => {}), fc.array(fc.nat(9)));

test('tap shows every batch and passes on the very same', async () => {
  const seen: (readonly number[])[] = [];
  const batches = [[1, 2], [3], [4, 5]];
  const passed = await batchesOf(tap<number>((batch) => seen.push(batch))(new Watched(batches)));
  expect(seen).toEqual([[1, 2], [3], [4, 5]]);
  for (const [at, batch] of passed.entries()) expect(batch).toBe(batches[at]);
});

test('tap shows a batch before it is passed on and no earlier', async () => {
  const seen: number[] = [];
  const source = new Watched([[1], [2], [3]]);
  for await (const [row] of tap<number>((batch) => seen.push(...batch))(source)) {
    expect(seen.at(-1)).toBe(row);
    expect(source.pulled).toBe(row);
  }
});

test('tap closes its source when its function throws', async () => {
  const source = new Watched([[1], [2]]);
  const failure = new Error('--strict');
  const tapped = tap<number>(() => {
    throw failure;
  })(source);
  await expect(batchesOf(tapped)).rejects.toBe(failure);
  expect(source).toMatchObject({ pulled: 1, closed: true });
});
