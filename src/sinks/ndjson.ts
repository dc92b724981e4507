import type { Column } from '../model/columns/column.js';
import type { Sink, Source } from '../pipeline/pipe.js';
import { jsonLine } from './json-text.js';
import { PIECE, type WriteText } from './write-text.js';

/** One JSON object a line; numbers are numbers, absent is absent. Holds one batch. */
export function ndjson<T>(columns: readonly Column<T>[], write: WriteText): Sink<T> {
  return (source) => write(ndjsonText(source, columns));
}

async function* ndjsonText<T>(
  source: Source<T>,
  columns: readonly Column<T>[],
): AsyncGenerator<string> {
  const lineOf = jsonLine(columns);
  for await (const batch of source) {
    let text = '';
    for (const row of batch) {
      text += lineOf(row);
      if (text.length >= PIECE) {
        yield text;
        text = '';
      }
    }
    if (text !== '') yield text;
  }
}
