import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { complianceRate, formatRate } from '../../../src/model/report/rate.js';

test.each([
  [0, 0, 100],
  [38, 42, (38 / 42) * 100],
  [0, 7, 0],
  [7, 7, 100],
  [1, 3, 100 / 3],
])('%i tracked of %i are %d percent', (tracked, total, rate) => {
  expect(complianceRate(tracked, total)).toBeCloseTo(rate, 10);
});

test.each([
  [0, 0, '100.0%'],
  [38, 42, '90.5%'],
  [89, 92, '96.7%'],
  [12, 57, '21.1%'],
  [0, 1, '0.0%'],
  [9999, 10_000, '99.9%'],
  [99_999_999, 100_000_000, '99.9%'],
  [9994, 10_000, '99.9%'],
  [9985, 10_000, '99.9%'],
  [10_000, 10_000, '100.0%'],
])('%i of %i are printed as they are, and never as 100.0%% below it', (tracked, total, text) => {
  expect(formatRate(complianceRate(tracked, total))).toBe(text);
});

test('100.0% is said of nothing less than all', () => {
  const property = fc.property(fc.nat(), fc.nat(), (tracked, others) => {
    const text = formatRate(complianceRate(tracked, tracked + others));
    expect(text).toMatch(/^\d{1,3}\.\d%$/);
    expect(text === '100.0%').toBe(others === 0);
  });
  fc.assert(property, { examples: [[2 ** 31 - 1, 1]] });
});
