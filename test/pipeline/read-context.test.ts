import { expect, test } from 'vitest';
import { Counters } from '../../src/pipeline/read-context.js';

test('reading is complete until a row is rejected or a file breaks off', () => {
  expect(new Counters().complete).toBe(true);
  expect(
    Object.assign(new Counters(), { rows: 5, superseded: 2, bareDeletions: 1, retries: 3 })
      .complete,
  ).toBe(true);
  expect(Object.assign(new Counters(), { rejected: 1 }).complete).toBe(false);
  expect(Object.assign(new Counters(), { brokenFiles: 1 }).complete).toBe(false);
});
