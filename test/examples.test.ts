import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoTable } from '../examples/demo-table.js';
import { cli } from './support/cli.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string): string => readFileSync(`${ROOT}/${name}`, 'utf8');

/** Each `$ sentinel-audit …` of a text's console blocks, with the lines shown below it. */
function shown(text: string): { command: string; lines: string[] }[] {
  const blocks = [...text.matchAll(/```console\n(.*?)```/gs)].map(([, block]) => block ?? '');
  return blocks.flatMap((block) =>
    block
      .split(/^\$ sentinel-audit /m)
      .slice(1)
      .map((part) => {
        const [command = '', ...lines] = part.trimEnd().split('\n');
        return { command, lines };
      }),
  );
}

/** The example table deletes nothing, so its sessions are all there until the moment of the run. */
function withoutNow(text: string): string {
  return text.replace(/^(Sessions cover: .* to )[-:\dTZ]+$/gm, '$1NOW');
}

let table: Awaited<ReturnType<typeof startDemoTable>>;
beforeAll(async () => {
  table = await startDemoTable();
});
afterAll(() => table.close());

const pages = readdirSync(`${ROOT}/docs/commands`).map((name) => `docs/commands/${name}`);

describe.each(['README.md', ...pages].filter((name) => shown(read(name)).length > 0))(
  'what %s shows',
  (name) => {
    it.each(shown(read(name)))('$command', async ({ command, lines }) => {
      const { stdout, stderr } = await cli(command.split(' '), { env: table.environment });
      const said = withoutNow(stdout + stderr)
        .trimEnd()
        .split('\n');
      const start = lines.indexOf('…') === -1 ? lines.length : lines.indexOf('…');
      expect(said.slice(0, start)).toEqual(lines.slice(0, start).map(withoutNow)); // … stands for any lines
    });
  },
);

describe('examples', () => {
  const programs = readdirSync(`${ROOT}/examples`).filter(
    (name) =>
      name.endsWith('.js') &&
      readdirSync(`${ROOT}/examples`).includes(name.replace(/\.js$/, '.expected.txt')),
  );

  it.each(programs)('%s prints what stands beside it', async (name) => {
    const run = promisify(execFile);
    const { stdout, stderr } = await run(process.execPath, [`examples/${name}`], { cwd: ROOT });
    const expected = read(`examples/${name.replace(/\.js$/, '.expected.txt')}`);
    expect(withoutNow(stdout) + stderr.replace(/\d+\.\d s$/gm, 'N s')).toBe(expected);
  });

  it('all are run but what they share', () => {
    const others = readdirSync(`${ROOT}/examples`).filter((name) => name.endsWith('.js'));
    expect(others.filter((name) => !programs.includes(name))).toEqual([
      'demo-sts.js',
      'demo-table.js',
    ]);
  });
});
