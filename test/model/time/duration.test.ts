import { expect, test } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { durationSeconds, parseDuration } from '../../../src/model/time/duration.js';

test.each([
  ['1ns', 1n],
  ['1us', 1_000n],
  ['1\u00b5s', 1_000n],
  ['1\u03bcs', 1_000n],
  ['+1.5ms', 1_500_000n],
  ['.5s', 500_000_000n],
  ['1.s', 1_000_000_000n],
  ['1h30m', 5_400_000_000_000n],
  ['1d12h', 129_600_000_000_000n],
  ['2w', 1_209_600_000_000_000n],
  ['0s', 0n],
])('%s is %s nanoseconds', (text, nanos) => {
  expect(parseDuration(text)).toBe(nanos);
});

test.each([
  ['1.999s', 1],
  ['90s', 90],
  ['1h', 3600],
])('%s is %i whole seconds', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});

test.each(['', '+', '7', '7 d', '1d2', 'd', '1.2.3s', '1y', '1D', '-1h', '- 1h', '1h-30m'])(
  '"%s" is not a duration',
  (text) => {
    expect(() => parseDuration(text)).toThrow(ValueError);
  },
);
