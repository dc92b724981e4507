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

/** Each long name of an option, and the option: `output` is `format`. */
const LONG_NAMES: ReadonlyMap<string, OptionName> = new Map(
  Object.entries<OptionDefinition>(OPTIONS).flatMap(([name, { alias = [] }]) =>
    [name, ...alias.filter((other) => other.length > 1)].map((long) => [long, name as OptionName]),
  ),
);
export const OPTION_NAMES: readonly string[] = [...LONG_NAMES.keys()];

/** The option of a long name; undefined where there is none. */
export function optionNamed(name: string): OptionName | undefined {
  return LONG_NAMES.get(name);
}

/** Adds a setting. @throws UsageError where the option has another value under its other name. */
export function addSetting(
  settings: Map<OptionName, Setting>,
  name: OptionName,
  setting: Setting,
): void {
  const before = settings.get(name);
  if (before !== undefined && String(before.value) !== String(setting.value)) {
    throw new UsageError(setting.origin, `contradicts ${before.origin} ${String(before.value)}`);
  }
  settings.set(name, setting);
}

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
