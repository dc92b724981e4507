import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { parse } from 'ndjson';
import { expect, test } from 'vitest';
import { ndjson } from '../../src/sinks/ndjson.js';
import type { WriteText } from '../../src/sinks/write-text.js';
import { cut, sinkContract, written } from '../support/contracts.js';
import {
  type Cells,
  arbitraryRows,
  columnsOf,
  nastyTexts,
  nearlyTimes,
  present,
  speltColumns,
} from './rows.js';

const columns = columnsOf(['a', 'b', 'c']);
const textOf = (rows: readonly Cells[], among = columns): Promise<string> =>
  written((write: WriteText) => ndjson(among, write), cut(rows, [1, 3]));

sinkContract('ndjson', (write) => ndjson(columns, write), {
  row: { a: 'alice', b: 7 },
  isWhole: (text, rows) => {
    expect(text).toBe('{"a":"alice","b":7}\n'.repeat(rows));
  },
});

test('the ndjson package reads back the rows, absent values absent', async () => {
  const texts = fc.oneof(nastyTexts, fc.string({ unit: fc.constantFrom('\ud83d', '\udc69', '"') }));
  const property = fc.asyncProperty(arbitraryRows(texts), async (rows) => {
    const lines = Readable.from([await textOf(rows)]).pipe(parse({ strict: true }));
    const read: unknown[] = [];
    for await (const row of lines) read.push(row);
    expect(read).toStrictEqual(present(rows));
  });
  await fc.assert(property, { numRuns: 500 });
});

test('every row is one line, and nothing raw in it acts on a terminal', async () => {
  const property = fc.asyncProperty(arbitraryRows(nastyTexts), async (rows) => {
    const text = await textOf(rows);
    expect(text.split('\n')).toHaveLength(rows.length + 1);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Bidi_Control}|\p{Zl}|\p{Zp}/u);
  });
  await fc.assert(property);
});

test.each(speltColumns)('a text that is spelt otherwise is written as any other', async (a, b) => {
  const property = fc.asyncProperty(arbitraryRows(nearlyTimes), async (rows) => {
    expect(await textOf(rows, a)).toBe(await textOf(rows, b));
  });
  await fc.assert(property, { numRuns: 400 });
});

test('members stand in the order of the columns', async () => {
  expect(await textOf([{ c: 1, a: 'x', b: '' }])).toBe('{"a":"x","b":"","c":1}\n');
});

test('a row without values is an empty object', async () => {
  expect(await textOf([{}, { b: 1 }])).toBe('{}\n{"b":1}\n');
});
