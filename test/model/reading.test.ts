import { expect, test } from 'vitest';
import { Meter } from '../../src/model/reading.js';

test('reading is complete until a row is rejected or a file breaks off', () => {
  expect(new Meter().complete).toBe(true);
  expect(
    Object.assign(new Meter(), { rows: 5, superseded: 2, bareDeletions: 1, retries: 3 }).complete,
  ).toBe(true);
  expect(Object.assign(new Meter(), { rejected: 1 }).complete).toBe(false);
  expect(Object.assign(new Meter(), { brokenFiles: 1 }).complete).toBe(false);
});
