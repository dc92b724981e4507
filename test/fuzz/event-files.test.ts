import { gzipSync } from 'node:zlib';
import { fuzz, type Reader } from './readers.js';
import { idOf } from '../support/sessions.js';
import { WINDOW, roleRecord } from '../support/trail.js';
import { WRAPPERS } from '../support/wrappers.js';

const records = [1, 2, 3, 4].map((n) => roleRecord(n, { identity: `sentinel:alice:${idOf(n)}` }));

/** The first record, too, is one that need not be parsed. */
const other = {
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  requestParameters: { list: ['"', '}', { eventName: 'AssumeRole' }] },
};
const around = [other, ...records.flatMap((record) => [record, other, other])];

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
  'records of other calls around': readerOf('events.json', JSON.stringify({ Records: around })),
  'records of other calls around, pretty-printed': readerOf(
    'events.json',
    JSON.stringify({ Records: around }, null, 2),
  ),
  'a packed trail file': readerOf('events.json.gz', gzipSync(JSON.stringify({ Records: records }))),
});
