import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/options/definitions/commands.js';
import { cli } from './support/cli.js';

const read = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8');

/** `--since WHEN` → what the real `--help` says of it. */
async function helpOf(command: string): Promise<Map<string, string>> {
  const { stdout } = await cli([command, '--help']);
  const options = new Map<string, string>();
  let term = '';
  for (const line of stdout.slice(0, stdout.indexOf('Every option')).split('\n')) {
    const [, found, text] = /^ {2}(-\S.*?)(?: {2,}(.*))?$/.exec(line) ?? [];
    if (found !== undefined) options.set((term = found), text ?? '');
    else if (/^ {24}\S/.test(line)) options.set(term, `${options.get(term)} ${line.trim()}`.trim());
  }
  return options;
}

describe.each(Object.keys(COMMANDS))('docs/commands.md on %s', (command) => {
  const section = read('docs/commands.md').split(`\n## ${command}\n`)[1]?.split('\n## ')[0] ?? '';

  it('has exactly the options that --help shows, in the same words', async () => {
    const rows = [...section.matchAll(/^\| `(-.+?)` +\| (.+?) +\|$/gm)];
    const inDocs = new Map(rows.map(([, term, text]) => [term, text]));
    expect(Object.fromEntries(inDocs)).toEqual(Object.fromEntries(await helpOf(command)));
  });

  it('has the examples of --help', async () => {
    const { stdout } = await cli([command, '--help']);
    const examples = [...stdout.matchAll(/^ {2}(sentinel-audit .+)$/gm)].map(([, line]) => line);
    expect(examples.length).toBeGreaterThan(2);
    for (const example of examples) expect(section).toContain(example);
  });
});

it('the README names every command', () => {
  for (const command of Object.keys(COMMANDS))
    expect(read('README.md')).toContain(`sentinel-audit ${command}`);
});

it('the CHANGELOG has the version of the package', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(read('CHANGELOG.md')).toContain(`## ${version}`);
});
