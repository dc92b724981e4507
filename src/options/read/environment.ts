import { UsageError } from '../../errors.js';
import { suggestion } from '../../suggestion.js';
import { OPTIONS, type OptionName } from '../definitions/options.js';
import {
  type Environment,
  OPTION_NAMES,
  type Setting,
  type Settings,
  addSetting,
  optionNamed,
  settingValue,
} from './settings.js';

const PREFIX = 'SENTINEL_AUDIT_';

/**
 * The options that the environment gives, as `SENTINEL_AUDIT_MAX_RCU`. An empty variable gives none.
 *
 * @throws UsageError for a variable with our prefix that belongs to no option of any command.
 */
export function readEnvironment(env: Environment): Settings {
  const settings = new Map<OptionName, Setting>();
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || text === undefined || text === '') continue;
    const long = OPTION_NAMES.find((known) => variableOf(known) === variable);
    const name = long === undefined ? undefined : optionNamed(long);
    if (name === undefined) {
      const hint = suggestion(variable, OPTION_NAMES.map(variableOf));
      throw new UsageError(variable, 'there is no option for this variable', hint);
    }
    const value = settingValue(OPTIONS[name], text, variable);
    addSetting(settings, name, { value, origin: variable });
  }
  return settings;
}

/** `SENTINEL_AUDIT_MAX_RCU` for `max-rcu`. */
function variableOf(name: string): string {
  return PREFIX + name.toUpperCase().replaceAll('-', '_');
}
