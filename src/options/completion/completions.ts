import { type CommandDefinition, optionOf } from '../definitions/commands/command.js';
import { AUDITS, COMMANDS, commandOf } from '../definitions/commands.js';
import type { OptionDefinition } from '../definitions/definition.js';
import type { OptionName } from '../definitions/options.js';
import type { Environment } from '../read/settings.js';
import { awsProfiles } from './aws-profiles.js';
import { SHELLS } from './scripts.js';

/** A word that could stand next, and what it means. */
interface Candidate {
  readonly value: string;
  readonly meaning: string;
}

/** What could stand in the place of the last word. */
interface Completions {
  readonly candidates: readonly Candidate[];
  /** Names of files as well, which the shell completes. */
  readonly files: boolean;
}

const NOTHING: Completions = { candidates: [], files: false };

/**
 * The completions of a command line whose last word is being typed, and may be empty: a line for each, the
 * word, a tab and its meaning; `:files` stands for names of files. Reads the names of profiles from the
 * AWS config file, and no credentials.
 *
 * @param words those after the name of the program.
 */
export async function completionLines(words: readonly string[], env: Environment): Promise<string> {
  const joined = joinValues(words);
  const current = joined.at(-1) ?? '';
  const { candidates, files } = await completionsOf(joined.slice(0, -1), current, env);
  const lines = candidates
    .filter(({ value }) => value.startsWith(current))
    .map(({ value, meaning }) => `${value}\t${meaning}`);
  return [...lines, ...(files ? [':files'] : [])].join('\n');
}

/** Bash splits `--format=csv` into three words. */
function joinValues(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [at, word] of words.entries()) {
    const last = joined.at(-1);
    const isPart = word === '=' ? /^--[a-z-]+$/.test(last ?? '') : words[at - 1] === '=';
    if (isPart && last !== undefined) joined[joined.length - 1] = last + word;
    else joined.push(word);
  }
  return joined;
}

async function completionsOf(
  before: readonly string[],
  current: string,
  env: Environment,
): Promise<Completions> {
  const [first, ...rest] = before;
  if (first === undefined) return only([...commandCandidates(), ...OTHER_WORDS]);
  if (first === 'audit') {
    if (rest.length > 0) return completionsOf(rest, current, env);
    return only(commandCandidates().filter(({ value }) => AUDITS.includes(value)));
  }
  if (first === 'help') return rest.length === 0 ? only(commandCandidates()) : NOTHING;
  if (first === 'completion') return rest.length === 0 ? only(plain(SHELLS)) : NOTHING;
  const command = commandOf(first);
  return command === undefined ? NOTHING : ofCommand(command, rest, current, env);
}

const OTHER_WORDS: readonly Candidate[] = [
  { value: 'help', meaning: 'Show the full help of a command' },
  { value: 'completion', meaning: 'Print the completion script for a shell' },
  { value: '--help', meaning: 'Show the full help' },
  { value: '--version', meaning: 'Show the version' },
];

function commandCandidates(): Candidate[] {
  const commands: readonly CommandDefinition[] = Object.values(COMMANDS);
  return commands.map(({ name, describe }) => ({ value: name, meaning: describe }));
}

async function ofCommand(
  command: CommandDefinition,
  before: readonly string[],
  current: string,
  env: Environment,
): Promise<Completions> {
  const [first = ''] = before;
  const subject = Object.hasOwn(command.subjects ?? {}, first) ? first : '';
  const options = new Map<OptionName, OptionDefinition>();
  for (const name of command.subjects?.[subject]?.options ?? command.options) {
    options.set(name, optionOf(name, command, subject));
  }
  const [, typed, value] = /^--([a-z-]+)=(.*)$/s.exec(current) ?? [];
  if (typed !== undefined && value !== undefined) {
    const option = optionCalled(typed, options);
    return option === undefined ? NOTHING : valuesOf(option, value, `--${typed}=`, env);
  }
  const option = optionBefore(before, options);
  const optionWords = only([...optionCandidates(options), HELP]);
  if (option === undefined) {
    const subjects = before.length === 0 ? plain(Object.keys(command.subjects ?? {})) : [];
    return current.startsWith('-') ? optionWords : only([...subjects, ...optionWords.candidates]);
  }
  if (option.kind === 'list' && current.startsWith('-')) return optionWords;
  return valuesOf(option, current, '', env);
}

const HELP: Candidate = { value: '--help', meaning: 'Show all options' };

function optionCandidates(options: ReadonlyMap<OptionName, OptionDefinition>): Candidate[] {
  return [...options].map(([name, { describe }]) => ({
    value: `--${name}`,
    meaning: describe.split('. ', 1)[0] ?? describe,
  }));
}

/** The option whose value is typed: the last word, or a list that has begun before. */
function optionBefore(
  before: readonly string[],
  options: ReadonlyMap<OptionName, OptionDefinition>,
): OptionDefinition | undefined {
  const at = before.findLastIndex((word) => /^-[^\d]/.test(word));
  const word = before[at] ?? '';
  const option = optionCalled(word.replace(/^--?/, ''), options);
  if (option === undefined || option.kind === 'flag') return undefined;
  return at === before.length - 1 || option.kind === 'list' ? option : undefined;
}

function optionCalled(
  name: string,
  options: ReadonlyMap<OptionName, OptionDefinition>,
): OptionDefinition | undefined {
  for (const [known, option] of options) {
    if (known === name || option.alias?.includes(name)) return option;
  }
  return undefined;
}

async function valuesOf(
  { choices = [], parts, suggest = [], names }: OptionDefinition,
  current: string,
  prefix: string,
  env: Environment,
): Promise<Completions> {
  const chosen = current.split(',').slice(0, -1);
  const more = parts?.filter((part) => !chosen.includes(part)) ?? [];
  const begun = chosen.map((part) => `${part},`).join('');
  const profiles = names === 'aws-profile' ? await awsProfiles(env) : [];
  const values = [...choices, ...suggest, ...profiles, ...more.map((part) => begun + part)];
  return { ...only(plain(values.map((value) => prefix + value))), files: names === 'file' };
}

function only(candidates: readonly Candidate[]): Completions {
  return { candidates, files: false };
}

function plain(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, meaning: '' }));
}
