import type { Column } from '../model/columns/column.js';
import { printableJson } from '../text/terminal-text.js';

/** Of a text, what JSON needs an escape for, or a terminal acts on. */
const SPECIAL =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f"\\\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]/;

/** Writes rows as JSON objects, each on a line; absent values are left out. */
export function jsonLine<T>(columns: readonly Column<T>[]): (row: T) => string {
  const names = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  const [first, next] = ['{', ','].map((before) => names.map((name) => before + name));
  return (row) => {
    let text = '';
    for (let at = 0; at < columns.length; at++) {
      const value = columns[at]!.of(row);
      if (value === undefined) continue;
      text += (text === '' ? first : next)![at]! + jsonOf(value);
    }
    return text === '' ? '{}\n' : `${text}}\n`;
  };
}

/** Most values stand as they are, which takes a fraction of the time of asking for each. */
function jsonOf(value: string | number | boolean): string {
  if (typeof value === 'string' && !SPECIAL.test(value)) return `"${value}"`;
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
