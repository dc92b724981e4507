import { expect, test } from 'vitest';
import { COMMANDS, type CommandDefinition } from '../../../src/options/definitions/commands.js';
import { OPTIONS, type OptionName } from '../../../src/options/definitions/options.js';
import {
  commandHelp,
  optionTerm,
  optionText,
  programHelp,
} from '../../../src/options/read/help.js';

const commands: readonly CommandDefinition[] = Object.values(COMMANDS);
const words = (text: string): string => text.replaceAll(/\s+/g, ' ');

test.each(commands)(
  'the help of $name has every option with its text, and every example',
  (command) => {
    const help = commandHelp(command, 80);
    for (const name of command.options) {
      expect(help).toMatch(
        new RegExp(
          `^  ${optionTerm(name).replaceAll(/[$.*+?()[\]{}|\\^]/g, '\\$&')}( {2,}|$)`,
          'm',
        ),
      );
      expect(words(help)).toContain(words(optionText(name)));
    }
    for (const [line, meaning] of command.examples)
      expect(help).toContain(`  # ${meaning}\n  ${line}\n`);
  },
);

test.each(commands)('the help of $name keeps to the width, its examples apart', (command) => {
  for (const width of [60, 80, 100]) {
    const [text] = commandHelp(command, width).split('\nEvery option can also');
    const lines = text!.split('\n').slice(1);
    expect(lines.filter((line) => line.length > Math.max(width, 70))).toEqual([]);
  }
});

test.each(commands)('what $name can be told is told in its usage', (command) => {
  const what = command.what ? ` [${Object.keys(command.what).join('|')}]` : '';
  expect(commandHelp(command, 80)).toContain(
    `Usage: sentinel-audit ${command.name}${what} [options]`,
  );
});

test('the help of the program has every command and every exit code', () => {
  const help = programHelp(80);
  for (const { name, describe } of commands) expect(words(help)).toContain(`${name} ${describe}.`);
  for (const code of ['0', '1', '2', '3', '130, 143'])
    expect(help).toMatch(new RegExp(`^  ${code} +\\S`, 'm'));
  expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('an option shows its short name first and its value last', () => {
  expect(optionTerm('out')).toBe('-o, --out FILE');
  expect(optionTerm('format')).toBe('--format, --output FORMAT');
  expect(optionTerm('csv-raw')).toBe('--csv-raw');
});

test('a flag has no value, everything else has one', () => {
  for (const [name, { kind }] of Object.entries(OPTIONS)) {
    expect([name, / [A-Z…]+$/.test(optionTerm(name as OptionName))]).toEqual([
      name,
      kind !== 'flag',
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
