import type { Column } from '../model/columns/column.js';
import { printableJson } from '../text/terminal-text.js';
import type { Sink, Source } from '../pipeline/pipe.js';
import { jsonObject } from './json-text.js';
import { PIECE, type WriteText } from './write-text.js';

/** What a document holds besides its list of rows. */
export interface JsonDocument<T> {
  /** Members before the list; undefined ones are left out. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Members after the list; undefined ones are left out. */
  readonly after?: Readonly<Record<string, unknown>>;
  /** Another list after it. */
  readonly also?: {
    readonly list: string;
    readonly columns: readonly Column<T>[];
    readonly rows: Source<T>;
  };
}

/**
 * One JSON document, `{"<list>": [rows…]}`, indented by two as `JSON.stringify` would, written as the rows
 * arrive. Holds one batch.
 */
export function json<T>(
  list: string,
  columns: readonly Column<T>[],
  write: WriteText,
  document: JsonDocument<T> = {},
): Sink<T> {
  return (source) => write(documentText(source, list, columns, document));
}

async function* documentText<T>(
  source: Source<T>,
  list: string,
  columns: readonly Column<T>[],
  { fields = {}, after = {}, also }: JsonDocument<T>,
): AsyncGenerator<string> {
  const members = printableJson(JSON.stringify(fields, null, 2))
    .slice(1, -1)
    .trimEnd();
  const before = `{${members}${members === '' ? '' : ','}\n  `;
  const last = printableJson(JSON.stringify(after, null, 2))
    .slice(1, -1)
    .trimEnd();
  const end = `${last === '' ? '' : `,${last}`}\n}\n`;
  yield* listText(source, list, columns, before, also === undefined ? end : ',\n  ');
  if (also !== undefined) yield* listText(also.rows, also.list, also.columns, '', end);
}

async function* listText<T>(
  source: Source<T>,
  list: string,
  columns: readonly Column<T>[],
  before: string,
  after: string,
): AsyncGenerator<string> {
  const objectOf = jsonObject(columns, '      ');
  // With the first rows, or when there are none: a source that fails at once leaves no output.
  let text = `${before}${JSON.stringify(list)}: [`;
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
  yield text + (isEmpty ? ']' : '\n  ]') + after;
}
