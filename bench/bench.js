// npm run bench [-- TOPIC…]: every comparison in turns, its goal and what was measured; each topic is written to a
// file in results/. BENCH_SCALE=0.1 makes inputs smaller, BENCH_RUNS=3 turns fewer. `parquet` and `lake` print their
// own figures.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { RUNS, SCALE, path } from './measure.js';

const TOPICS = [
  'log-files',
  's3-logs',
  'audit',
  'join',
  'dynamodb',
  'session-files',
  'writing',
  'pipeline',
  'start-up',
  'lookup-events',
  'memory',
];
const OTHERS = ['parquet', 'lake'];

const asked = process.argv.slice(2);
const unknown = asked.find((name) => ![...TOPICS, ...OTHERS].includes(name));
if (unknown !== undefined) {
  console.error(`there is no "${unknown}": ${[...TOPICS, ...OTHERS].join(', ')}`);
  process.exit(2);
}

for (const topic of asked.length > 0 ? asked : TOPICS) {
  const module = await import(`./${topic}.js`);
  if (OTHERS.includes(topic)) continue; // it has printed them
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-audit-bench-'));
  try {
    const lines = /** @type {import('./measure.js').Line[]} */ (await module.measure(folder));
    const section = [
      `# ${topic}`,
      '',
      '| | goal | measured | | peak MB |',
      '|---|---|---|---|---|',
      ...lines.map(({ what, goal, measured, isMet, peak }) => {
        const verdict = isMet === undefined ? '' : isMet ? 'met' : 'not met';
        return `| ${what} | ${goal} | ${measured} | ${verdict} | ${peak === undefined ? '' : peak.toFixed(0)} |`;
      }),
      '',
    ].join('\n');
    console.log(section);
    writeFileSync(path(`results/${topic}.md`), `${section}\n${circumstances()}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function circumstances() {
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], {
    encoding: 'utf8',
  }).trim();
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GB`;
  return `${new Date().toISOString().slice(0, 10)}: ${machine}; ${process.platform} ${process.arch}; Node ${process.version}; commit ${commit}; scale ${SCALE}, medians of ${RUNS} turns.`;
}
