import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { Column } from '../../src/model/columns/column.js';
import { type TableOptions, table } from '../../src/sinks/table.js';
import { cut, sinkContract, written } from '../support/contracts.js';
import { type Cells, columnsOf, nastyTexts } from './rows.js';

const columns = columnsOf(['a', 'b', 'c']);
const plain: TableOptions = { color: false, empty: 'No rows found.' };

async function linesOf(
  rows: readonly Cells[],
  options: TableOptions = plain,
  among: readonly Column<Cells>[] = columns,
): Promise<string[]> {
  const text = await written((write) => table(among, write, options), cut(rows, [1, 3]));
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

sinkContract('table', (write) => table(columns, write, plain), {
  row: { a: 'alice', b: 7, c: 'c' },
  isWhole: (text, rows) => {
    if (rows === 0) expect(text).toBe('No rows found.\n');
    else expect(text.split('\n')).toHaveLength(2 + rows + 1);
  },
});

test('a heading, dashes and rows stand in columns', async () => {
  expect(await linesOf([{ a: 'alice', b: 145, c: 'active' }])).toEqual([
    'A           B           C',
    '----------  ----------  ----------',
    'alice       145         active',
  ]);
});

test('columns are aligned by display width, whatever the texts', async () => {
  const wide = fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '漢',
      '字',
      '한',
      'カ',
      '👍',
      '👩‍👩‍👧',
      '🇩🇪',
      'e\u0301',
      'ｱ',
      '\u200b',
      '\n',
    ),
  });
  const property = fc.asyncProperty(fc.array(fc.oneof(wide, nastyTexts)), async (texts) => {
    const [, , ...lines] = await linesOf(texts.map((a) => ({ a, b: '|', c: '$' })));
    expect(lines).toHaveLength(texts.length);
    for (const line of lines) {
      expect(line.endsWith('|           $')).toBe(true);
      expect(stringWidth(line.slice(0, -'|           $'.length))).toBe(12);
    }
  });
  await fc.assert(property, { numRuns: 300 });
});

test.each([
  ['0123456789', '0123456789'],
  ['0123456789a', '012345678…'],
  ['漢字漢字漢', '漢字漢字漢'],
  ['漢字漢字漢字', '漢字漢字…'],
  ['a漢字漢字漢', 'a漢字漢字…'],
  ['👍🏽'.repeat(6), `${'👍🏽'.repeat(4)}…`],
  ['01234567\u001bx', '01234567…'],
  ['e\u0301'.repeat(11), `${'e\u0301'.repeat(9)}…`],
])('%s is cut by character to %s', async (a, shown) => {
  expect((await linesOf([{ a, b: '|' }]))[2]).toBe(
    `${shown}${' '.repeat(12 - stringWidth(shown))}|`,
  );
});

test('a number is never cut', async () => {
  const [, , line] = await linesOf([{ a: 9_007_199_254_740_991, b: 1, c: 2 }]);
  expect(line).toBe('9007199254740991  1           2');
});

test('an absent cell is blank, and no line ends in blanks', async () => {
  expect((await linesOf([{ b: 'x' }, { a: 'y' }])).slice(2)).toEqual(['            x', 'y']);
});

test('escapes are shown and not sent, each row on one line', async () => {
  const [, , line] = await linesOf([{ a: '\u001b[31mx', b: 'a\nb', c: '\u202ex' }]);
  expect(line).toBe('\\x1b[31mx   a\\nb        \\u202ex');
});

test('without colour there is no escape at all, whatever the texts', async () => {
  const tinted = columns.map((column) => ({ ...column, tint: () => 'red' as const }));
  const property = fc.asyncProperty(nastyTexts, async (a) => {
    for (const line of await linesOf([{ a }], plain, tinted)) expect(line).not.toMatch(/\p{Cc}/u);
  });
  await fc.assert(property);
});

test('colour tints cells and the heading, and moves nothing', async () => {
  const tinted = columns.map((column) =>
    column.name === 'b' ? { ...column, tint: () => 'green' as const } : column,
  );
  const rows = [
    { a: 'x', b: 'active', c: 'y' },
    { a: 'x', c: 'y' },
  ];
  const colored = await linesOf(rows, { ...plain, color: true }, tinted);
  expect(colored[2]).toBe('x           \u001b[32mactive\u001b[39m      y');
  expect(colored[0]).toMatch(/^\u001b\[1m/);
  expect(colored.map((line) => line.replaceAll(/\u001b\[\d+m/g, ''))).toEqual(await linesOf(rows));
});

test('the footer is asked for when every row is written', async () => {
  const log: string[] = [];
  const counted = [{ ...columns[0]!, of: () => (log.push('row'), 'x') }];
  const footer = (): string[] => (log.push('footer'), ['one line', 'and another']);
  const lines = await linesOf([{}, {}], { ...plain, footer }, counted);
  expect(log).toEqual(['row', 'row', 'footer']);
  expect(lines.slice(-3)).toEqual(['x', 'one line', 'and another']);
});
