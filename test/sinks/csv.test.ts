import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeFormula, unescapeFormula } from '../../src/text/csv-injection.js';
import { printable } from '../../src/text/terminal-text.js';
import { csv } from '../../src/sinks/csv.js';
import type { WriteText } from '../../src/sinks/write-text.js';
import { cut, sinkContract, written } from '../support/contracts.js';
import {
  type Cells,
  arbitraryRows,
  columnsOf,
  nastyTexts,
  nearlyTimes,
  speltColumns,
} from './rows.js';

const names = ['a', 'b', 'c'];
const columns = columnsOf(names);

function textOf(rows: readonly Cells[], { raw = false, among = columns } = {}): Promise<string> {
  return written((write: WriteText) => csv(among, write, raw), cut(rows, [1, 3]));
}

sinkContract('csv', (write) => csv(columns, write), {
  row: { a: 'alice', b: 'a "quoted", cell', c: 7 },
  isWhole: (text, rows) => {
    const records: string[][] = parse(text);
    expect(records).toHaveLength(1 + rows);
    expect(records[0]).toEqual(names);
  },
});

test('the text is that of csv-stringify, byte for byte, where nothing is defused', async () => {
  const property = fc.asyncProperty(arbitraryRows(nastyTexts), async (rows) => {
    // RFC 4180 quotes CR; csv-stringify does so when told.
    const expected = stringify([...rows], { header: true, columns: names, quoted_match: /\r/ });
    expect(await textOf(rows, { raw: true })).toBe(expected);
  });
  await fc.assert(property, { numRuns: 400 });
});

test('csv-parse reads back every cell, once it is undefused', async () => {
  const property = fc.asyncProperty(arbitraryRows(nastyTexts), async (rows) => {
    const [header, ...records]: string[][] = parse(await textOf(rows));
    expect(header).toEqual(names);
    expect(records.map((cells) => cells.map(unescapeFormula))).toEqual(
      rows.map((row) => names.map((name) => String(row[name] ?? ''))),
    );
  });
  await fc.assert(property, { numRuns: 400 });
});

test('no cell starts as a formula, and --csv-raw leaves all as they are', async () => {
  const dangerous = fc
    .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', "'=", "''@"), nastyTexts)
    .map(([start, rest]) => start + rest);
  const property = fc.asyncProperty(dangerous, async (a) => {
    const [, [cell] = []]: string[][] = parse(await textOf([{ a }]));
    expect(cell).toBe(`'${a}`);
    const [, [raw] = []]: string[][] = parse(await textOf([{ a }], { raw: true }));
    expect(raw).toBe(a);
  });
  await fc.assert(property);
});

test('on a terminal nothing that acts on it is sent, and each row is one line', async () => {
  const property = fc.asyncProperty(nastyTexts, async (a) => {
    const text = await written(
      (write) => csv(columns, write, false, true),
      cut([{ a, b: `\u001b[31m${a}\u009b\u202e`, c: -1 }], [1]),
    );
    expect(text).not.toMatch(/[\0-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    const [, row]: string[][] = parse(text);
    expect(row).toEqual([
      printable(escapeFormula(a)),
      `\\x1b[31m${printable(a)}\\x9b\\u202e`,
      '-1',
    ]);
  });
  await fc.assert(property);
});

test.each(speltColumns)('a text that is spelt otherwise is written as any other', async (a, b) => {
  const property = fc.asyncProperty(arbitraryRows(nearlyTimes), fc.boolean(), async (rows, raw) => {
    expect(await textOf(rows, { raw, among: a })).toBe(await textOf(rows, { raw, among: b }));
  });
  await fc.assert(property, { numRuns: 400 });
});

test('a number is never defused', async () => {
  expect(await textOf([{ a: -1, b: 0, c: 1e21 }])).toBe('a,b,c\n-1,0,1e+21\n');
});

test('an absent value is an empty cell, whatever stands beside it', async () => {
  expect(await textOf([{ a: 'x' }, { b: 'y, z' }])).toBe('a,b,c\nx,,\n,"y, z",\n');
});

test('a row of one empty cell is a record and not an empty line', async () => {
  const text = await textOf([{ a: '' }, { a: 'x' }, {}], { among: columnsOf(['a']) });
  expect(parse(text, { skip_empty_lines: true })).toEqual([['a'], [''], ['x'], ['']]);
});

test('a header is quoted where it must be', async () => {
  const text = await textOf([], { among: columnsOf(['a,b', 'c"d']) });
  expect(text).toBe('"a,b","c""d"\n');
});

test('many rows of one batch leave in several pieces', async () => {
  const lengths: number[] = [];
  const write: WriteText = async (pieces) => {
    for await (const piece of pieces) lengths.push(piece.length);
  };
  const row = { a: 'x'.repeat(1000) };
  async function* source(): AsyncGenerator<Cells[]> {
    yield Array.from({ length: 1000 }, () => row);
  }
  await csv(columns, write)(source());
  expect(lengths.length).toBeGreaterThan(10);
  expect(Math.max(...lengths)).toBeLessThan(80 * 1024);
});
