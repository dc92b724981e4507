import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoTable } from '../examples/demo-table.js';
import { type Ended, type RunOptions, cli, scratch } from './support/cli.js';
import { runProgram } from './support/program.js';
import { wordsOf } from './support/words.js';

/**
 * A world is a folder below `worlds/`: `command` has one or more lines as a shell would read them, and a
 * sentence after `#` that says what they show; beside it lie the files they read, and in `expected/` the
 * `stdout`, `stderr` and `code` of the first, `stdout.2` and so on of the second. They run in a copy of the
 * folder, with the examples beside it and their table as the live one; nothing else of AWS answers. What a
 * run takes is `N s` in them, and a time of this very run is `NOW`.
 * UPDATE_WORLDS=1 writes the expectations anew: read the diff.
 */
const WORLDS = fileURLToPath(new URL('worlds', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../examples', import.meta.url));
const worlds = readdirSync(WORLDS, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('/command'))
  .map((path) => join(WORLDS, dirname(path)))
  .toSorted();

const LOADED = Date.now();
let table: Awaited<ReturnType<typeof startDemoTable>>;
beforeAll(async () => {
  table = await startDemoTable();
});
afterAll(() => table.close());

describe('a world', () => {
  it.each(worlds.map((world) => [nameOf(world), world]))('%s', async (_, world) => {
    const answers = await answersOf(world, cli);
    const expected = join(world, 'expected');
    if (process.env['UPDATE_WORLDS']) writeAnew(expected, answers);
    for (const [name, text] of answers) {
      const path = join(expected, name);
      expect(text, name).toBe(existsSync(path) ? readFileSync(path, 'utf8') : '(no such file)');
    }
    expect(readdirSync(expected).toSorted()).toEqual([...answers.keys()].toSorted());
  });
});

describe('the built program answers as the one that the tests call', () => {
  const first = new Map(worlds.toReversed().map((world) => [dirname(world), world]));

  it.each([...first].map(([group, world]) => [relative(WORLDS, group), world]))(
    '%s',
    async (_, world) => {
      expect(await answersOf(world, runProgram)).toEqual(await answersOf(world, cli));
    },
  );
});

type Runner = (args: readonly string[], options: RunOptions) => Promise<Ended>;

/** Names of files below `expected/` with what the commands answered. */
async function answersOf(world: string, runner: Runner): Promise<ReadonlyMap<string, string>> {
  const cwd = scratch();
  cpSync(world, cwd, { recursive: true });
  symlinkSync(EXAMPLES, join(cwd, 'examples'));
  const env = { ...table.environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  const answers = new Map<string, string>();
  for (const [at, line] of commandsOf(world).entries()) {
    const [program, ...args] = wordsOf(line);
    if (program !== 'sentinel-audit') throw new Error(`${world}/command: not our program: ${line}`);
    const { code, stdout, stderr } = await runner(args, { env, cwd });
    const number = at === 0 ? '' : `.${at + 1}`;
    answers.set(`stdout${number}`, withoutNow(stdout));
    answers.set(`stderr${number}`, withoutNow(stderr.replace(/\b\d+\.\d s$/gm, 'N s')));
    answers.set(`code${number}`, `${code}\n`);
  }
  return answers;
}

/** All that the worlds tell of lies long before this file was loaded. */
function withoutNow(text: string): string {
  return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, (time) =>
    Date.parse(time) >= LOADED - 1000 ? 'NOW' : time,
  );
}

function commandsOf(world: string): string[] {
  const lines = readFileSync(join(world, 'command'), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

function writeAnew(folder: string, files: ReadonlyMap<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
}

/** Where it lies, and what it says of itself. */
function nameOf(world: string): string {
  const [, sentence] = /^# (.+)/m.exec(readFileSync(join(world, 'command'), 'utf8')) ?? [];
  return [relative(WORLDS, world), sentence].filter(Boolean).join(': ');
}
