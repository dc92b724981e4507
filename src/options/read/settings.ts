import { UsageError } from '../../errors.js';
import { OPTIONS, type OptionDefinition, type OptionName } from '../definitions/options.js';

/** The value that an option was given, and where, for messages. */
export interface Setting {
  readonly value: string | boolean | readonly string[];
  /** `--since`, `SENTINEL_AUDIT_SINCE` or `config.yaml:3:8: since`. */
  readonly origin: string;
}

/** The options that one place gives: the command line, the environment or the config file. */
export type Settings = ReadonlyMap<OptionName, Setting>;
export type Environment = Readonly<Record<string, string | undefined>>;

export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

/**
 * A text of the environment or the config file as a value of its kind.
 *
 * @throws UsageError for a flag that is neither true nor false.
 */
export function settingValue(
  { kind }: Pick<OptionDefinition, 'kind'>,
  text: string,
  origin: string,
): Setting['value'] {
  if (kind === 'list') return [text];
  if (kind !== 'flag') return text;
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  throw new UsageError(origin, `"${text}" is neither true nor false`);
}
