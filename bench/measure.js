// How things are measured: each way in a process of its own, the ways in turns (A B A B …), medians of the turns.
import { execFile, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * What one run took: seconds, and megabytes where they are known.
 *
 * @typedef {{ wall: number, cpu: number, peak?: number }} Sample
 *
 * A line of the results: a figure and what it is to be.
 * @typedef {{ what: string, goal: string, measured: string, isMet: boolean | undefined, peak?: number }} Line
 */

export const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
export const BIN = path('../dist/bin.js');

/** How large the inputs are, 1 is as the goals say; and how often each way is run. */
export const SCALE = Number(process.env['BENCH_SCALE'] ?? 1);
export const RUNS = Number(process.env['BENCH_RUNS'] ?? 5);

export const median = (/** @type {number[]} */ values) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Is a program there? */
export function has(/** @type {string} */ name) {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs the ways in turns.
 *
 * @template {string} W
 * @param {Record<W, () => Promise<Sample>>} ways
 * @returns {Promise<Record<W, Required<Sample>>>} the medians of each
 */
export async function inTurns(ways, runs = RUNS) {
  const all = /** @type {[W, () => Promise<Sample>][]} */ (Object.entries(ways));
  const samples = new Map(all.map(([name]) => [name, /** @type {Sample[]} */ ([])]));
  for (let turn = 0; turn < runs; turn++) {
    for (const [name, run] of all) samples.get(name)?.push(await run());
  }
  const entries = all.map(([name]) => {
    const of = (/** @type {keyof Sample} */ key) =>
      median((samples.get(name) ?? []).map((one) => one[key] ?? NaN));
    return [name, { wall: of('wall'), cpu: of('cpu'), peak: of('peak') }];
  });
  return Object.fromEntries(entries);
}

/**
 * A program of Node from its start to its end. `expect` must be in what it writes to standard error.
 *
 * @param {string[]} args
 * @param {{ folder: string, env?: Record<string, string>, expect?: string, codes?: number[] }} options
 * @returns {Promise<Sample>}
 */
export async function program(args, { folder, env = {}, expect = '', codes = [0] }) {
  const file = join(folder, 'usage');
  const started = performance.now();
  const child = execFile(
    process.execPath,
    ['--import', path('usage.js'), ...args],
    {
      env: {
        ...process.env,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        ...env,
        USAGE_FILE: file,
      },
      maxBuffer: 1e9,
    },
    () => {},
  );
  let stderr = '';
  child.stderr?.on('data', (piece) => (stderr += String(piece)));
  const [code] = await once(child, 'close');
  const wall = (performance.now() - started) / 1000;
  if (!codes.includes(code) || !stderr.includes(expect)) {
    throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
  }
  return { wall, ...JSON.parse(readFileSync(file, 'utf8')) };
}

/** Our program. */
export function ours(
  /** @type {string[]} */ args,
  /** @type {Parameters<typeof program>[1]} */ options,
) {
  return program([BIN, ...args], options);
}

/**
 * A script of `peers/` that prints what its work took, without its start.
 *
 * @param {string} name
 * @param {string[]} args
 * @returns {Promise<Sample & { result: string }>}
 */
export async function peer(name, args) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', path(`peers/${name}.js`), ...args],
    { maxBuffer: 1e9 },
  );
  return JSON.parse(stdout);
}

/** A line of bash, with no start-up to speak of. */
export async function shell(/** @type {string} */ script) {
  const command = `TIMEFORMAT='%R %U %S'; time { ${script}; }`;
  const { stderr } = await promisify(execFile)('bash', ['-c', command], { maxBuffer: 1e9 });
  const [wall = NaN, user = NaN, system = NaN] = (stderr.trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  return { wall, cpu: user + system };
}

/** A run without its start-up, in whose place another run stands. */
export function less(/** @type {Sample} */ run, /** @type {Sample} */ start) {
  return { wall: run.wall - start.wall, cpu: run.cpu - start.cpu };
}

/**
 * A line of the results: a figure that is to be at most, or at least, its goal.
 *
 * @param {string} what
 * @param {'≤' | '≥' | ''} sign
 * @param {number} goal
 * @param {number} value
 * @param {{ unit?: string, peak?: number, digits?: number }} [options]
 * @returns {Line}
 */
export function line(what, sign, goal, value, { unit = '', peak, digits = 2 } = {}) {
  const isMet = sign === '' ? undefined : sign === '≤' ? value <= goal : value >= goal;
  const goalText = sign === '' ? '' : `${sign} ${goal}${unit}`;
  const measured = `${value.toFixed(digits)}${unit}`;
  return { what, goal: goalText, measured, isMet, ...(peak !== undefined && { peak }) };
}

/** Starts a server of `name` in a process of its own; it sends its address. */
export async function server(/** @type {string} */ name, /** @type {string[]} */ args) {
  const child = fork(path(name), args);
  const [address] = await once(child, 'message');
  return { address: String(address), stop: () => child.kill() };
}

/** What a client of AWS needs to ask the servers of a bench instead. */
export function awsEnv(/** @type {Record<string, string>} */ endpoints) {
  const urls = Object.entries(endpoints).map(([name, url]) => [`AWS_ENDPOINT_URL_${name}`, url]);
  return {
    ...Object.fromEntries(urls),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
