import { afterAll, describe, expect, it } from 'vitest';
import { seeded } from '../support/busy-table.js';
import { type Ended, scratch } from '../support/cli.js';
import { Schedule } from './fault.js';
import { startFaultProxy } from './fault-proxy.js';
import { type Endpoints, SCENES, type Stage } from './scenes.js';
import { startVirtualTime } from './virtual-time.js';

/** Seeds for each command: a slice, or as many as are asked for. */
const SEEDS = Number(process.env['FAULTS'] ?? (process.env['MODE'] === 'faults' ? 200 : 3));
const FIRST_SEED = Number(process.env['FAULTS_SEED'] ?? 1);

let runs = 0;

interface Disturbed {
  readonly ended: Ended;
  readonly folder: string;
  readonly number: number;
  readonly faults: readonly string[];
}

/** Runs a scene with a proxy before each endpoint. */
async function run(stage: Stage, seed: number | undefined, folder = scratch()): Promise<Disturbed> {
  const random = seeded(seed ?? 0);
  const schedule = seed === undefined ? undefined : new Schedule(seed, random);
  const proxies = await Promise.all(
    Object.entries(stage.endpoints).map(
      async ([name, url]) => [name, await startFaultProxy(url, () => schedule?.next())] as const,
    ),
  );
  const env: Endpoints = Object.fromEntries(proxies.map(([name, { url }]) => [name, url]));
  const time = startVirtualTime(() => proxies.some(([, proxy]) => proxy.isBusy()));
  const number = runs++;
  try {
    const ended = await stage.run(env, folder, number);
    return { ended, folder, number, faults: proxies.flatMap(([, { seen }]) => seen) };
  } finally {
    time.stop();
    for (const [, proxy] of proxies) proxy.close();
  }
}

/** What is wrong with a run that did not give the quiet answer: it fails with one line. */
function problemOf({ code, stderr }: Ended): string | undefined {
  const lines = stderr.trimEnd().split('\n');
  const errors = lines.filter((line) => line.startsWith('sentinel-audit: '));
  const others = lines.filter((line) => !/^(?:sentinel-audit: |note: | {2}\S)/.test(line));
  if (code !== 3) return `code ${code}`;
  // What could not be read is told as it is met, and once more as the reason of the code.
  const isIncomplete = errors.at(-1)?.startsWith('sentinel-audit: incomplete: ') === true;
  const last = errors.filter((line) => !/^sentinel-audit: s3:\/\/\S+: /.test(line));
  if (last.length > 1 && !isIncomplete) return `${errors.length} errors`;
  if (errors.length === 0) return 'no error';
  if (others.length > 0 && !isIncomplete) return `other lines: ${others.join(' | ')}`;
  return undefined;
}

describe.each(SCENES)('$name', ({ open }) => {
  let stage: Stage | undefined;
  afterAll(() => stage?.close());

  it(`gives the quiet answer or ends with 3 and one line, whatever goes wrong (${SEEDS} seeds)`, async () => {
    stage = await open();
    const quiet = await run(stage, undefined);
    const answer = await stage.answer(quiet.ended, quiet.folder, quiet.number);
    expect([0, 1]).toContain(quiet.ended.code);
    const codes: Record<string, number> = {};
    let faults = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const disturbed = await run(stage, seed);
      const { ended } = disturbed;
      codes[String(ended.code)] = (codes[String(ended.code)] ?? 0) + 1;
      faults += disturbed.faults.length;
      const told = `seed ${seed}\n${disturbed.faults.join('\n')}\n${ended.stderr}`;
      if (ended.code === quiet.ended.code) {
        const given = await stage.answer(ended, disturbed.folder, disturbed.number);
        expect(given, told).toEqual(answer);
        continue;
      }
      expect(problemOf(ended), told).toBeUndefined();
      if (stage.goesOn !== true) continue;
      const next = await run(stage, undefined, disturbed.folder);
      expect(next.ended.code, told).toBe(quiet.ended.code);
      expect(await stage.answer(next.ended, next.folder, next.number), told).toEqual(answer);
    }
    if (SEEDS > 10) console.info(`${faults} faults, codes ${JSON.stringify(codes)}`);
  });
});
