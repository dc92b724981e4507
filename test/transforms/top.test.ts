import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { top } from '../../src/transforms/top.js';
import { Watched, batchesOf, cut, rowsOf, transformContract } from '../support/contracts.js';

const ascending = (a: number, b: number): number => a - b;

transformContract('top', () => top(3, ascending), fc.array(fc.nat(20)));

test('top gives what sorting all and taking the first would', async () => {
  const limits = fc.integer({ min: 1, max: 12 });
  const many = fc.array(fc.nat(30), { maxLength: 100 }); // neighbours, and far more than are kept
  const property = fc.asyncProperty(many, limits, async (rows, limit) => {
    const source = new Watched(cut(rows, [1, 4]));
    expect(await rowsOf(top(limit, ascending)(source))).toEqual(
      rows.toSorted(ascending).slice(0, limit),
    );
  });
  await fc.assert(property);
});

test('top forgets what came before it is to start over', async () => {
  const least = top(2, ascending);
  const rows = async function* (): AsyncGenerator<number[]> {
    yield [1, 2, 3, 4, 5];
    least.startOver();
    yield [9, 8];
    yield [7];
  };
  expect(await rowsOf(least(rows()))).toEqual([7, 8]);
});

test('top takes any order', async () => {
  const newest = top<number>(2, (a, b) => b - a);
  expect(await rowsOf(newest(new Watched([[1, 9], [5], [7, 9]])))).toEqual([9, 9]);
});

test('top compares little more than once a row when the rows come in order', async () => {
  let compared = 0;
  const counting = top<number>(10, (a, b) => {
    compared++;
    return a - b;
  });
  const rows = Array.from({ length: 10_000 }, (_, at) => at);
  await rowsOf(counting(new Watched(cut(rows, [1000]))));
  expect(compared).toBeLessThan(10_500);
});

test('top closes its source when its order throws', async () => {
  const source = new Watched([[1, 2, 3], [4, 5, 6], [7]]);
  const failure = new Error('cannot compare');
  const ordered = top<number>(1, () => {
    throw failure;
  })(source);
  await expect(batchesOf(ordered)).rejects.toBe(failure);
  expect(source).toMatchObject({ pulled: 1, closed: true });
});
