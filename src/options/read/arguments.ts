import yargs from 'yargs';
import { UsageError } from '../../errors.js';
import { COMMANDS, type CommandDefinition, type CommandName } from '../definitions/commands.js';
import { OPTIONS, type OptionDefinition, type OptionName } from '../definitions/options.js';
import { commandHelp, programHelp } from './help.js';
import { suggestion } from '../../suggestion.js';
import type { Given, Settings } from './settings.js';

/** What a command line asks for: a command, a text to print, or nothing that could be told. */
export type Arguments =
  | {
      readonly kind: 'command';
      readonly name: CommandName;
      /** What stands behind the name, or is meant when nothing does; empty for a command that takes nothing. */
      readonly what: string;
      readonly given: Settings;
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'nothing'; readonly help: string };

/** Everything is a text until it is checked, with what the environment and the config file say. */
const PARSING = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'short-option-groups': false,
  'strip-aliased': true,
};

/**
 * Reads a command line. Help is made for `width` columns.
 *
 * @throws UsageError for a command or an option that does not exist, with the nearest that does.
 */
export async function parseArguments(
  argv: readonly string[],
  version: string,
  width: number,
): Promise<Arguments> {
  const columns = Math.min(width, 100);
  const { parsed, chosen, printed } = await parse(argv);
  if (printed !== '') return { kind: 'text', text: printed };
  if (parsed['version'] === true) return { kind: 'text', text: version };
  const words = (parsed['_'] as readonly unknown[]).map(textOf);
  if (chosen === undefined) {
    const [word] = words;
    if (word !== undefined) throw unknownCommand(word);
    checkNames(parsed, []);
    const help = programHelp(columns);
    return parsed['help'] === true ? { kind: 'text', text: help } : { kind: 'nothing', help };
  }
  const command: CommandDefinition = COMMANDS[chosen];
  if (parsed['help'] === true) return { kind: 'text', text: commandHelp(command, columns) };
  checkNames(parsed, command.options);
  const what = whatIsMeant(words.slice(1), command);
  const given = givenIn(parsed, command.options);
  const fitting = command.what?.[what] ?? command.options;
  const stray = [...given.keys()].find((name) => !fitting.includes(name));
  if (stray === undefined) return { kind: 'command', name: chosen, what, given };
  throw new UsageError(`--${stray}`, `is not for ${command.name} ${what}`);
}

async function parse(argv: readonly string[]): Promise<{
  readonly parsed: Readonly<Record<string, unknown>>;
  readonly chosen: CommandName | undefined;
  readonly printed: string;
}> {
  let chosen: CommandName | undefined;
  let printed = '';
  const parser = yargs()
    .scriptName('sentinel-audit')
    .locale('en')
    .parserConfiguration(PARSING)
    .exitProcess(false)
    .help(false)
    .version(false)
    .option('help', { alias: 'h', type: 'boolean' })
    .option('version', { type: 'boolean' })
    .completion('completion', 'Print a completion script');
  const completing = argv.includes('--get-yargs-completions');
  for (const { name, describe, options, what } of Object.values<CommandDefinition>(COMMANDS)) {
    parser.command(
      name,
      describe,
      (builder) => {
        for (const option of options) builder.option(option, parserOption(option, completing));
        if (completing && what) builder.positional('what', { choices: Object.keys(what) });
        return builder;
      },
      () => {
        chosen = name as CommandName;
      },
    );
  }
  const parsed = await parser.parse(readable(argv), {}, (error, _parsed, output) => {
    printed = output;
    if (error) throw error;
  });
  return { parsed, chosen, printed };
}

/**
 * The words as yargs reads them as they were meant: a lone dash does not end a list, a negative number after
 * an option is its value and not more options, and a flag is not switched off by any value it does not know.
 */
function readable(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (const word of argv) {
    const last = words.at(-1) ?? '';
    const [, flag, value] = /^--([a-z-]+)=(.*)$/s.exec(word) ?? [];
    if (flag !== undefined && kindOf(flag) === 'flag' && !/^(true|false)$/.test(value ?? '')) {
      throw new UsageError(`--${flag}`, `"${value}" is neither true nor false`);
    }
    if (/^--?(?:constructor|toString|valueOf|hasOwnProperty|__proto__)\b/.test(word)) {
      throw new UsageError(word, 'there is no such option here'); // yargs trips over them
    }
    if (/^-[\d.]/.test(word) && /^--[a-z-]+$/.test(last) && kindOf(last.slice(2)) !== 'flag') {
      words[words.length - 1] = `${last}=${word}`;
    } else {
      words.push(word === '-' ? LONE_DASH : word);
    }
  }
  return words;
}

/** Undefined for what is no option. */
function kindOf(name: string): OptionDefinition['kind'] | undefined {
  return Object.hasOwn(OPTIONS, name) ? OPTIONS[name as OptionName].kind : undefined;
}

/** Stands for `-` while yargs parses, which would end a list there; no argument can hold a NUL. */
const LONE_DASH = '\0';

function textOf(value: unknown): string {
  return value === LONE_DASH ? '-' : String(value);
}

/** Choices are completed by yargs, and checked by us: yargs does not say which one was near. */
function parserOption(name: OptionName, completing: boolean): object {
  const { kind, alias = [], choices, describe }: OptionDefinition = OPTIONS[name];
  return {
    alias,
    describe,
    array: kind === 'list',
    ...(kind === 'flag' ? { boolean: true } : { string: true }),
    ...(completing && choices ? { choices } : {}),
  };
}

function checkNames(parsed: object, options: readonly OptionName[]): void {
  const names = [...options, 'help', 'version'].flatMap((name) => [name, ...aliasesOf(name)]);
  const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`);
  for (const key of Object.keys(parsed)) {
    if (key === '_' || key === '$0' || names.includes(key)) continue;
    const hint = suggestion(dashed(key), names.map(dashed));
    throw new UsageError(dashed(key), 'there is no such option here', hint);
  }
}

function aliasesOf(name: string): readonly string[] {
  if (name === 'help') return ['h'];
  return name in OPTIONS ? ((OPTIONS[name as OptionName] as OptionDefinition).alias ?? []) : [];
}

function whatIsMeant(words: readonly string[], { name, what = {} }: CommandDefinition): string {
  const known = Object.keys(what);
  const wrong = words.find((word, at) => at > 0 || !known.includes(word));
  if (wrong === undefined) return words[0] ?? known[0] ?? '';
  const can = known.length > 0 ? `it takes ${known.join(' or ')}` : 'it takes options only';
  throw new UsageError(name, `does not take "${wrong}"`, suggestion(wrong, known) ?? can);
}

function unknownCommand(word: string): UsageError {
  const commands = [...Object.keys(COMMANDS), 'completion'];
  const hint = suggestion(word, commands) ?? `the commands are ${commands.join(', ')}`;
  return new UsageError(word, 'there is no such command', hint);
}

/** What chooses the evidence, and no report repeats: of two values, one would be left out in silence. */
function mayStandOnce(name: OptionName): boolean {
  const { kind, group }: OptionDefinition = OPTIONS[name];
  const isChoice = group === 'Events' || group === 'Judgement';
  return kind === 'text' && (isChoice || ['status', 'user', 'profile'].includes(name));
}

/** Any other option that is given twice has its last value; a list has all. */
function givenIn(
  parsed: Readonly<Record<string, unknown>>,
  options: readonly OptionName[],
): Settings {
  const given = new Map<OptionName, Given>();
  for (const name of options) {
    if (parsed[name] === undefined) continue;
    const texts = [parsed[name]].flat().map(textOf);
    const { kind }: OptionDefinition = OPTIONS[name];
    const last = texts.at(-1) ?? '';
    if (mayStandOnce(name) && texts.some((text) => text !== last)) {
      throw new UsageError(`--${name}`, `is given twice: ${texts.join(', ')}`);
    }
    const value = kind === 'list' ? texts : kind === 'flag' ? last === 'true' : last;
    given.set(name, { value, origin: `--${name}` });
  }
  return given;
}
