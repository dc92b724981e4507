import { gzipSync } from 'node:zlib';
import { fuzz, type Reader } from './readers.js';
import { idOf } from '../support/sessions.js';
import { WINDOW, roleRecord } from '../support/trail.js';
import { WRAPPERS } from '../support/wrappers.js';

const records = [1, 2, 3, 4].map((n) => roleRecord(n, { identity: `sentinel:alice:${idOf(n)}` }));

/** The records of a file where each is written in one piece. */
function rowsIn(content: string | Buffer): Reader['rows'] {
  return records.flatMap((record) => {
    const text = JSON.stringify(record);
    const inText = JSON.stringify(text).slice(1, -1);
    const id = String(record['eventID']);
    return [text, inText]
      .filter((each) => content.includes(each))
      .map((each) => ({ id, text: each }));
  });
}

function readerOf(name: string, content: string | Buffer): Reader {
  return {
    files: { [name]: content },
    args: (folder, path) => [
      'export',
      'events',
      ...WINDOW,
      '--events',
      path,
      '--format',
      'ndjson',
      '--rejects',
      `${folder}/rejects`,
    ],
    rows: rowsIn(content),
  };
}

fuzz({
  ...Object.fromEntries(
    Object.entries(WRAPPERS).map(([name, wrap]) => [name, readerOf('events.json', wrap(records))]),
  ),
  'a packed trail file': readerOf('events.json.gz', gzipSync(JSON.stringify({ Records: records }))),
});
