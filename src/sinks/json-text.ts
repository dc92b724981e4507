import type { Column } from '../model/columns/column.js';
import { printableJson } from '../text/terminal-text.js';

/** Writes rows as JSON objects; absent values are left out. `indent` is what stands before each member. */
export function jsonObject<T>(columns: readonly Column<T>[], indent?: string): (row: T) => string {
  const [open, between, colon, close] =
    indent === undefined
      ? ['{', ',', ':', '}']
      : [`{\n${indent}`, `,\n${indent}`, ': ', `\n${indent.slice(2)}}`];
  const keys = columns.map(({ name }) => JSON.stringify(name) + colon);
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
