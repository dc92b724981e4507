import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SourceError } from '../../src/errors.js';
import { type Line, readLines } from '../../src/text/lines.js';

async function* pieces(text: string, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0, next = 0; at < bytes.length; next++) {
    const size = sizes[next % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function linesOf(text: string, sizes: readonly number[]): Promise<[number, string][]> {
  const batches: Line[][] = [];
  for await (const batch of readLines(pieces(text, sizes))) batches.push(batch);
  expect(batches.map(({ length }) => length)).not.toContain(0);
  return batches.flat().map(({ number, bytes }) => [number, bytes.toString()]);
}

/** Lines by splitting the whole text. */
function split(text: string): [number, string][] {
  return text
    .split('\n')
    .map((line, at): [number, string] => [at + 1, line.replace(/\r$/, '')])
    .filter(([, line]) => line !== '');
}

const texts = fc.string({
  unit: fc.constantFrom('a', '{', '"', '漢', '\n', '\r', '\r\n', '\u2028'),
});
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });

test('lines are those of a split, with their numbers, wherever pieces are cut', async () => {
  const property = fc.asyncProperty(texts, sizes, async (text, some) => {
    expect(await linesOf(text, some)).toEqual(split(text));
  });
  await fc.assert(property, { numRuns: 2000 });
});

test.each([
  ['', []],
  ['\n\n', []],
  ['a', [[1, 'a']]],
  ['a\n', [[1, 'a']]],
  [
    'a\r\n\r\nb\r\n',
    [
      [1, 'a'],
      [3, 'b'],
    ],
  ],
  ['a\rb\n', [[1, 'a\rb']]],
] as const)('%j is read as %j', async (text, lines) => {
  expect(await linesOf(text, [2])).toEqual(lines);
});

test('the lines of one piece come together', async () => {
  const batches: number[] = [];
  for await (const batch of readLines(pieces('a\nb\nc\nd', [4]))) batches.push(batch.length);
  expect(batches).toEqual([2, 1, 1]);
});

test('a line that never ends is given up at 16 MB, with its number', async () => {
  const text = `a\n${'x'.repeat(17 * 1024 * 1024)}`;
  const failure = expect(linesOf(text, [1024 * 1024])).rejects;
  await failure.toThrow(new SourceError('line 2 is longer than 16 MB'));
});
