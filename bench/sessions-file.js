// Files of sessions, made of `session-rows.js`.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sessionRow } from './session-rows.js';

/** Writes so many sessions as NDJSON, or with `.csv` at the end of the name as CSV. */
export async function writeSessions(/** @type {string} */ file, /** @type {number} */ count) {
  const isCsv = file.endsWith('.csv');
  const names = Object.keys(sessionRow(0));
  function* lines() {
    if (isCsv) yield `${names.join(',')}\n`;
    for (let n = 0; n < count; n++) {
      const row = sessionRow(n);
      yield `${isCsv ? Object.values(row).join(',') : JSON.stringify(row)}\n`;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
}
