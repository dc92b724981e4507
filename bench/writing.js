// CSV and NDJSON: rows for each second of CPU, against csv-stringify's stream and the ndjson package.
import { inTurns, line, peer } from './measure.js';

export async function measure() {
  const lines = [];
  for (const columns of ['all', 'audit']) {
    const run = (/** @type {string} */ way) => () => peer('writing', [way, columns]);
    const { csv, stringify, ndjson, ndjsonPackage } = await inTurns({
      csv: run('csv'),
      stringify: run('csv-stringify'),
      ndjson: run('ndjson'),
      ndjsonPackage: run('ndjson-package'),
    });
    lines.push(
      line(`CSV, columns ${columns}, against csv-stringify`, '≥', 4, stringify.cpu / csv.cpu, {
        unit: ' ×',
      }),
      line(`NDJSON, columns ${columns}, against ndjson`, '≥', 3, ndjsonPackage.cpu / ndjson.cpu, {
        unit: ' ×',
      }),
    );
  }
  return lines;
}
