import { UsageError } from '../../errors.js';
import { suggestion } from '../../suggestion.js';
import type { CommandDefinition } from '../definitions/commands/command.js';
import { AUDITS, COMMANDS, type CommandName, commandOf } from '../definitions/commands.js';
import { OPTIONS, type OptionDefinition, type OptionName } from '../definitions/options.js';
import { type ParsedWords, parseWords } from './parse-words.js';
import type { Setting, Settings } from './settings.js';

/** What a command line asks for: a command, a text to print, or nothing. */
export type Arguments =
  | {
      readonly kind: 'command';
      readonly name: CommandName;
      /** What the command works on; empty for a command that has no such word. */
      readonly subject: string;
      readonly settings: Settings;
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'nothing'; readonly help: string };

/** Help is not wider than this. */
const WIDEST = 100;
/** The short help is made for a screen of 80 columns. */
const SCREEN = 80;

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
  const words = withoutAudit(argv);
  const parsed = parseWords(words);
  if (parsed.flags.has('version')) return { kind: 'text', text: version };
  const screen = { short: Math.min(width, SCREEN), full: Math.min(width, WIDEST) };
  if (parsed.command === undefined) return withoutCommand(parsed, screen);
  const command: CommandDefinition = COMMANDS[parsed.command];
  const isHelp = parsed.flags.has('help') || parsed.flags.has('h');
  if (isHelp) {
    const subject = command.subjects?.[parsed.words[0] ?? ''] ? (parsed.words[0] ?? '') : '';
    const { commandHelp, shortCommandHelp } = await import('./help.js');
    const text = parsed.flags.has('help')
      ? commandHelp(command, subject, screen.full)
      : shortCommandHelp(command, subject, screen.short);
    return { kind: 'text', text };
  }
  checkNames(parsed.options, command);
  const subject = subjectOf(parsed.words, command);
  const settings = settingsIn(parsed.options, command);
  const { options } = command.subjects?.[subject] ?? command;
  const other = [...settings.keys()].find((name) => !options.includes(name));
  if (other === undefined) return { kind: 'command', name: parsed.command, subject, settings };
  throw new UsageError(
    `--${other}`,
    `is not an option of ${command.name} ${subject}`,
    ownersHint(other, command),
  );
}

/** The older names of the audits begin with the word `audit`. */
function withoutAudit(argv: readonly string[]): readonly string[] {
  const at = argv[0] === 'help' ? 1 : 0;
  const [word, next] = argv.slice(at);
  if (word !== 'audit') return argv;
  if (next !== undefined && !next.startsWith('-') && !AUDITS.includes(next)) {
    const hint = suggestion(next, AUDITS) ?? `the audits are ${AUDITS.join(' and ')}`;
    throw new UsageError('audit', `"${next}" is not an audit`, hint);
  }
  return argv.toSpliced(at, 1);
}

async function withoutCommand(
  { words, flags, options }: ParsedWords,
  screen: { readonly short: number; readonly full: number },
): Promise<Arguments> {
  const [word, ...rest] = words;
  if (word === 'completion') return { kind: 'text', text: await scriptFor(rest) };
  if (word !== undefined && word !== 'help') throw unknownCommand(word);
  const { commandHelp, programHelp, shortProgramHelp } = await import('./help.js');
  if (word === 'help') {
    const [name, subject = ''] = rest;
    if (name === undefined) return { kind: 'text', text: programHelp(screen.full) };
    const command = commandOf(name);
    if (command === undefined) throw unknownCommand(name);
    const of = command.subjects?.[subject] ? subject : '';
    return { kind: 'text', text: commandHelp(command, of, screen.full) };
  }
  if (flags.has('help')) return { kind: 'text', text: programHelp(screen.full) };
  if (flags.has('h')) return { kind: 'text', text: shortProgramHelp(screen.short) };
  const [option] = options.keys();
  if (option !== undefined) throw new UsageError(`--${option}`, 'needs a command before it');
  return { kind: 'nothing', help: shortProgramHelp(screen.short) };
}

async function scriptFor([name, ...rest]: readonly string[]): Promise<string> {
  const { SHELLS, completionScript } = await import('../completion/scripts.js');
  const shell = SHELLS.find((known) => known === name);
  if (shell !== undefined && rest.length === 0) return completionScript(shell);
  const problem =
    name === undefined ? 'needs a shell' : `"${[name, ...rest].join(' ')}" is unknown`;
  throw new UsageError('completion', problem, `give ${SHELLS.join(', ')}`);
}

function unknownCommand(word: string): UsageError {
  const commands = [...Object.keys(COMMANDS), 'help', 'completion'];
  const hint = suggestion(word, commands) ?? `the commands are ${commands.join(', ')}`;
  return new UsageError(word, 'there is no such command', hint);
}

function checkNames(given: ReadonlyMap<string, unknown>, command: CommandDefinition): void {
  const names = [...command.options, 'help', 'version', 'h'].flatMap((name) => [
    name,
    ...aliasesOf(name),
  ]);
  const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`);
  for (const name of given.keys()) {
    if (names.includes(name)) continue;
    if (Object.hasOwn(OPTIONS, name)) {
      const hint = ownersHint(name, command);
      throw new UsageError(dashed(name), `is not an option of ${command.name}`, hint);
    }
    const hint = suggestion(dashed(name), names.map(dashed));
    throw new UsageError(dashed(name), 'there is no such option', hint);
  }
}

function aliasesOf(name: string): readonly string[] {
  return Object.hasOwn(OPTIONS, name)
    ? ((OPTIONS[name as OptionName] as OptionDefinition).alias ?? [])
    : [];
}

/** Where an option belongs to: other subjects of the command, else other commands. */
function ownersHint(name: string, command: CommandDefinition): string {
  const has = ({ options }: { readonly options: readonly string[] }): boolean =>
    options.includes(name);
  const subjects = Object.entries(command.subjects ?? {}).filter(([, subject]) => has(subject));
  const commands: readonly CommandDefinition[] = Object.values(COMMANDS);
  const owners =
    subjects.length > 0
      ? subjects.map(([subject]) => `${command.name} ${subject}`)
      : commands.filter(has).map((owner) => owner.name);
  return `it is an option of ${owners.join(', ')}`;
}

function subjectOf(words: readonly string[], { name, subjects = {} }: CommandDefinition): string {
  const known = Object.keys(subjects);
  const wrong = words.find((word, at) => at > 0 || !known.includes(word));
  if (wrong === undefined) return words[0] ?? known[0] ?? '';
  const can = known.length > 0 ? `it takes ${known.join(' or ')}` : 'it takes options only';
  throw new UsageError(name, `does not take "${wrong}"`, suggestion(wrong, known) ?? can);
}

/** The options of a command; one that is given twice has its last value, a list has all its values. */
function settingsIn(
  given: ReadonlyMap<string, readonly string[]>,
  command: CommandDefinition,
): Settings {
  const settings = new Map<OptionName, Setting>();
  for (const name of command.options) {
    const texts = given.get(name);
    if (texts === undefined) continue;
    const { kind }: OptionDefinition = OPTIONS[name];
    const last = texts.at(-1) ?? '';
    if (mustNotDiffer(name) && texts.some((text) => text !== last)) {
      throw new UsageError(`--${name}`, `is given twice: ${texts.join(', ')}`);
    }
    if (kind === 'list') checkSwallowed(name, texts, command);
    const value = kind === 'list' ? texts : kind === 'flag' ? last === 'true' : last;
    settings.set(name, { value, origin: `--${name}` });
  }
  return settings;
}

/** Options that select the evidence: of two different values, one would be ignored without a word. */
function mustNotDiffer(name: OptionName): boolean {
  const { kind, group }: OptionDefinition = OPTIONS[name];
  const isSelection = ['Events', 'Athena', 'Judgement', 'Filters'].includes(group);
  return kind === 'text' && isSelection && name !== 'since' && name !== 'until';
}

/** A list takes all words up to the next option, also one that was meant for the command. */
function checkSwallowed(
  name: OptionName,
  values: readonly string[],
  { name: command, subjects = {} }: CommandDefinition,
): void {
  const isMeant = (word: string): boolean =>
    Object.hasOwn(subjects, word) || commandOf(word) !== undefined;
  const word = values.slice(1).find(isMeant);
  if (word === undefined) return;
  const start = Object.hasOwn(subjects, word) ? `${command} ${word}` : word;
  throw new UsageError(
    `--${name}`,
    `"${word}" was taken as one of its values`,
    `write sentinel-audit ${start} --${name} …; a file of that name is ./${word}`,
  );
}
