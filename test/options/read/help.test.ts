import { describe, expect, test } from 'vitest';
import {
  type CommandDefinition,
  optionOf,
} from '../../../src/options/definitions/commands/command.js';
import { COMMANDS } from '../../../src/options/definitions/commands.js';
import { OPTIONS, type OptionName } from '../../../src/options/definitions/options.js';
import {
  commandHelp,
  optionTerm,
  optionText,
  programHelp,
  shortCommandHelp,
  shortProgramHelp,
} from '../../../src/options/read/help.js';

const commands: readonly CommandDefinition[] = Object.values(COMMANDS);
const subjects = commands.flatMap((command) =>
  ['', ...Object.keys(command.subjects ?? {})].map((subject) => ({ command, subject })),
);
const words = (text: string): string => text.replaceAll(/\s+/g, ' ');
const escaped = (text: string): string => text.replaceAll(/[$.*+?()[\]{}|\\^]/g, '\\$&');

describe.each(subjects)('the help of $command.name $subject', ({ command, subject }) => {
  const options = command.subjects?.[subject]?.options ?? command.options;

  test('has every option with its text, and every example', () => {
    const help = commandHelp(command, subject, 80);
    for (const name of options) {
      const option = optionOf(name, command, subject);
      expect(help).toMatch(new RegExp(`^  ${escaped(optionTerm(name, option))}( {2,}|$)`, 'm'));
      expect(words(help)).toContain(words(optionText(option)));
    }
    for (const [line, meaning] of command.examples)
      expect(help).toContain(`  # ${meaning}\n  ${line}`);
  });

  test('keeps to the width, its examples apart', () => {
    for (const width of [60, 80, 100]) {
      const [text] = commandHelp(command, subject, width).split('\nEvery option can also');
      const lines = text!.split('\n').slice(1);
      expect(lines.filter((line) => line.length > Math.max(width, 74))).toEqual([]);
    }
  });

  test('is one screen of 80 columns and 40 lines when it is short', () => {
    const lines = shortCommandHelp(command, subject, 80).split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const shown = command.main.filter((name) => options.includes(name));
    expect(shown.length).toBeGreaterThan(5);
    for (const name of shown) expect(lines.join('\n')).toContain(`--${name}`);
    for (const [, meaning] of command.examples) expect(lines).toContain(`  # ${meaning}`);
  });
});

test.each(commands)('the words that $name takes are in its usage', (command) => {
  const taken = command.subjects ? ` [${Object.keys(command.subjects).join('|')}]` : '';
  const usage = `Usage: sentinel-audit ${command.name}${taken} [options]`;
  expect(commandHelp(command, '', 80)).toContain(usage);
  expect(shortCommandHelp(command, '', 80)).toContain(usage);
});

test('the help of the program has every command and every exit code', () => {
  const help = programHelp(80);
  for (const { name, describe: text } of commands)
    expect(words(help)).toContain(`${name} ${text}.`);
  for (const code of ['0', '1', '2', '3', '130, 143'])
    expect(help).toMatch(new RegExp(`^  ${code} +\\S`, 'm'));
  expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('the short help of the program is one screen of 80 columns and 40 lines', () => {
  const lines = shortProgramHelp(80).split('\n');
  expect(lines.length).toBeLessThanOrEqual(40);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  for (const { name } of commands) expect(lines.join('\n')).toContain(`  ${name} `);
});

test('an option shows its short name first and its value last', () => {
  const term = (name: OptionName): string => optionTerm(name, OPTIONS[name]);
  expect(term('out')).toBe('-o, --out FILE');
  expect(term('format')).toBe('--format, --output FORMAT');
  expect(term('csv-raw')).toBe('--csv-raw');
});

test('a flag has no value, everything else has one', () => {
  for (const [name, option] of Object.entries(OPTIONS)) {
    expect([name, / [A-Z…]+$/.test(optionTerm(name as OptionName, option))]).toEqual([
      name,
      option.kind !== 'flag',
    ]);
  }
});

test('every option belongs to a command, and no two share a name', () => {
  const used = new Set<string>(commands.flatMap(({ options }) => options));
  expect([...used].toSorted()).toEqual(Object.keys(OPTIONS).toSorted());
  const names = Object.entries(OPTIONS).flatMap(([name, option]) => [
    name,
    ...('alias' in option ? option.alias : []),
  ]);
  expect(new Set(names).size).toBe(names.length);
});
