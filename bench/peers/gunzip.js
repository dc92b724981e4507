// The floor of reading a trail: every file of a folder is unpacked, one after the other, and nothing else is done.
// With `parse`, everything is parsed, and the role calls are counted.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { timed } from './work.js';

const [, , folder = '', mode = 'unpack'] = process.argv;
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.gz'))
  .map((name) => join(folder, name));

await timed(() => {
  let count = 0;
  for (const file of files) {
    const packed = readFileSync(file);
    const bytes = gunzipSync(packed, { chunkSize: packed.readUInt32LE(packed.length - 4) + 1 });
    count += mode === 'parse' ? callsIn(bytes) : bytes.length;
  }
  return count;
});

function callsIn(/** @type {Buffer} */ bytes) {
  const { Records } = JSON.parse(bytes.toString());
  return Records.filter(
    (/** @type {{ eventName: string, eventSource: string }} */ { eventName, eventSource }) =>
      eventName === 'AssumeRole' && eventSource === 'sts.amazonaws.com',
  ).length;
}
