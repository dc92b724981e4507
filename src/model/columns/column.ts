/** What a cell can hold; undefined is an absent value. */
export type Cell = string | number | boolean | undefined;

/**
 * What the cells of a column are, where not texts: RFC 3339 times, whole numbers from 0, numbers with a fraction,
 * or true and false.
 */
export type ColumnKind = 'time' | 'count' | 'rate' | 'flag';

/** How a table may set off a cell, where it may use colour. */
export type Tint = 'green' | 'yellow' | 'red' | 'dim';

/** Gives a column's cell of a row. */
interface CellOf<T> {
  (row: T): Cell;
  /**
   * Where the cell is another spelling of a stored text: that text, and what spells it. A spelling adds no character
   * that a format must take care of, so a format looks for such in the stored text. V8 would copy a text that has just
   * been put together before it could search it.
   */
  readonly spelling?: {
    readonly stored: (row: T) => Cell;
    readonly spell: (text: string) => string;
  };
}

/** One column of an output. */
export interface Column<T> {
  /** The name in CSV, NDJSON and JSON: snake_case, a contract. */
  readonly name: string;
  readonly of: CellOf<T>;
  /** Undefined is a text; an absent text is undefined and never empty. The same for every row. */
  readonly kind?: ColumnKind | undefined;
  /** The heading in a table. */
  readonly title: string;
  /** How wide the column is in a table, in terminal cells; what is longer is cut. */
  readonly width: number;
  /** May a terminal make it wider or narrower? So it is with texts of any length. */
  readonly grows?: boolean;
  readonly tint?: (cell: Cell) => Tint | undefined;
}

/** A column without colour, which may grow when it is wider than 16. */
export function column<T>(
  name: string,
  title: string,
  width: number,
  of: Column<T>['of'],
  kind?: ColumnKind,
): Column<T> {
  return { name, title, width, of, kind, grows: width > 16 };
}
