import { COMMANDS, type CommandDefinition } from '../definitions/commands.js';
import { OPTIONS, type OptionDefinition, type OptionName } from '../definitions/options.js';

const NAME = 'sentinel-audit';
const GROUPS: readonly OptionDefinition['group'][] = [
  'Filters',
  'Events',
  'Judgement',
  'Sessions',
  'Output',
  'AWS',
  'Running',
];
const MARGIN = '  ';
/** Where descriptions begin; longer names have theirs on the next line. */
const INDENT = 24;

/** The help of the program, for a terminal of so many columns. */
export function programHelp(width: number): string {
  const commands: readonly CommandDefinition[] = Object.values(COMMANDS);
  return `${NAME} gets audit evidence out of large AWS accounts.

Usage: ${NAME} <command> [options]

Commands
${commands.map(({ name, describe }) => entry(name, `${describe}.`, width)).join('\n')}
${entry('completion', `Print a completion script: source <(${NAME} completion).`, width)}

Options
${entry('-h, --help', 'Show this help; after a command, the help of the command.', width)}
${entry('--version', 'Show the version.', width)}

Exit codes
${entry('0', 'Done; nothing found.', width)}
${entry('1', 'Done; findings.', width)}
${entry('2', 'The command line, the environment or the config is wrong; nothing was read.', width)}
${entry('3', 'Not done, or not all of it.', width)}
${entry('130, 143', 'Interrupted, terminated.', width)}
`;
}

/** The help of one command. */
export function commandHelp(command: CommandDefinition, width: number): string {
  const what = command.what ? ` [${Object.keys(command.what).join('|')}]` : '';
  const groups = GROUPS.flatMap((group) => {
    const names = command.options.filter((name) => OPTIONS[name].group === group);
    const options = names.map((name) => entry(optionTerm(name), optionText(name), width));
    return names.length === 0 ? [] : [`${group}\n${options.join('\n')}\n`];
  });
  const examples = command.examples.map(
    ([line, meaning]) => `${MARGIN}# ${meaning}\n${MARGIN}${line}\n`,
  );
  return `${command.describe}.

Usage: ${NAME} ${command.name}${what} [options]

${groups.join('\n')}
Every option can also stand in the config file, under its long name, or in the
environment, as ${NAME.toUpperCase().replace('-', '_')}_SINCE for --since.

Examples
${examples.join('\n')}`;
}

/** `-o, --out FILE`. */
export function optionTerm(name: OptionName): string {
  const { alias = [], value }: OptionDefinition = OPTIONS[name];
  const short = alias.filter((other) => other.length === 1).map((other) => `-${other}`);
  const long = alias.filter((other) => other.length > 1).map((other) => `--${other}`);
  return [...short, `--${name}`, ...long].join(', ') + (value === undefined ? '' : ` ${value}`);
}

/** The description, with the choices. */
export function optionText(name: OptionName): string {
  const { choices, describe }: OptionDefinition = OPTIONS[name];
  return choices === undefined ? `${describe}.` : `${describe}. One of ${choices.join(', ')}.`;
}

function entry(term: string, text: string, width: number): string {
  const lines = wrap(text, Math.max(width - INDENT, 30));
  const start = MARGIN + term;
  const hanging = lines.map((line) => ' '.repeat(INDENT) + line);
  if (start.length + 2 > INDENT) return [start, ...hanging].join('\n');
  return [start.padEnd(INDENT) + lines[0], ...hanging.slice(1)].join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
