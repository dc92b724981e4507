import { expect, test } from 'vitest';
import { newestRows } from '../../../src/sources/sessions/newest-rows.js';
import type { StoredFile } from '../../../src/storage/storage.js';
import { rowsOf } from '../../support/contracts.js';
import { keptReading } from '../../support/records.js';
import { type Row, sessionRow } from '../../support/sessions.js';

/** A file whose content is another at each reading. */
function changing(...readings: readonly (readonly Row[])[]): StoredFile {
  let reading = 0;
  return {
    id: 'sessions.ndjson',
    name: 'sessions.ndjson',
    rereadable: true,
    open: async function* () {
      for (const row of readings[Math.min(reading, readings.length - 1)]!) {
        yield Buffer.from(`${JSON.stringify(row)}\n`);
      }
      reading++;
    },
  };
}

const read = (file: StoredFile) => {
  const { context } = keptReading();
  return rowsOf(newestRows([file], undefined, ['created_at'], context));
};
const [one, two, three] = [sessionRow(1), sessionRow(2), sessionRow(3)] as [Row, Row, Row];

test('rows without a second one all win, in their order', async () => {
  const ids = (await read(changing([one, two, three]))).map(({ id }) => id);
  expect(ids).toEqual([one, two, three].map(({ id }) => id));
});

test.each([
  ['a row less', [one, two], [one]],
  ['a row more', [one, two], [one, two, three]],
  ['another row', [one, two], [one, three]],
  ['another row, where an id has two', [one, one, two], [one, one, three]],
])('%s at the second reading is an error', async (_, first, second) => {
  await expect(read(changing(first, second))).rejects.toThrow('changed while they were read');
});
