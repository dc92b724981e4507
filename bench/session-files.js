// Session files: megabytes for each second of CPU, less start-up, against node:readline and JSON.parse of each line of
// the NDJSON.
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCALE, inTurns, less, line, ours, peer } from './measure.js';
import { writeSessions } from './sessions-file.js';

export async function measure(/** @type {string} */ folder) {
  const count = Math.ceil(300_000 * SCALE);
  const files = {
    ndjson: join(folder, 's.ndjson'),
    csv: join(folder, 's.csv'),
    none: join(folder, 'none.ndjson'),
  };
  await writeSessions(files.ndjson, count);
  await writeSessions(files.csv, count);
  writeFileSync(files.none, '');
  const run = (/** @type {string} */ file) => () =>
    ours(
      [
        'server-sessions',
        '--sessions',
        file,
        '--all',
        '--limit',
        '1',
        '--out',
        join(folder, 'out'),
      ],
      { folder },
    );
  const { parse, none, ndjson, csv } = await inTurns({
    parse: () => peer('parse-lines', [files.ndjson]),
    none: run(files.none),
    ndjson: run(files.ndjson),
    csv: run(files.csv),
  });
  const speed = (/** @type {string} */ file, /** @type {number} */ cpu) =>
    statSync(file).size / 1e6 / cpu;
  const floor = speed(files.ndjson, parse.cpu);
  return [
    line(
      'NDJSON, against node:readline and JSON.parse of each line',
      '≥',
      0.5,
      speed(files.ndjson, less(ndjson, none).cpu) / floor,
      { unit: ' ×', peak: ndjson.peak },
    ),
    line('CSV, against the same', '≥', 0.17, speed(files.csv, less(csv, none).cpu) / floor, {
      unit: ' ×',
      peak: csv.peak,
    }),
  ];
}
