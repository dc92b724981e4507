import { expect, test } from 'vitest';
import {
  ConfigurationError,
  ExitCode,
  HungUp,
  Interruption,
  RecordError,
  SinkError,
  SourceError,
  UsageError,
  describe,
  exitCodeFor,
} from '../src/errors.js';

test.each([
  [new UsageError('--since', 'is wrong'), 2],
  [new ConfigurationError('no such profile'), 2],
  [new SourceError('no such table'), 3],
  [new RecordError('id: missing'), 3],
  [new SinkError('no space left'), 3],
  [new HungUp('the output was closed'), 0],
  [new Interruption('SIGINT'), 130],
  [new Interruption('SIGTERM'), 143],
  [new Interruption('SIGHUP'), 129],
  [new TypeError('a mistake of ours'), 3],
  ['a text that was thrown', 3],
])('%s ends with %i', (error, code) => {
  expect(exitCodeFor(error)).toBe(code);
});

test('the exit codes are those of the specification', () => {
  expect(Object.values(ExitCode)).toEqual([0, 1, 2, 3, 130, 143, 129]);
});

test('a known error is one line, of usage with the option; its hint is apart', () => {
  const error = new SourceError('no such table', { hint: 'name the region' });
  expect([describe(error), error.hint]).toEqual(['no such table', 'name the region']);
  const facts = { code: 'NoSuchProfile', resource: 'AWS profile x' };
  const configuration = new ConfigurationError('no such profile', { facts });
  expect([describe(configuration), configuration.facts]).toEqual(['no such profile', facts]);
  const usage = new UsageError('--since', 'is wrong', 'try 7d');
  expect([describe(usage), usage.hint]).toEqual(['--since: is wrong', 'try 7d']);
});

test('an unknown error has no line', () => {
  expect(describe(new TypeError('a mistake of ours'))).toBeUndefined();
  expect(describe('thrown')).toBeUndefined();
});

test('an error keeps its name and its cause', () => {
  const cause = new Error('ENOSPC');
  expect(new SinkError('full', { cause })).toMatchObject({ name: 'SinkError', cause });
});
