import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeFormula, unescapeFormula } from '../../src/text/csv-injection.js';

const DANGEROUS = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
const cells = fc.oneof(
  fc.string({ unit: fc.constantFrom("'", ...DANGEROUS, 'a', 'Z', '1'), maxLength: 8 }),
  fc.string({ unit: 'binary' }),
);

test('undefuse gives back every cell as it was', () => {
  const property = fc.property(cells, (cell) => {
    expect(unescapeFormula(escapeFormula(cell))).toBe(cell);
  });
  fc.assert(property, { numRuns: 5000 });
});

test('no defused cell starts with a dangerous character', () => {
  const property = fc.property(cells, (cell) => {
    expect(DANGEROUS).not.toContain(escapeFormula(cell).at(0));
  });
  fc.assert(property, { numRuns: 5000 });
  for (const character of DANGEROUS) expect(escapeFormula(`${character}1`)).toBe(`'${character}1`);
});

test.each([
  ["'=1", "''=1"],
  ["''=1", "'''=1"],
  ["'", "'"],
  ["'a", "'a"],
  ["it's", "it's"],
  ['', ''],
  ['a=1', 'a=1'],
  [' =1', ' =1'],
  ['\n=1', "'\n=1"],
  ['＝1', "'＝1"],
  ["'＠1", "''＠1"],
])('%j is defused to %j', (cell, defused) => {
  expect(escapeFormula(cell)).toBe(defused);
});

test('a cell that escapeFormula never wrote is left alone', () => {
  for (const cell of ['=1', '-5', "'a", "'", "''", 'a']) expect(unescapeFormula(cell)).toBe(cell);
});
