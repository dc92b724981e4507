import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { json } from '../../src/sinks/json.js';
import type { WriteText } from '../../src/sinks/write-text.js';
import { cut, sinkContract, written } from '../support/contracts.js';
import { type Cells, arbitraryRows, columnsOf, nastyTexts, present } from './rows.js';

const columns = columnsOf(['a', 'b', 'c']);
const textOf = (rows: readonly Cells[]): Promise<string> =>
  written((write: WriteText) => json('sessions', columns, write), cut(rows, [1, 3]));

/** JSON text with every string in it written as `JSON.stringify` would. */
const respelled = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"/gs, (token) => JSON.stringify(JSON.parse(token)));

sinkContract('json', (write) => json('sessions', columns, write), {
  row: { a: 'alice', b: 7 },
  isWhole: (text, rows) => {
    const sessions = Array.from({ length: rows }, () => ({ a: 'alice', b: 7 }));
    expect(text).toBe(`${JSON.stringify({ sessions }, null, 2)}\n`);
  },
});

test('the text is that of JSON.stringify, but for characters written as escapes', async () => {
  const texts = fc.oneof(
    nastyTexts,
    fc.string({ unit: fc.constantFrom('\ud83d', '\udc69', '\\') }),
  );
  const property = fc.asyncProperty(arbitraryRows(texts), async (rows) => {
    const text = await textOf(rows);
    expect(JSON.parse(text)).toStrictEqual({ sessions: present(rows) });
    expect(respelled(text)).toBe(`${JSON.stringify({ sessions: rows }, null, 2)}\n`);
  });
  await fc.assert(property, { numRuns: 500 });
});

test('nothing raw in it acts on a terminal', async () => {
  const property = fc.asyncProperty(arbitraryRows(nastyTexts), async (rows) => {
    const text = (await textOf(rows)).replaceAll('\n', '');
    expect(text).not.toMatch(/\p{Cc}|\p{Bidi_Control}|\p{Zl}|\p{Zp}/u);
  });
  await fc.assert(property);
  expect(await textOf([{ a: '\u007f\u009b\u202e\u2028' }])).toContain(
    '"\\u007f\\u009b\\u202e\\u2028"',
  );
});

test('rows are written as they arrive, before the source ends', async () => {
  const log: string[] = [];
  async function* source(): AsyncGenerator<Cells[]> {
    yield [{ a: 'first' }];
    log.push('second asked for');
    yield [{ a: 'second' }];
  }
  const write: WriteText = async (pieces) => {
    for await (const piece of pieces) log.push(/first|second/.exec(piece)?.[0] ?? 'end');
  };
  await json('sessions', columns, write)(source());
  expect(log).toEqual(['first', 'second asked for', 'second', 'end']);
});
