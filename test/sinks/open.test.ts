import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { FORMATS } from '../../src/model/report/format.js';
import { instantFromMillis } from '../../src/model/time/instant.js';
import type { Report } from '../../src/model/report/report.js';
import { type Destination, type RowFormat, openSink } from '../../src/sinks/open.js';
import { writeReport } from '../../src/sinks/reports/write-report.js';
import { Watched, temporaryFolder } from '../support/contracts.js';
import { type Cells, columnsOf, textIn } from './rows.js';

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
  return textIn(stdout);
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

describe('a CSV', () => {
  const hostile = { a: '=\u001b]0;x\u0007\u009b2J\u202e\n' };
  const report: Report<Cells> = {
    title: '',
    identity: undefined,
    window: { since: instantFromMillis(0), until: instantFromMillis(1) },
    result: '',
    list: { name: 'rows', columns: rows.columns, rows: () => new Watched([[hostile]]) },
    head: {},
    tail: {},
    parts: [],
    summary: [],
    findings: 0,
    caveats: [],
  };
  const written = async (isTTY: boolean, out?: string): Promise<string[]> => {
    const ways = [
      (to: Destination) => openSink({ ...csvTo, out }, to, rows)(new Watched([[hostile]])),
      (to: Destination) => writeReport(report, { ...csvTo, out, columns: undefined }, to),
    ];
    const texts: string[] = [];
    for (const way of ways) {
      const stdout = Object.assign(new PassThrough(), { isTTY });
      await way({ stdout, signal });
      texts.push(out === undefined ? textIn(stdout) : readFileSync(out, 'utf8'));
    }
    return texts;
  };
  const csvTo = { format: 'csv', csvRaw: false } as const;
  const asItIs = `a\n"'${hostile.a}"\n`;
  const shown = "a\n'=\\x1b]0;x\\x07\\x9b2J\\u202e\\n\n";

  test('shows on a terminal what would act on it, as a table does', async () => {
    expect(await written(true)).toEqual([shown, shown]);
  });

  test('is the same bytes in a pipe, and in a file that is written from a terminal', async () => {
    expect(await written(false)).toEqual([asItIs, asItIs]);
    const path = join(temporaryFolder(), 'rows.csv');
    expect(await written(true, path)).toEqual([asItIs, asItIs]);
  });
});

test('a raw CSV is not defused', async () => {
  expect(await opened('csv', undefined, true)).toBe('a\n=1\n');
});
