import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { FORMATS } from '../../src/model/report/format.js';
import { type RowFormat, openSink } from '../../src/sinks/open.js';
import { Watched, temporaryFolder } from '../support/contracts.js';
import { columnsOf } from './rows.js';

const { signal } = new AbortController();
const rows = {
  list: 'sessions',
  columns: columnsOf(['a']).map((column) => ({ ...column, tint: () => 'red' as const })),
  color: true,
  empty: 'No sessions found.',
};

async function opened(format: RowFormat, out?: string, csvRaw = false): Promise<string> {
  const stdout = new PassThrough();
  const sink = openSink({ format, out, csvRaw }, { stdout, signal }, rows);
  await sink(new Watched([[{ a: '=1' }]]));
  return String(stdout.read() ?? '');
}

test.each([
  ['csv', "a\n'=1\n"],
  ['ndjson', '{"a":"=1"}\n'],
  ['json', '{\n  "sessions": [\n    {\n      "a": "=1"\n    }\n  ]\n}\n'],
  ['table', '\u001b[1mA\u001b[22m\n----------\n\u001b[31m=1\u001b[39m\n'],
] as const)('%s goes to standard output', async (format, text) => {
  expect(Object.keys(FORMATS)).toContain(format);
  expect(await opened(format)).toBe(text);
});

test('a file gets the rows, without colour, and standard output nothing', async () => {
  const path = join(temporaryFolder(), 'rows.txt');
  expect(await opened('table', path)).toBe('');
  expect(readFileSync(path, 'utf8')).toBe('A\n----------\n=1\n');
});

test('a raw CSV is not defused', async () => {
  expect(await opened('csv', undefined, true)).toBe('a\n=1\n');
});
