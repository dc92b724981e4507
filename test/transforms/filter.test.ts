import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { filter } from '../../src/transforms/filter.js';
import { Watched, batchesOf, rowsOf, transformContract } from '../support/contracts.js';

transformContract('filter', () => filter<number>((row) => row % 2 === 0), fc.array(fc.nat(9)));

test('filter keeps what passes, in its order', async () => {
  const source = new Watched([[5, 2, 8], [1], [4, 3, 2]]);
  expect(await rowsOf(filter<number>((row) => row % 2 === 0)(source))).toEqual([2, 8, 4, 2]);
});

test('filter closes its source when its test throws', async () => {
  const source = new Watched([[1], [2], [3]]);
  const failure = new Error('cannot tell');
  const filtered = filter<number>(() => {
    throw failure;
  })(source);
  await expect(batchesOf(filtered)).rejects.toBe(failure);
  expect(source).toMatchObject({ pulled: 1, closed: true });
});
