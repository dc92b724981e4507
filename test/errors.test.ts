import { expect, test } from 'vitest';
import {
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
  [new SourceError('no such table'), 3],
  [new RecordError('id: missing'), 3],
  [new SinkError('no space left'), 3],
  [new HungUp('the output was closed'), 0],
  [new Interruption('SIGINT'), 130],
  [new Interruption('SIGTERM'), 143],
  [new TypeError('a mistake of ours'), 3],
  ['a text that was thrown', 3],
])('%s ends with %i', (error, code) => {
  expect(exitCodeFor(error)).toBe(code);
});

test('the exit codes are those of the specification', () => {
  expect(Object.values(ExitCode)).toEqual([0, 1, 2, 3, 130, 143]);
});

test('a known error is one line, and a second for its hint', () => {
  expect(describe(new SourceError('no such table'))).toBe('no such table');
  expect(describe(new SourceError('no such table', { hint: 'name the region' }))).toBe(
    'no such table\n  name the region',
  );
  expect(describe(new UsageError('--since', 'is wrong', 'try 7d'))).toBe(
    '--since: is wrong\n  try 7d',
  );
});

test('an unknown error keeps its stack', () => {
  expect(describe(new TypeError('a mistake of ours'))).toMatch(
    /^TypeError: a mistake of ours\n +at /,
  );
  expect(describe('thrown')).toBe('thrown');
});

test('an error keeps its name and its cause', () => {
  const cause = new Error('ENOSPC');
  expect(new SinkError('full', { cause })).toMatchObject({ name: 'SinkError', cause });
});
