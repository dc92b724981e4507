import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSortedSpool } from '../../src/disk/sorted-spool.js';
import { cut, rowsOf } from '../support/contracts.js';
import { ownTemporaryFolder } from '../support/records.js';

interface Row {
  readonly key: number;
  readonly n: number;
}

const byKey = (a: Row, b: Row): number => a.key - b.key;

test('rows come in their order, equal ones as they were added, and may be read again', async () => {
  const folder = ownTemporaryFolder();
  const property = fc.asyncProperty(
    fc.array(fc.nat(30), { maxLength: 200 }),
    fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
    async (keys, sizes) => {
      const rows = keys.map((key, n) => ({ key, n }));
      const spool = openSortedSpool(byKey, { rowsHeld: 7, mostRuns: 3 });
      for (const batch of cut(rows, sizes)) await spool.add(batch);
      expect(spool.size).toBe(rows.length);
      for (let reading = 0; reading < 2; reading++) {
        expect(await rowsOf(spool.rows())).toEqual(rows.toSorted(byKey));
      }
      await spool.dispose();
      expect(readdirSync(folder)).toEqual([]);
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

test('a reader that stops early leaves nothing behind', async () => {
  const folder = ownTemporaryFolder();
  const spool = openSortedSpool(byKey, { rowsHeld: 2, mostRuns: 2 });
  await spool.add(Array.from({ length: 9 }, (_, n) => ({ key: -n, n })));
  for await (const batch of spool.rows()) {
    expect(batch[0]?.n).toBe(8);
    break;
  }
  await spool.dispose();
  expect(readdirSync(folder)).toEqual([]);
});
