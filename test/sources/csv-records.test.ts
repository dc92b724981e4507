import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCsvRecords } from '../../src/sources/csv-records.js';
import { rowsOf } from '../support/contracts.js';

async function* pieces(text: string, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  const sorted = places.toSorted((a, b) => a - b);
  for (const [at, from] of sorted.slice(0, -1).entries())
    yield bytes.subarray(from, sorted[at + 1]);
}

const cell = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', ';', "'"), maxLength: 3 });
const quoted = fc
  .string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r'), maxLength: 4 })
  .map((text) => `"${text.replaceAll('"', '""')}"`);
const csv = fc
  .array(
    fc.tuple(
      fc.array(fc.oneof({ arbitrary: cell, weight: 9 }, quoted), { maxLength: 4 }),
      fc.constantFrom('\n', '\r\n', '\r'),
    ),
    { maxLength: 8 },
  )
  .chain((records) =>
    fc.boolean().map((isEnded) => {
      const text = records.map(([cells, end]) => cells.join(',') + end).join('');
      return isEnded ? text : text.replace(/[\r\n]*$/, '');
    }),
  );

test('any CSV in any pieces gives the records that csv-parse gives', async () => {
  await fc.assert(
    fc.asyncProperty(csv, fc.array(fc.nat(), { maxLength: 4 }), async (text, cuts) => {
      const found = await rowsOf(readCsvRecords(pieces(text, cuts)));
      const expected: unknown = parse(text, {
        relax_column_count: true,
        skip_empty_lines: true,
        record_delimiter: ['\r\n', '\n', '\r'],
      });
      expect(found.map(({ cells }) => cells)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['a,b\nc,d\n\n\ne,f', [1, 2, 5]],
  ['a,b\r\nc,d\r\ne,"f\ng"\r\nh,i', [1, 2, 3, 5]],
])('records of %j have the lines on which they begin', async (text, lines) => {
  const found = await rowsOf(readCsvRecords(pieces(text, [3])));
  expect(found.map(({ line }) => line)).toEqual(lines);
});
