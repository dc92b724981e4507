// Log files: `export events` less its start-up, against unpacking alone (G), parsing everything, DuckDB, jq and ripgrep.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SCALE, has, inTurns, less, line, ours, peer, shell } from './measure.js';
import { writeTrail } from './trail.js';

const WINDOW = ['--since', '2026-01-01', '--until', '2026-03-01'];

export async function measure(/** @type {string} */ folder) {
  const trails = {
    '400 files of 4 MB': { files: Math.ceil(400 * SCALE), records: 1945, pretty: false },
    '10,000 small files': { files: Math.ceil(10_000 * SCALE), records: 40, pretty: false },
    'pretty-printed': { files: Math.ceil(80 * SCALE), records: 1945, pretty: true },
    'one file': { files: 1, records: Math.ceil(450_000 * SCALE), pretty: false },
  };
  const start = join(folder, 'start');
  mkdirSync(start);
  writeFileSync(join(start, 'none.json.gz'), gzipSync('{"Records":[]}'));
  const lines = [];
  for (const [name, size] of Object.entries(trails)) {
    const trail = join(folder, name.replaceAll(' ', '-'));
    const { calls } = await writeTrail(trail, { ...size, sessions: 200_000 });
    const run =
      (/** @type {string} */ events, /** @type {string} */ threads, /** @type {number} */ count) =>
      () =>
        ours(
          [
            'export',
            'events',
            ...WINDOW,
            '--events',
            events,
            '--threads',
            threads,
            '--format',
            'ndjson',
            '--out',
            '/dev/null',
          ],
          { folder, expect: `exported ${count.toLocaleString('en')} events` },
        );
    const isMain = name.startsWith('400');
    const isWhole = name !== 'one file'; // which is too long for a string, and for DuckDB
    /** @type {Record<string, () => Promise<import('./measure.js').Sample>>} */
    const ways = {
      G: () =>
        isWhole
          ? peer('gunzip', [trail])
          : shell(`find '${trail}' -name '*.gz' -exec gzip -dc {} + > /dev/null`),
      start: run(start, '1', 0),
      one: run(trail, '1', calls),
      two: run(trail, '2', calls),
    };
    if (isMain) {
      ways['parse'] = () => peer('gunzip', [trail, 'parse']);
      ways['duckdb'] = () => peer('duckdb', [trail]);
    }
    const result = await inTurns(ways);
    const { G, start: begin, one, two, duckdb, parse } = result;
    if (!G || !begin || !one || !two) continue;
    const [alone, both] = [less(one, begin), less(two, begin)];
    if (isWhole) {
      lines.push(
        line(`${name}: wall, one thread`, '≤', 1.5, alone.wall / G.wall, {
          unit: ' G',
          peak: one.peak,
        }),
        line(`${name}: wall, two threads`, '≤', 1.05, both.wall / G.wall, {
          unit: ' G',
          peak: two.peak,
        }),
        line(`${name}: CPU, two threads`, '≤', 2.2, both.cpu / G.cpu, { unit: ' G' }),
      );
    } else {
      lines.push(
        line(`${name} of ${(SCALE * 0.87).toFixed(2)} GB: wall`, '', 0, alone.wall / G.wall, {
          unit: ' × gzip -dc',
          peak: one.peak,
        }),
      );
    }
    lines.push(
      line(`${name}: peak memory, one thread`, '≤', 150, one.peak, { unit: ' MB', digits: 0 }),
    );
    if (isWhole)
      lines.push(
        line(`${name}: peak memory, two threads`, '≤', 200, two.peak, { unit: ' MB', digits: 0 }),
      );
    if (duckdb && parse) {
      lines.push(
        line(`${name}: two threads against DuckDB with two`, '≤', 0.6, both.wall / duckdb.wall, {
          unit: ' × its wall time',
          peak: duckdb.peak,
        }),
        line(`${name}: parsing everything, one thread`, '', 0, parse.wall / G.wall, {
          unit: ' G',
          peak: parse.peak,
        }),
      );
      lines.push(...(await othersOn(trail, both.wall)));
    }
  }
  return lines;
}

/** Programs that not every machine has, on a tenth of the files. */
async function othersOn(/** @type {string} */ trail, /** @type {number} */ wall) {
  const files = readdirSync(trail, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.gz'),
  );
  const some = files.slice(0, Math.ceil(files.length / 10)).map((name) => `'${join(trail, name)}'`);
  const share = files.length / some.length;
  const lines = [];
  if (has('jq')) {
    const { wall: seconds } = await shell(
      `gzip -dc ${some.join(' ')} | jq -c '.Records[] | select(.eventName == "AssumeRole")' > /dev/null`,
    );
    lines.push(
      line('400 files of 4 MB: two threads against gzip | jq', '≤', 0.1, wall / (seconds * share), {
        unit: ' × its wall time',
        digits: 3,
      }),
    );
  }
  if (has('rg')) {
    const { wall: seconds } = await shell(`rg -z -c AssumeRole ${some.join(' ')} > /dev/null`);
    lines.push(
      line('400 files of 4 MB: two threads against ripgrep -z', '', 0, wall / (seconds * share), {
        unit: ' × its wall time',
      }),
    );
  }
  return lines;
}
