import { expect, test } from 'vitest';
import { FORMAT_NAMES, formatOfEnding, formatOfName } from '../../../src/model/report/format.js';

test.each([
  ['csv', 'csv'],
  ['jsonl', 'ndjson'],
  ['human', 'table'],
  ['github', 'github'],
  ['ocsf', 'ocsf'],
  ['md', 'markdown'],
  ['CSV', undefined],
  ['toString', undefined],
])('the name %s asks for %s', (name, format) => {
  expect(formatOfName(name)).toBe(format);
});

test('every name asks for a format', () => {
  expect(FORMAT_NAMES.filter((name) => formatOfName(name) === undefined)).toEqual([]);
  expect(new Set(FORMAT_NAMES).size).toBe(FORMAT_NAMES.length);
});

test.each([
  ['csv', 'csv'],
  ['JSON', 'json'],
  ['jsonl', 'ndjson'],
  ['ndjson', 'ndjson'],
  ['md', 'markdown'],
  ['ocsf', undefined],
  ['table', undefined],
  ['txt', undefined],
  ['', undefined],
])('the ending %s asks for %s', (ending, format) => {
  expect(formatOfEnding(ending)).toBe(format);
});
