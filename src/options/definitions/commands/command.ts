import type { OptionDefinition } from '../definition.js';
import { OPTIONS, type OptionName } from '../options.js';

/** Where the meaning of an option differs from {@link OPTIONS}. */
export type Meanings = Readonly<Partial<Record<OptionName, Partial<OptionDefinition>>>>;

/** One thing that a command can be told to work on. */
export interface Subject {
  readonly options: readonly OptionName[];
  readonly meanings?: Meanings;
}

/** One command, as the parser, the help and the completion need it. */
export interface CommandDefinition extends Subject {
  readonly name: string;
  /** The words that may follow the name; the first is the default. */
  readonly subjects?: Readonly<Record<string, Subject>>;
  /** One sentence without its full stop. */
  readonly describe: string;
  /** The options of the short help, in its order. */
  readonly main: readonly OptionName[];
  readonly examples: readonly (readonly [command: string, meaning: string])[];
}

/** An option as it is meant by a command, and by its subject where one is given. */
export function optionOf(
  name: OptionName,
  command: CommandDefinition,
  subject = '',
): OptionDefinition {
  const meaning = { ...command.meanings?.[name], ...command.subjects?.[subject]?.meanings?.[name] };
  return { ...OPTIONS[name], ...meaning };
}
