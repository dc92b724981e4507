import yargsParser, { type Arguments, type Configuration } from 'yargs-parser';
import { UsageError } from '../../errors.js';
import { COMMANDS, type CommandName } from '../definitions/commands.js';
import { OPTIONS, type OptionDefinition, type OptionName } from '../definitions/options.js';

/** The words of a command line, taken apart and not yet judged. */
export interface ParsedWords {
  /** Undefined when there is no word, or the first one names no command. */
  readonly command: CommandName | undefined;
  /** What is not an option; without the command. */
  readonly words: readonly string[];
  /** Flags of the program itself. */
  readonly flags: ReadonlySet<'help' | 'h' | 'version'>;
  /** The texts of each option under its long name, in their order; also options that do not exist. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** Every value stays a text: it is checked with those of the environment and the config file. */
const PARSING = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'short-option-groups': false,
  'strip-aliased': true,
};

/** Stands for `-` while yargs parses, where `-` would end a list; no argument can contain a NUL. */
const LONE_DASH = '\0';

const FLAGS = ['help', 'h', 'version'] as const;

/** @throws UsageError for a flag that is neither true nor false, and for an option without its value. */
export function parseWords(argv: readonly string[]): ParsedWords {
  const given = readable(argv);
  // The first word that is not an option, nor the value of one as far as can be seen, is the command, but for
  // those after a `--`.
  const word = String(parse(given, [], { 'populate--': true })['_'][0] ?? '');
  const command = Object.hasOwn(COMMANDS, word) ? (word as CommandName) : undefined;
  const parsed = parse(given, command === undefined ? [] : COMMANDS[command].options);
  const words = textsOf(parsed['_']).slice(command === undefined ? 0 : 1);
  const flags = FLAGS.filter((flag) => parsed[flag] === true);
  const options = Object.entries(parsed)
    .filter(([name]) => !['_', '$0', ...FLAGS].includes(name))
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, textsOf(value)] as const);
  return { command, words, flags: new Set(flags), options: new Map(options) };
}

function parse(
  words: readonly string[],
  options: readonly OptionName[],
  parsing: Partial<Configuration> = {},
): Arguments {
  const ofKind = (isWanted: (kind: OptionDefinition['kind']) => boolean): OptionName[] =>
    options.filter((name) => isWanted(OPTIONS[name].kind));
  const { argv, error } = yargsParser.detailed([...words], {
    array: ofKind((kind) => kind === 'list'),
    boolean: [...FLAGS, ...ofKind((kind) => kind === 'flag')],
    string: ofKind((kind) => kind !== 'flag'),
    alias: Object.fromEntries(
      options.map((name) => [name, [...((OPTIONS[name] as OptionDefinition).alias ?? [])]]),
    ),
    configuration: { ...PARSING, ...parsing },
  });
  if (error) throw error;
  return argv;
}

function textsOf(value: unknown): string[] {
  return [value].flat().map((text) => (text === LONE_DASH ? '-' : String(text)));
}

/**
 * The words as yargs reads them in the way that they were meant: a single dash does not end a list, what
 * begins with a dash and is not an option is the value of the option before it, and a flag has no value but
 * true and false.
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
      throw new UsageError(word, 'there is no such option'); // yargs stumbles over them
    }
    const takesValue = /^--?[a-z-]+$/.test(last) && !['flag', undefined].includes(kindOf(last));
    if (takesValue && /^-[^-]/.test(word) && !isOption(word)) {
      words[words.length - 1] = `${last}=${word}`;
    } else if (takesValue && /^--[^-]/.test(word) && !isOption(word)) {
      const hint = `there is no option ${word}; if it is the value, write ${last}=${word}`;
      throw new UsageError(last, 'needs a value', hint);
    } else {
      words.push(word === '-' ? LONE_DASH : word);
    }
  }
  return words;
}

const ALIASES = new Map(
  Object.entries<OptionDefinition>(OPTIONS).flatMap(([name, { alias = [] }]) =>
    alias.map((other) => [other, name as OptionName]),
  ),
);

/** The kind of an option, with its dashes or without; undefined for what is not an option. */
function kindOf(word: string): OptionDefinition['kind'] | undefined {
  const name = word.replace(/^--?/, '');
  const known = Object.hasOwn(OPTIONS, name) ? (name as OptionName) : ALIASES.get(name);
  return known === undefined ? undefined : OPTIONS[known].kind;
}

function isOption(word: string): boolean {
  const name = word.replace(/=.*$/s, '');
  return ['-h', '--help', '--version'].includes(name) || kindOf(name) !== undefined;
}
