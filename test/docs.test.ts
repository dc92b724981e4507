import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SCHEMA_VERSION } from '../src/model/columns/schema-version.js';
import { type CommandDefinition, optionOf } from '../src/options/definitions/commands/command.js';
import { COMMANDS } from '../src/options/definitions/commands.js';
import { GROUPS } from '../src/options/definitions/definition.js';
import { OPTIONS, type OptionName } from '../src/options/definitions/options.js';
import { parseArguments } from '../src/options/read/arguments.js';
import { optionTerm, optionText } from '../src/options/read/help.js';
import { LISTS, type ListName, duckdbLines } from './support/lists.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** The text as a reader sees it. */
const shown = (markdown: string): string => markdown.replaceAll(/\\([^\w\s])/g, '$1');

/** The sections below headings of a level, by heading. */
function sectionsOf(text: string, level: string): Map<string, string> {
  const parts = text.split(new RegExp(`^${level} `, 'm')).slice(1);
  const cut = new RegExp(`^#{1,${level.length}} `, 'm');
  return new Map(
    parts.map((part) => [
      part.split('\n', 1)[0]!,
      part.slice(part.indexOf('\n')).split(cut)[0]!.trim(),
    ]),
  );
}

describe('docs/options.md', () => {
  const groups = sectionsOf(read('docs/options.md'), '##');

  it('has every option once, in its group', () => {
    expect([...groups.keys()]).toEqual(GROUPS);
    for (const group of GROUPS) {
      const names = Object.entries(OPTIONS).filter(([, option]) => option.group === group);
      const inDocs = [...(groups.get(group) ?? '').matchAll(/^### --(\S+)$/gm)];
      expect(inDocs.map(([, name]) => name)).toEqual(names.map(([name]) => name));
    }
  });

  it.each(Object.entries(OPTIONS))('has --%s in exactly the words of --help', (name, option) => {
    const text = sectionsOf(read('docs/options.md'), '###').get(`--${name}`) ?? '';
    const term = optionTerm(name as OptionName, option);
    expect(shown(text)).toBe(`\`${term}\`\n\n${optionText(option)}`);
  });
});

const commands: readonly CommandDefinition[] = Object.values(COMMANDS);

describe.each(commands)('the page of $name', (command) => {
  const page = read(`docs/commands/${command.name}.md`);

  it('links exactly the options of the command', () => {
    const linked = [...page.matchAll(/\[`--(\S+)`\]\(\.\.\/options\.md#--(\S+)\)/g)];
    for (const [, name, anchor] of linked) expect(anchor).toBe(name);
    expect(linked.map(([, name]) => name).toSorted()).toEqual(command.options.toSorted());
  });

  it('has the options that mean something else here, in the words of --help', () => {
    for (const name of command.options) {
      const [here, usual] = [optionOf(name, command), OPTIONS[name]];
      if (here.describe === usual.describe) continue;
      expect(shown(page)).toContain(`- \`${optionTerm(name, here)}\`: ${here.describe}.`);
    }
  });

  it('has every column', () => {
    for (const subject of ['', ...Object.keys(command.subjects ?? {})]) {
      if (!command.options.includes('columns')) continue;
      for (const column of optionOf('columns', command, subject).parts ?? [])
        if (column !== 'all') expect(page).toContain(`\`${column}\``);
    }
  });

  it('has the examples of --help', () => {
    expect(command.examples.length).toBeGreaterThan(2);
    for (const [line] of command.examples) expect(page).toContain(`\n${line}\n`);
  });
});

describe('docs/formats.md', () => {
  const sections = sectionsOf(read('docs/formats.md'), '##');

  it.each(Object.keys(LISTS) as ListName[])(
    'has the columns of %s, and how DuckDB reads them',
    (list) => {
      const text = sections.get(list) ?? '';
      const rows = [...text.matchAll(/^\| `(\w+)` *\| (\w+) *\|/gm)];
      const columns = LISTS[list].map(({ name, kind }) => [name, kind ?? 'text']);
      expect(rows.map(([, name, type]) => [name, type])).toEqual(columns);
      for (const line of Object.values(duckdbLines(list))) expect(text).toContain(`\n${line}\n`);
    },
  );

  it('has the version of the schema', () => {
    expect(sections.get('Versions')).toContain(`schema version ${SCHEMA_VERSION}.`);
  });
});

/** Command lines of the code blocks of a page, without what a shell does with them. */
function commandLines(page: string): string[] {
  const blocks = [...read(page).matchAll(/```(?:sh|console|yaml)\n(.*?)```/gs)];
  return blocks
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => /^(?:\$ |\s*|source <\()(sentinel-audit [^#]*)/.exec(line)?.[1] ?? '')
    .map((line) => line.replaceAll(/"[^"]*"/g, 'TEXT').replace(/\s*(\||>|&&|\)).*$|\s*$/, ''))
    .filter((line) => line !== '');
}

describe.each(PAGES)('%s', (page) => {
  it('has only command lines that are right', async () => {
    for (const line of commandLines(page)) {
      const words = line.split(/\s+/).slice(1);
      const parsed = await parseArguments(words, '', 80);
      expect([line, parsed.kind]).toEqual([line, expect.stringMatching(/command|text/)]);
    }
  });

  it('has only links that lead somewhere', () => {
    for (const [, link = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      expect([link, existsSync(join(ROOT, target))]).toEqual([link, true]);
      if (anchor !== undefined) expect(anchorsOf(read(target))).toContain(anchor);
    }
  });
});

/** Anchors as GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

it('some command lines are found', () => {
  expect(PAGES.flatMap(commandLines).length).toBeGreaterThan(25);
});

it('the README names every command', () => {
  for (const command of Object.keys(COMMANDS))
    expect(read('README.md')).toContain(`sentinel-audit ${command}`);
});

it('the CHANGELOG has the version of the package', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(read('CHANGELOG.md')).toContain(`## ${version}`);
});
