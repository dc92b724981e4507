// Log files in an S3 whose objects begin to come after 40 ms: `export events` less its start-up, against the SDK alone
// (S), which fetches as many at once, and unpacks them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SCALE, awsEnv, inTurns, less, line, ours, peer, server } from './measure.js';
import { writeTrail } from './trail.js';

const LATENCY = '40';
const EXPORT =
  'export events --since 2026-01-01 --until 2026-03-01 --events s3://logs/ --format ndjson --out /dev/null'.split(
    ' ',
  );

export async function measure(/** @type {string} */ folder) {
  const trails = {
    '400 objects of 4 MB': { files: Math.ceil(400 * SCALE), records: 1945 },
    '5,000 small objects': { files: Math.ceil(5000 * SCALE), records: 40 },
  };
  const start = join(folder, 'start');
  mkdirSync(start);
  writeFileSync(join(start, 'none.json.gz'), gzipSync('{"Records":[]}'));
  const lines = [];
  for (const [name, size] of Object.entries(trails)) {
    const trail = join(folder, name.replaceAll(' ', '-'));
    const { calls } = await writeTrail(trail, { ...size, sessions: 200_000 });
    const none = await server('s3-server.js', [start, '0']);
    const bucket = await server('s3-server.js', [trail, LATENCY]);
    const run =
      (/** @type {string} */ address, /** @type {string} */ threads, /** @type {number} */ count) =>
      () =>
        ours([...EXPORT, '--threads', threads], {
          folder,
          env: awsEnv({ S3: address }),
          expect: `exported ${count.toLocaleString('en')} events`,
        });
    try {
      const result = await inTurns({
        S: () => peer('fetch-objects', [bucket.address]),
        start: run(none.address, '1', 0),
        one: run(bucket.address, '1', calls),
        two: run(bucket.address, '2', calls),
      });
      const { S, start: begin, one, two } = result;
      for (const [threads, sample] of /** @type {const} */ ([
        ['one thread', one],
        ['two threads', two],
      ])) {
        const { wall } = less(sample, begin);
        lines.push(
          line(`${name}: wall, ${threads}`, '', 0, wall / S.wall, {
            unit: ` S (${wall.toFixed(1)} s)`,
            peak: sample.peak,
          }),
        );
      }
    } finally {
      none.stop();
      bucket.stop();
    }
  }
  return lines;
}
