import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { aggregate, aggregation } from '../../src/transforms/aggregate.js';
import { Watched, batchesOf, cut, rowsOf, transformContract } from '../support/contracts.js';

interface Count {
  readonly name: string;
  readonly calls: number;
}
const nameOf = ({ name }: Count): string => name;
const add = (a: Count, b: Count): Count => ({ ...a, calls: a.calls + b.calls });
const ROWS = ['b', 'a', 'b', 'c', 'a', 'b'].map((name, n) => ({ name, calls: 10 ** n }));
const SUMS = [
  { name: 'b', calls: 100_101 },
  { name: 'a', calls: 10_010 },
  { name: 'c', calls: 1000 },
];

const counts = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c'), calls: fc.nat(1000) }));
transformContract('aggregate', () => aggregate(nameOf, add), counts);

test('there is one row a key, in the order in which the keys came, when all rows have come', async () => {
  const source = new Watched(cut(ROWS, [2]));
  expect(await batchesOf(aggregate(nameOf, add)(source))).toEqual([SUMS]);
  expect(await rowsOf(aggregate(nameOf, add)(new Watched([])))).toEqual([]);
});

test('sums can be asked for at any time', () => {
  const sums = aggregation(nameOf, add);
  expect(sums.rows()).toEqual([]);
  sums.add(ROWS.slice(0, 2));
  expect(sums.rows()).toEqual(ROWS.slice(0, 2));
  sums.add(ROWS.slice(2));
  expect(sums.rows()).toEqual(SUMS);
});
