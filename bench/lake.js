// A lake: CPU time and peak memory of `export events` of log files, 50,000 and 1,000,000 calls over 40 days, into one
// Parquet file, and the 1,000,000 into one file a day. Each run in a process of its own, in turns; medians of three.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const [SMALL, LARGE, DAYS, RUNS] = [50_000, 1_000_000, 40, 3];
const FILES_A_DAY = 10;
const ACCOUNT = '111122223333';
const folder = mkdtempSync(join(tmpdir(), 'sentinel-audit-bench-'));
const median = (/** @type {number[]} */ values) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const hex = (/** @type {number} */ n, /** @type {number} */ length) =>
  n.toString(16).padStart(length, '0');

function record(/** @type {number} */ n, /** @type {string} */ day) {
  const second = n % 86_400;
  const time = new Date(Date.parse(`${day}T00:00:00Z`) + second * 1000).toISOString();
  return {
    eventVersion: '1.08',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE:${n % 1000}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Broker/${n % 1000}`,
      accountId: ACCOUNT,
    },
    eventTime: `${time.slice(0, 19)}Z`,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: 'us-east-1',
    sourceIPAddress: `10.0.${n % 250}.${n % 199}`,
    userAgent: 'aws-sdk-go/1.44',
    requestParameters: {
      roleArn: `arn:aws:iam::${ACCOUNT}:role/Role${n % 50}`,
      roleSessionName: `tvm-user${n % 300}-${n}`,
      sourceIdentity: `sentinel-${hex(n, 16)}`,
    },
    eventID: `${hex(n, 8)}-0000-4000-8000-${hex(n, 12)}`,
    recipientAccountId: ACCOUNT,
  };
}

/** A trail of so many calls. */
function writeTrail(/** @type {number} */ count) {
  const trail = join(folder, String(count));
  const each = count / DAYS / FILES_A_DAY;
  let n = 0;
  for (let at = 0; at < DAYS; at++) {
    const day = new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10);
    const below = join(trail, 'AWSLogs', ACCOUNT, 'CloudTrail/us-east-1', ...day.split('-'));
    mkdirSync(below, { recursive: true });
    for (let file = 0; file < FILES_A_DAY; file++) {
      const Records = Array.from({ length: each }, () => record(n++, day));
      const name = `${ACCOUNT}_CloudTrail_us-east-1_${day.replaceAll('-', '')}T${hex(file, 2)}05Z_0123456789abcdef.json.gz`;
      writeFileSync(join(below, name), gzipSync(JSON.stringify({ Records })));
    }
  }
  return trail;
}

/** CPU seconds and peak memory (MB) of a run; it must export so many. */
async function run(/** @type {string[]} */ args, /** @type {number} */ count) {
  const usage =
    'process.on("exit",()=>{const u=process.resourceUsage();process.stderr.write(`\\nusage ${(u.userCPUTime+u.systemCPUTime)/1e6} ${u.maxRSS/1024}\\n`)})';
  const preload = `data:text/javascript,${encodeURIComponent(usage)}`;
  const child = spawn(process.execPath, ['--import', preload, BIN, 'export', 'events', ...args]);
  let stderr = '';
  child.stderr.on('data', (piece) => (stderr += String(piece)));
  await once(child, 'close');
  const [, cpu, peak] = /usage ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  if (!stderr.includes(`exported ${count.toLocaleString('en')} events`)) throw new Error(stderr);
  return { cpu: Number(cpu), peak: Number(peak) };
}

try {
  const trails = new Map([SMALL, LARGE].map((count) => [count, writeTrail(count)]));
  const window = ['--since', '2026-01-01', '--until', '2026-02-10'];
  /** @type {Record<string, { cpu: number, peak: number }[]>} */
  const results = {};
  for (let turn = 0; turn < RUNS; turn++) {
    for (const [name, count, output] of /** @type {[string, number, string[]][]} */ ([
      ['one file of 50,000', SMALL, ['--out', join(folder, 'rows.parquet')]],
      ['one file of 1,000,000', LARGE, ['--out', join(folder, 'rows.parquet')]],
      [
        '40 partitions of 1,000,000',
        LARGE,
        ['--out', join(folder, 'lake'), '--partition-by', 'day'],
      ],
    ])) {
      const trail = trails.get(count) ?? '';
      (results[name] ??= []).push(await run([...window, '--events', trail, ...output], count));
    }
  }
  const small = median((results['one file of 50,000'] ?? []).map(({ peak }) => peak));
  const cpuOfOne = median((results['one file of 1,000,000'] ?? []).map(({ cpu }) => cpu));
  for (const [name, runs] of Object.entries(results)) {
    const [cpu, peak] = [median(runs.map((one) => one.cpu)), median(runs.map((one) => one.peak))];
    console.log(
      `${name}: ${cpu.toFixed(1)} s of CPU time (${(cpu / cpuOfOne).toFixed(2)} of one file), ` +
        `peak RSS ${peak.toFixed(0)} MB (${(peak / small).toFixed(2)} of 50,000)`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
