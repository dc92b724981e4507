import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { seeded } from '../support/busy-table.js';
import { scratch } from '../support/cli.js';
import { type Ending, type Interruption, SIGNALS, type Signal, play } from './interruption.js';
import { type Files, filesIn, oddFiles, textGist } from './leftovers.js';
import { SCENES, type Scene, closeScenes } from './scenes.js';

/** Interruptions of each scene; `npm run stops` makes many. */
const STOPS = Number(process.env['STOPS'] ?? (process.env['MODE'] === 'stops' ? 200 : 1));
const SEED = Number(process.env['STOPS_SEED'] ?? 1);

/** For a scene, in milliseconds: a run may take seconds. */
const PATIENCE = { timeout: 600_000 + STOPS * 60_000 };

/** No machine is so busy that an interruption takes longer. On a quiet one it is two seconds at the most. */
const MOST_MS = 30_000;

/** How long what was interrupted took to end, for each scene. */
const times = new Map<string, number[]>();
const TWICE = 'a second signal';

function note(name: string, took: number): void {
  times.set(name, [...(times.get(name) ?? []), took]);
}

/** One run of a scene, and what it has left. */
interface Played extends Ending {
  readonly files: Files;
  readonly left: readonly string[];
}

async function playScene(scene: Scene, interruption?: Interruption): Promise<Played> {
  const folder = scratch();
  const [cwd, TMPDIR] = ['work', 'tmp'].map((name) => join(folder, name)) as [string, string];
  for (const path of [cwd, TMPDIR]) mkdirSync(path);
  const stage = await scene.stage(cwd);
  try {
    const ending = await play(stage, { cwd, TMPDIR }, interruption);
    await sleep(ending.by === null ? 0 : 50); // what was on its way is done by then
    const files = new Map([...filesIn(cwd), ...(stage.objects?.() ?? [])]);
    const temporary = readdirSync(TMPDIR).map((name) => `${name} is left in TMPDIR`);
    return { ...ending, files, left: [...temporary, ...(stage.left?.() ?? [])] };
  } finally {
    stage.close?.();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is wrong with how an interrupted run ended; `whole` is what may be there. */
function faultsOf(
  { signal, again }: Interruption,
  run: Played,
  whole: Played | undefined,
  { lasts, oddities }: Scene,
  before: Files,
): string[] {
  const { code, by, stderr, took, hadBegun, files } = run;
  const isInterrupted = code === SIGNALS[signal];
  const isDone = whole === undefined ? code === 0 && lasts !== undefined : isLike(run, whole);
  // Node itself listens no more once the program has ended.
  const isOver = isDone || again !== undefined || lastWords(stderr).length > 0;
  const isByDefault = by === signal && (hadBegun !== true || isOver);
  const faults = isInterrupted || isByDefault || isDone ? [] : [`it ended with ${by ?? code}`];
  if (took > MOST_MS) faults.push(`it took ${Math.round(took)} ms`);
  if (isInterrupted && !isQuiet(stderr)) faults.push(`it said: ${stderr}`);
  if (again !== undefined) return faults; // it ends at once, whatever lies around
  const known = whole === undefined ? [before] : [before, whole.files];
  return [...faults, ...run.left, ...(oddities?.(files) ?? oddFiles(files, known))];
}

function isLike(run: Played, whole: Played): boolean {
  return (
    (run.code === whole.code || run.by !== null) &&
    textGist(run.stdout) === textGist(whole.stdout) &&
    [...whole.files.keys()].every((path) => run.files.has(path))
  );
}

/** What is said in the end; notes and rejects are said before. */
function lastWords(stderr: string): string[] {
  const before = /^note: |^sentinel-audit: \S+:\d+: /;
  return stderr.split('\n').filter((line) => line !== '' && !before.test(line));
}

/** One line that tells of the interruption at the most. */
function isQuiet(stderr: string): boolean {
  const words = lastWords(stderr);
  return words.length <= 1 && words.every((line) => line.startsWith('sentinel-audit: '));
}

/** An interruption of a run that takes so long: at any time of it, and often before the program has begun. */
function anyInterruption(lasts: number, random: () => number): Interruption {
  const part = random();
  const moment = part < 0.1 ? part * 1000 : random() * lasts * 1.02;
  const names = Object.keys(SIGNALS) as Signal[];
  const signal = names[Math.floor(random() * names.length)]!;
  const again = random() < 0.15 ? random() * 100 : undefined;
  return { moment, signal, again };
}

afterAll(() => {
  closeScenes();
  const rows = [...(STOPS > 1 ? times : []), ['all', [...times.values()].flat()] as const];
  const lines = rows.map(([name, took]) => {
    const sorted = took.toSorted((a, b) => a - b);
    const at = (part: number): number => sorted[Math.ceil(part * sorted.length) - 1] ?? NaN;
    const numbers = [took.length, at(0.5), at(0.95), at(1)].map((n) => n.toFixed(0).padStart(6));
    return `${name.padEnd(34)}${numbers.join('')}`;
  });
  const title = 'milliseconds from the signal to the end: how many, median, p95, most';
  console.info([title, ...lines].join('\n'));
});

describe.concurrent('an interrupted run ends soon, and leaves nothing behind', () => {
  it.each(SCENES.map((scene, n) => ({ ...scene, n })))(
    '$name',
    PATIENCE,
    async ({ n, ...scene }) => {
      const random = seeded(SEED * 1000 + n);
      const before = (await scene.before?.()) ?? new Map<string, Buffer>();
      const whole = scene.lasts === undefined ? await playScene(scene) : undefined;
      if (whole !== undefined) {
        expect([whole.code, whole.left], whole.stderr).toEqual([expect.toBeOneOf([0, 1, 3]), []]);
      }
      const faults: string[] = [];
      for (let stop = 0; stop < STOPS; stop++) {
        const interruption = anyInterruption(scene.lasts ?? whole!.took, random);
        const run = await playScene(scene, interruption);
        const { moment, signal, again } = interruption;
        const twice = again === undefined ? '' : ` and once more after ${again.toFixed(0)} ms`;
        const how = `stop ${stop}, ${signal} after ${moment.toFixed(0)} ms${twice}`;
        const found = faultsOf(interruption, run, whole, scene, before);
        faults.push(...found.map((fault) => `${how}: ${fault}`));
        if (run.code === SIGNALS[signal]) note(again === undefined ? scene.name : TWICE, run.took);
      }
      expect(faults, `with STOPS_SEED=${SEED}`).toEqual([]);
    },
  );
});
