import type { Column } from '../model/columns/column.js';
import { printableJson } from '../text/terminal-text.js';

/** Of a text, what JSON needs an escape for, or a terminal acts on. */
const SPECIAL =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f"\\\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]/;

/** What is written around the value of each column, by what was written before it. */
interface Around {
  /** Before a text that stands as it is: its quote is here, and the one after it is in what follows. */
  readonly texts: readonly string[];
  readonly others: readonly string[];
  /** After the last value. */
  readonly end: string;
}

/** Writes rows as JSON objects, each on a line; absent values are left out. */
export function jsonLine<T>(columns: readonly Column<T>[]): (row: T) => string {
  const around = (before: string, end: string): Around => {
    const others = columns.map(({ name }) => `${before}${JSON.stringify(name)}:`);
    return { texts: others.map((key) => `${key}"`), others, end };
  };
  const [first, afterText, afterOther] = [
    around('{', '{}\n'),
    around('",', '"}\n'),
    around(',', '}\n'),
  ] as const;
  const stored = columns.map(({ of }) => of.spelling?.stored ?? of);
  const spellings = columns.map(({ of }) => of.spelling?.spell);
  return (row) => {
    let text = '';
    let next: Around = first;
    for (let at = 0; at < stored.length; at++) {
      const value = stored[at]!(row);
      if (value === undefined) continue;
      const spell = spellings[at];
      if (typeof value === 'string' && !SPECIAL.test(value)) {
        text += next.texts[at]! + (spell === undefined ? value : spell(value));
        next = afterText;
      } else {
        text += next.others[at]! + jsonOf(columns[at]!.of(row)!);
        next = afterOther;
      }
    }
    return text + next.end;
  };
}

/** Most numbers stand as they are, which takes a fraction of the time of asking for each. */
function jsonOf(value: string | number | boolean): string {
  return typeof value === 'boolean' || Number.isFinite(value)
    ? String(value)
    : printableJson(JSON.stringify(value));
}

/** Writes rows as JSON objects; absent values are left out. `indent` is what stands before each member. */
export function jsonObject<T>(columns: readonly Column<T>[], indent: string): (row: T) => string {
  const [open, between, close] = [`{\n${indent}`, `,\n${indent}`, `\n${indent.slice(2)}}`];
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}: `);
  return (row) => {
    let members = '';
    for (let at = 0; at < columns.length; at++) {
      const value = columns[at]!.of(row);
      if (value === undefined) continue;
      members += (members === '' ? '' : between) + keys[at]! + JSON.stringify(value);
    }
    return members === '' ? '{}' : printableJson(open + members + close);
  };
}
