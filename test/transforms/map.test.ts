import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { map } from '../../src/transforms/map.js';
import { Watched, rowsOf, transformContract } from '../support/contracts.js';

transformContract('map', () => map<number, string>((row) => `${row}`), fc.array(fc.nat(9)));

test('map changes each row, in their order', async () => {
  const source = new Watched([[5, 2], [8]]);
  expect(await rowsOf(map<number, number>((row) => row * 2)(source))).toEqual([10, 4, 16]);
});
