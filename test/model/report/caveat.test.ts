import { expect, test } from 'vitest';
import { type Caveat, exitCodeOf } from '../../../src/model/report/caveat.js';

const of = (...weights: Caveat['weight'][]): Caveat[] =>
  weights.map((weight) => ({ code: 'still_delivering', count: 1, weight, text: '' }));

test.each<[number, Caveat['weight'][], number]>([
  [0, [], 0],
  [0, ['note'], 0],
  [2, ['note'], 1],
  [0, ['undecided'], 3],
  [2, ['undecided'], 1],
  [0, ['note', 'incomplete'], 3],
  [2, ['undecided', 'incomplete'], 3],
])('%i findings with caveats %j end with %i', (findings, weights, code) => {
  expect(exitCodeOf(findings, of(...weights))).toBe(code);
});
