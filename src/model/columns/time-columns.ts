import { toNanoseconds, toWholeSeconds } from '../time/instant.js';
import type { Cell, Column } from './column.js';

/** The columns with times in UTC and with nine digits of a second: the instant is kept, its spelling is one. */
export function exactTimes<T>(columns: readonly Column<T>[]): readonly Column<T>[] {
  return columns.map((column) => respelt(column, toNanoseconds));
}

/** The columns with times in UTC and cut to whole seconds. */
export function timesInSeconds<T>(columns: readonly Column<T>[]): readonly Column<T>[] {
  return columns.map((column) => respelt(column, toWholeSeconds));
}

/** The column with its times spelt otherwise; any other column as it is. */
export function respelt<T>(column: Column<T>, spell: (time: string) => string): Column<T> {
  if (column.kind !== 'time') return column;
  const stored = column.of;
  const of = (row: T): Cell => {
    const time = stored(row);
    return typeof time === 'string' ? spell(time) : time;
  };
  return { ...column, of: Object.assign(of, { spelling: { stored, spell } }) };
}
