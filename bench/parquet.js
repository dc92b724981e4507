// Parquet: rows per second of CPU time of the sink, of its library alone and of DuckDB on the same rows, each in
// a process of its own; and the peak memory of `export` of 50,000 and of 1,000,000 rows. Medians of three.
import { execFile } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sessionRow } from './session-rows.js';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const [SMALL, LARGE, RUNS] = [50_000, 1_000_000, 3];
const WRITTEN = 200_000;
const folder = mkdtempSync(join(tmpdir(), 'sentinel-audit-bench-'));
const median = (/** @type {number[]} */ values) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Runs a program of Node; the answer is what it wrote to standard output and to standard error. */
async function run(/** @type {string[]} */ args, /** @type {Record<string, string>} */ env = {}) {
  return promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } });
}

async function writeRows(/** @type {number} */ count) {
  const file = join(folder, `${count}.ndjson`);
  function* lines() {
    for (let n = 0; n < count; n++) yield `${JSON.stringify(sessionRow(n))}\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
  return file;
}

try {
  const rows = await writeRows(WRITTEN);
  /** @type {Record<string, number[]>} */
  const speeds = {};
  for (let turn = 0; turn < RUNS; turn++) {
    for (const way of ['the sink', 'hyparquet-writer alone', 'DuckDB COPY']) {
      const out = join(folder, 'written.parquet');
      const { stdout } = await run([path('parquet-writers.js'), way, rows, out]);
      (speeds[way] ??= []).push(WRITTEN / Number(stdout));
    }
  }
  for (const [way, values] of Object.entries(speeds))
    console.log(`${way}: ${Math.round(median(values) / 1000)},000 rows per second of CPU time`);

  /** @type {number[]} */
  const peaks = [];
  for (const size of [SMALL, LARGE]) {
    const file = await writeRows(size);
    const peak = join(folder, 'peak');
    const program = ['--import', path('usage.js'), path('../dist/bin.js')];
    const args = ['export', '--sessions', file, '--out', join(folder, 'rows.parquet')];
    /** @type {number[]} */
    const each = [];
    for (let turn = 0; turn < RUNS; turn++) {
      const { stderr } = await run([...program, ...args], { USAGE_FILE: peak });
      if (!stderr.includes(`exported ${size.toLocaleString('en')} sessions`))
        throw new Error(stderr);
      each.push(JSON.parse(readFileSync(peak, 'utf8')).peak);
    }
    peaks.push(median(each));
    rmSync(file);
  }
  const [small = NaN, large = NaN] = peaks;
  console.log(
    `export --format parquet: peak RSS ${small.toFixed(0)} MB for 50,000 rows, ` +
      `${large.toFixed(0)} MB for 1,000,000; ratio ${(large / small).toFixed(2)}`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
