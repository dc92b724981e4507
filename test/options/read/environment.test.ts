import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../../src/options/read/environment.js';
import type { Settings } from '../../../src/options/read/settings.js';

const valuesOf = (settings: Settings): Record<string, unknown> =>
  Object.fromEntries([...settings].map(([name, { value }]) => [name, value]));

describe('the environment', () => {
  test('has the options under their names', () => {
    const settings = readEnvironment({
      SENTINEL_AUDIT_MAX_RCU: '50',
      SENTINEL_AUDIT_SESSIONS: 'a b',
      SENTINEL_AUDIT_CSV_RAW: 'true',
      PATH: '/bin',
      SENTINEL_SESSION_TABLE: 't',
      SENTINEL_AUDIT_USER: '',
      SENTINEL_AUDIT_SINCE: undefined,
    });
    expect(valuesOf(settings)).toEqual({ 'max-rcu': '50', sessions: ['a b'], 'csv-raw': true });
    expect(settings.get('max-rcu')?.origin).toBe('SENTINEL_AUDIT_MAX_RCU');
  });

  test('has an option under its other long name too', () => {
    const settings = readEnvironment({ SENTINEL_AUDIT_OUTPUT: 'json' });
    expect(valuesOf(settings)).toEqual({ format: 'json' });
    expect(settings.get('format')?.origin).toBe('SENTINEL_AUDIT_OUTPUT');
    const both = { SENTINEL_AUDIT_OUTPUT: 'json', SENTINEL_AUDIT_FORMAT: 'json' };
    expect(valuesOf(readEnvironment(both))).toEqual({ format: 'json' });
    expect(() => readEnvironment({ ...both, SENTINEL_AUDIT_FORMAT: 'csv' })).toThrow(
      expect.objectContaining({
        option: 'SENTINEL_AUDIT_FORMAT',
        message: 'contradicts SENTINEL_AUDIT_OUTPUT json',
      }),
    );
  });

  test.each([
    ['true', true],
    ['1', true],
    ['YES', true],
    ['on', true],
    ['false', false],
    ['0', false],
    ['No', false],
    ['off', false],
  ])('takes %s for a flag', (text, value) => {
    expect(valuesOf(readEnvironment({ SENTINEL_AUDIT_STRICT: text }))).toEqual({ strict: value });
  });

  test('is wrong where a flag is neither true nor false', () => {
    expect(() => readEnvironment({ SENTINEL_AUDIT_STRICT: 'maybe' })).toThrow(
      expect.objectContaining({
        option: 'SENTINEL_AUDIT_STRICT',
        message: '"maybe" is neither true nor false',
      }),
    );
  });

  test('is wrong where a variable of ours names no option', () => {
    for (const variable of ['SENTINEL_AUDIT_SINSE', 'SENTINEL_AUDIT_since']) {
      expect(() => readEnvironment({ [variable]: '7d' })).toThrow(
        expect.objectContaining({ option: variable, hint: 'did you mean SENTINEL_AUDIT_SINCE?' }),
      );
    }
  });
});
