/** The bytes of one row, and its number among all, from 1. */
export interface JsonRow {
  readonly bytes: Buffer;
  readonly number: number;
}

/**
 * Passes over rows of a list that nobody needs to see: for a piece, a function that is told a place between two
 * rows, whether a comma must come before the next, and whether that is the first of its list. It may stop anywhere
 * between rows, or before a row.
 */
export type RowSkipper = (
  piece: Buffer,
) => (at: number, needsComma: boolean, isFirst: boolean) => SkippedRows;

interface SkippedRows {
  /** How many rows were passed over. */
  readonly rows: number;
  /** The place where it stopped. */
  readonly at: number;
  /** Where the row ends that begins there, if that is known: the place of its last byte. */
  readonly end: number | undefined;
  /** Must a comma come before the next row, and has one come after the last? */
  readonly needsComma: boolean;
  readonly sawComma: boolean;
}
