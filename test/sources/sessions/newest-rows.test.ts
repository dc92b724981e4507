import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Session } from '../../../src/model/session/session.js';
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

/** What is left with somebody who may be told to start over, how often they were, and how often a file was read. */
async function readOnce(files: readonly (readonly Row[])[]) {
  const left: Session[] = [];
  let opened = 0;
  let startedOver = 0;
  const stored = files.map((rows, at): StoredFile => ({
    id: String(at),
    name: String(at),
    rereadable: true,
    open: async function* () {
      opened++;
      for (const row of rows) yield Buffer.from(`${JSON.stringify(row)}\n`);
    },
  }));
  const { context, meter } = keptReading();
  const startOver = (): void => {
    startedOver++;
    left.length = 0;
  };
  for await (const batch of newestRows(stored, undefined, ['created_at'], context, startOver)) {
    left.push(...batch);
  }
  return { left, opened, startedOver, superseded: meter.superseded, stored };
}

test('whoever can start over reads files once, unless a session has two rows', async () => {
  const rows = fc.array(
    fc.record({
      n: fc.nat(6),
      updated_at: fc.constantFrom('2026-01-20T10:00:00Z', '2026-01-20T10:00:00.5Z'),
    }),
    { maxLength: 8 },
  );
  const property = fc.asyncProperty(rows, rows, async (...drawn) => {
    const files = drawn
      .filter((file) => file.length > 0)
      .map((file) => file.map(({ n, ...row }) => sessionRow(n, row)));
    const { left, opened, startedOver, superseded, stored } = await readOnce(files);
    const twice = keptReading();
    expect(left).toEqual(
      await rowsOf(newestRows(stored, undefined, ['created_at'], twice.context)),
    );
    expect(superseded).toBe(twice.meter.superseded);
    const hasRepeat = superseded > 0;
    expect(startedOver).toBe(hasRepeat ? 1 : 0);
    expect(opened).toBe(files.length * (hasRepeat ? 2 : 1));
  });
  await fc.assert(property);
});
