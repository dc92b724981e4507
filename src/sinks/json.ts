import type { Column } from '../model/columns.js';
import type { Sink, Source } from '../pipeline.js';
import { jsonObject } from './json-text.js';
import { PIECE, type WriteText } from './write-text.js';

/**
 * One JSON document, `{"<list>": [rows…]}`, indented by two as `JSON.stringify` would, written as the rows
 * arrive. Holds one batch.
 */
export function json<T>(list: string, columns: readonly Column<T>[], write: WriteText): Sink<T> {
  return (source) => write(jsonText(source, list, columns));
}

async function* jsonText<T>(
  source: Source<T>,
  list: string,
  columns: readonly Column<T>[],
): AsyncGenerator<string> {
  const objectOf = jsonObject(columns, '      ');
  let text = `{\n  ${JSON.stringify(list)}: [`;
  let isEmpty = true;
  for await (const batch of source) {
    for (const row of batch) {
      text += `${isEmpty ? '' : ','}\n    ${objectOf(row)}`;
      isEmpty = false;
      if (text.length >= PIECE) {
        yield text;
        text = '';
      }
    }
    if (text !== '') yield text;
    text = '';
  }
  yield text + (isEmpty ? ']\n}\n' : '\n  ]\n}\n');
}
