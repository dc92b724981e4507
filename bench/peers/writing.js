// Writes 300,000 sessions that lie in memory to /dev/null, in one of four ways.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import ndjsonPackage from 'ndjson';
import { csv, ndjson, sessionColumns, writeToStream } from '../../dist/index.js';
import { parseSession } from '../../dist/model/session/session.js';
import { sessionRow } from '../session-rows.js';
import { timed } from './work.js';

const [, , way = '', chosen = 'all'] = process.argv;
const COUNT = 300_000;
const columns = sessionColumns(/** @type {'all' | 'audit'} */ (chosen));
const sessions = Array.from({ length: COUNT }, (_, n) => parseSession(sessionRow(n), []));
const out = createWriteStream('/dev/null');
const write = writeToStream(out, new AbortController().signal);
async function* batches() {
  for (let at = 0; at < COUNT; at += 1000) yield sessions.slice(at, at + 1000);
}
const isPeer = way.includes('-');
/** @type {Record<string, unknown>[]} what the peers write: they are not asked to make it */
const rows = isPeer
  ? sessions.map((session) =>
      Object.fromEntries(columns.map(({ name, of }) => [name, of(session)])),
    )
  : [];
globalThis.gc?.();

const WAYS = /** @type {Record<string, () => unknown>} */ ({
  csv: () => csv(columns, write)(batches()),
  ndjson: () => ndjson(columns, write)(batches()),
  'csv-stringify': () =>
    pipeline(
      Readable.from(rows),
      stringify({ header: true, columns: columns.map(({ name }) => name) }),
      out,
    ),
  'ndjson-package': () => pipeline(Readable.from(rows), ndjsonPackage.stringify(), out),
});
await timed(() => WAYS[way]?.());
