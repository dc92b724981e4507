import { type CommandDefinition, optionOf } from '../definitions/commands/command.js';
import { COMMANDS } from '../definitions/commands.js';
import { GROUPS, type OptionDefinition } from '../definitions/definition.js';
import type { OptionName } from '../definitions/options.js';

const NAME = 'sentinel-audit';
const MARGIN = '  ';
/** Where descriptions begin; a longer term has its description on the next line. */
const INDENT = 24;

/** The short help of the program: one screen of 80 columns and 40 lines. */
export function shortProgramHelp(width: number): string {
  return `Audit evidence from Sentinel's session table and CloudTrail.

Usage: ${NAME} COMMAND [options]

Commands
${commandEntries(width)}

Examples
${examples(
  Object.values(COMMANDS)
    .slice(0, 4)
    .map(({ examples: [first] }) => first),
)}
${NAME} help COMMAND shows the options of a command.
${NAME} --help shows exit codes and configuration.`;
}

/** Everything that concerns all commands. */
export function programHelp(width: number): string {
  return `Audit evidence from Sentinel's session table and CloudTrail.

Usage: ${NAME} COMMAND [options]

Commands
${commandEntries(width)}
${entry('help COMMAND', 'Show the full help of a command.', width)}
${entry('completion SHELL', `Print the completion script for bash, zsh or fish: source <(${NAME} completion bash).`, width)}

Options
${entry('-h', 'Show a short help; after a command, its most used options and examples.', width)}
${entry('--help', 'Show this help; after a command, all its options.', width)}
${entry('--version', 'Show the version.', width)}

Configuration
${wrap(
  `Options are taken from the command line, the environment (SENTINEL_AUDIT_SINCE for --since) and the config file (since: 7d), in this order. The config file is the one of --config, else $XDG_CONFIG_HOME/${NAME}/config.yaml, else ~/.config/${NAME}/config.yaml.`,
  width - MARGIN.length,
)
  .map((line) => MARGIN + line)
  .join('\n')}

Exit codes
${entry('0', 'Done; nothing found.', width)}
${entry('1', 'Done; findings.', width)}
${entry('2', 'The command line, the environment or a file of options is wrong. Nothing was read.', width)}
${entry('3', 'Failed, or incomplete.', width)}
${entry('130, 143', 'Interrupted, terminated.', width)}`;
}

/** The most used options of a command, and its examples: one screen of 80 columns and 40 lines. */
export function shortCommandHelp(
  command: CommandDefinition,
  subject: string,
  width: number,
): string {
  const names = command.main.filter((name) => optionsOf(command, subject).includes(name));
  const options = names.map((name) => {
    const option = optionOf(name, command, subject);
    const term = optionTerm(name, { ...option, alias: option.alias?.filter(isLetter) ?? [] });
    return entry(term, `${briefText(option)}.`, width);
  });
  return `${head(command, subject)}

Options
${options.join('\n')}

Examples
${examples(command.examples)}
--help shows all options.`;
}

/** All options of a command, or of one of its subjects. */
export function commandHelp(command: CommandDefinition, subject: string, width: number): string {
  const names = optionsOf(command, subject);
  const groups = GROUPS.flatMap((group) => {
    const options = names
      .map((name) => ({ name, option: optionOf(name, command, subject) }))
      .filter(({ option }) => option.group === group)
      .map(({ name, option }) => entry(optionTerm(name, option), optionText(option), width));
    return options.length === 0 ? [] : [`${group}\n${options.join('\n')}\n`];
  });
  const lines = command.examples.map(
    ([line, meaning]) => `${MARGIN}# ${meaning}\n${MARGIN}${line}`,
  );
  return `${head(command, subject)}

${groups.join('\n')}
Every option can also be set in the config file, under its long name, and in the
environment: SENTINEL_AUDIT_SINCE for --since.

Examples
${lines.join('\n\n')}`;
}

/** `-o, --out FILE`. */
export function optionTerm(name: OptionName, { alias = [], value }: OptionDefinition): string {
  const short = alias.filter(isLetter).map((other) => `-${other}`);
  const long = alias.filter((other) => !isLetter(other)).map((other) => `--${other}`);
  return [...short, `--${name}`, ...long].join(', ') + (value === undefined ? '' : ` ${value}`);
}

/** The description, with the values that the option can have. */
export function optionText({ describe, choices, parts }: OptionDefinition): string {
  if (choices !== undefined) return `${describe}. One of ${choices.join(', ')}.`;
  return parts === undefined ? `${describe}.` : `${describe}. Values: ${parts.join(', ')}.`;
}

function isLetter(alias: string): boolean {
  return alias.length === 1;
}

function optionsOf(command: CommandDefinition, subject: string): readonly OptionName[] {
  return command.subjects?.[subject]?.options ?? command.options;
}

function head(command: CommandDefinition, subject: string): string {
  const subjects = command.subjects ? ` [${Object.keys(command.subjects).join('|')}]` : '';
  const words = subject === '' ? subjects : ` ${subject}`;
  return `${command.describe}.\n\nUsage: ${NAME} ${command.name}${words} [options]`;
}

function commandEntries(width: number): string {
  const commands: readonly CommandDefinition[] = Object.values(COMMANDS);
  return commands.map(({ name, describe }) => entry(name, `${describe}.`, width)).join('\n');
}

/** The first sentence of the description, and a few values. */
function briefText({ describe, choices }: OptionDefinition): string {
  const sentence = describe.split('. ', 1)[0] ?? describe;
  return choices === undefined ? sentence : `${sentence} (${choices.join(', ')})`;
}

/** Examples for a narrow screen: a long command goes on in the next line. */
function examples(all: CommandDefinition['examples']): string {
  return all
    .map(([line, meaning]) => {
      const wrapped = wrap(line, 74, / (?=--)/).join(` \\\n${MARGIN}${MARGIN}`);
      return `${MARGIN}# ${meaning}\n${MARGIN}${wrapped}\n`;
    })
    .join('');
}

function entry(term: string, text: string, width: number): string {
  const lines = wrap(text, Math.max(width - INDENT, 30));
  const start = MARGIN + term;
  const hanging = lines.map((line) => ' '.repeat(INDENT) + line);
  if (start.length + 2 > INDENT) return [start, ...hanging].join('\n');
  return [start.padEnd(INDENT) + lines[0], ...hanging.slice(1)].join('\n');
}

/** Lines of `width` characters at most, where the text can be cut. */
function wrap(text: string, width: number, cut: RegExp | string = ' '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(cut)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
