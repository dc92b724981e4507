// Peak memory of `export` over a table of 20,000 rows and over one of 500,000, in one run, medians.
// The table is dynalite in a process of its own; the program asks it over HTTP.
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const SIZES = [20_000, 500_000];
const RUNS = 3;

// Node 20 is supported; the SDK would say here that it will not be for ever.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const server = fork(path('table-server.js'), SIZES.map(String));
const [endpoint] = await once(server, 'message');
const file = join(mkdtempSync(join(tmpdir(), 'sentinel-audit-bench-')), 'peak');
/** @type {Record<string, number[]>} */
const peaks = {};
for (let run = 0; run < RUNS; run++) {
  for (const format of ['csv', 'ndjson']) {
    for (const size of SIZES) {
      const args = ['--import', path('peak-memory.js'), path('../dist/bin.js'), 'export'];
      const options = ['--table', `rows-${size}`, '--format', format, '--out', '/dev/null'];
      const env = {
        ...process.env,
        AWS_ENDPOINT_URL_DYNAMODB: String(endpoint),
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'bench',
        AWS_SECRET_ACCESS_KEY: 'bench',
        PEAK_MEMORY_FILE: file,
      };
      const { stderr } = await promisify(execFile)(process.execPath, [...args, ...options], {
        env,
      });
      if (!stderr.includes(`exported ${size.toLocaleString('en')} sessions`))
        throw new Error(stderr);
      (peaks[`${format} ${size}`] ??= []).push(Number(readFileSync(file, 'utf8')) / 1024);
    }
  }
}
server.kill();
const median = (/** @type {number[]} */ values) =>
  values.toSorted((a, b) => a - b)[RUNS >> 1] ?? NaN;
for (const format of ['csv', 'ndjson']) {
  const [small, large] = SIZES.map((size) => median(peaks[`${format} ${size}`] ?? []));
  const ratio = (large ?? NaN) / (small ?? NaN);
  console.log(
    `export --format ${format}: peak RSS ${small?.toFixed(0)} MB for 20,000 rows, ` +
      `${large?.toFixed(0)} MB for 500,000; ratio ${ratio.toFixed(2)}`,
  );
}
