import type { Readable } from 'node:stream';
import * as fc from 'fast-check';
import type { Cell, Column } from '../../src/model/columns/column.js';
import { exactTimes, timesInSeconds } from '../../src/model/columns/time-columns.js';

/** A row by column names. */
export type Cells = Readonly<Record<string, Cell>>;

export function columnsOf(names: readonly string[], width = 10): Column<Cells>[] {
  return names.map((name) => ({ name, title: name.toUpperCase(), width, of: (row) => row[name] }));
}

/** Texts that a format could stumble over; no lone surrogates, which UTF-8 cannot hold. */
export const nastyTexts = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      ...Array.from(
        '",;\'\\\n\r\t =+-@{}[]:#\0\u001b\u007f\u0085\u009b\u2028\u2029\u202e\u200b\ufeff',
      ),
    ),
    fc.constantFrom('\r\n', '""', '漢', '👩‍👩‍👧', 'e\u0301', 'null', '1'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

const numbers = fc.oneof(fc.maxSafeInteger(), fc.nat(), fc.constantFrom(0, 0.5, 1e21, -1));

/** Rows of columns `a`, `b` and `c`, of which any cell may be absent. */
export const arbitraryRows = (texts: fc.Arbitrary<string>): fc.Arbitrary<Cells[]> => {
  const cell = fc.option(fc.oneof(texts, numbers), { nil: undefined });
  return fc.array(fc.record({ a: cell, b: cell, c: cell }), { maxLength: 8 });
};

/** The rows without their absent cells. */
export function present(rows: readonly Cells[]): Cells[] {
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== undefined)),
  );
}

/** Times in all spellings, and texts that only look like some. */
export const nearlyTimes = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('2026-01-20T10:00:00', '0000-01-01T00:00:00', '9999-12-31T23:59:59'),
      fc.constantFrom('', '.5', '.123456789', '.1234567890', ',5'),
      fc.constantFrom('Z', '+01:00', '-23:59', '"Z', '\u202eZ'),
    )
    .map((parts) => parts.join('')),
  nastyTexts.map((text) => `${text}Z`),
  nastyTexts,
);

/** Columns of times that are spelt otherwise, each in both ways in which a format may come by a cell. */
export const speltColumns: readonly (readonly [Column<Cells>[], Column<Cells>[]])[] = [
  exactTimes,
  timesInSeconds,
].map((respelt) => {
  const columns = respelt(
    columnsOf(['a', 'b', 'c']).map((each) => ({ ...each, kind: 'time' as const })),
  );
  return [[...columns], columns.map(({ of, ...rest }) => ({ ...rest, of: (row) => of(row) }))];
});

/** The text that waits in a stream. Node 26 gives it in the pieces in which it was written, older ones as one. */
export function textIn(stream: Readable): string {
  let text = '';
  for (let piece; (piece = stream.read() as Buffer | null) !== null;) text += piece.toString();
  return text;
}
