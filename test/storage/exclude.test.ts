import { expect, test } from 'vitest';
import { excluder } from '../../src/storage/exclude.js';

test.each([
  ['README*', 'a/README.md', true],
  ['README*', 'README', true],
  ['README*', 'README.d', true],
  ['README*', 'notes/READING', false],
  ['*.csv', 'a/b.csv', true],
  ['*.csv', 'a/b.csv.gz', false],
  ['old', 'a/old', true],
  ['old/', 'old', true],
  ['old/**', 'old/x', true],
  ['./old/**', 'old/x/y', true],
  ['old/**', 'a/old/x', false],
  ['**/old/**', 'a/old/x', true],
  ['/evidence/a/*.txt', 'a/x.txt', true],
  ['{a,b}.json', 'x/b.json', true],
  ['*', '.hidden', true],
])('%s and %s', async (pattern, below, isLeftOut) => {
  const isExcluded = await excluder(['never', pattern]);
  expect(isExcluded(`/evidence/${below}`, below)).toBe(isLeftOut);
});

test('nothing is left out without patterns', async () => {
  expect((await excluder([]))('/a', 'a')).toBe(false);
});
