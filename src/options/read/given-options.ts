import { UsageError, ValueError } from '../../errors.js';
import { suggestion } from '../../suggestion.js';
import {
  OPTIONS,
  type OptionDefinition,
  type OptionName,
  type ReadOption,
  type ValueOf,
} from '../definitions/options.js';
import type { Setting, Settings } from './settings.js';

/** What surrounds the options of a run. */
interface Surroundings {
  /** The definition of an option for the command that is run. Default: {@link OPTIONS} */
  readonly definitionOf?: (name: OptionName) => OptionDefinition;
  /** Stops the reading of files that options name. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The options of one command, as the command line, the environment and the config file give them; an
 * earlier layer wins over a later one. Each method checks the value that it returns.
 *
 * Throws UsageError for a wrong value, with the place where it was given.
 */
export class GivenOptions {
  readonly #layers: readonly Settings[];
  readonly #definitionOf: (name: OptionName) => OptionDefinition;
  readonly signal: AbortSignal | undefined;

  constructor(layers: readonly Settings[], { definitionOf, signal }: Surroundings = {}) {
    this.#layers = layers;
    this.#definitionOf = definitionOf ?? ((name) => OPTIONS[name]);
    this.signal = signal;
  }

  /** A text that is not empty, and one of the option's choices where it has some. */
  text(name: OptionName): string | undefined {
    const setting = this.#setting(name);
    if (setting === undefined) return undefined;
    const text = String(setting.value);
    if (text === '') throw new UsageError(setting.origin, 'needs a value');
    const { choices } = this.#definitionOf(name);
    if (choices !== undefined && !choices.includes(text)) {
      const hint = suggestion(text, choices);
      throw new UsageError(setting.origin, `"${text}" is not one of ${choices.join(', ')}`, hint);
    }
    return text;
  }

  /** The values that an option of choices can have for this command. */
  choices(name: OptionName): readonly string[] {
    return this.#definitionOf(name).choices ?? [];
  }

  /** What a function makes of the text; its ValueError becomes a UsageError with the option's origin. */
  parsed<T>(name: OptionName, parse: (text: string) => T): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new UsageError(this.origin(name), error.message, error.hint);
    }
  }

  /** What the reader of the option's definition makes of the text. */
  value<N extends ReadOption>(name: N): ValueOf<N> | undefined {
    const read = OPTIONS[name].read as (text: string) => ValueOf<N>;
    return this.parsed(name, read);
  }

  /** A whole number from 1 to `most`. */
  number(name: OptionName, most = Number.MAX_SAFE_INTEGER): number | undefined {
    return this.parsed(name, (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : NaN;
      if (value >= 1 && value <= most) return value;
      const range = most === Number.MAX_SAFE_INTEGER ? 'of 1 or more' : `from 1 to ${most}`;
      throw new ValueError(`"${text}" is not a whole number ${range}`);
    });
  }

  /** The texts of a list, none of them empty; an empty list when it was not given. */
  list(name: OptionName): readonly string[] {
    const setting = this.#setting(name);
    if (setting === undefined) return [];
    const values = Array.isArray(setting.value) ? (setting.value as readonly string[]) : [];
    if (values.length === 0 || values.includes('')) {
      throw new UsageError(setting.origin, 'needs a value');
    }
    return values;
  }

  /** The parts of a comma-separated list, each a valid one and given once. */
  parts(name: OptionName): readonly string[] | undefined {
    return this.parsed(name, (text) => {
      const parts = text.split(',').map((part) => part.trim());
      const { parts: valid = [] } = this.#definitionOf(name);
      for (const part of parts) {
        if (valid.includes(part)) continue;
        const hint = suggestion(part, valid) ?? `the values are ${valid.join(', ')}`;
        throw new ValueError(`"${part}" is not a valid value`, hint);
      }
      const twice = parts.find((part, at) => parts.indexOf(part) !== at);
      if (twice !== undefined) throw new ValueError(`"${twice}" is given twice`);
      return parts;
    });
  }

  flag(name: OptionName): boolean {
    return this.#setting(name)?.value === true;
  }

  has(name: OptionName): boolean {
    return this.#setting(name) !== undefined;
  }

  /** What a function reads from the file that the option names; it gets the origin and the signal as well. */
  async file<T>(
    name: OptionName,
    read: (path: string, origin: string, signal?: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    const path = this.text(name);
    return path === undefined ? undefined : read(path, this.origin(name), this.signal);
  }

  /** The layer that gives the option: 0 is the command line; Infinity when none does. */
  precedenceOf(name: OptionName): number {
    const layer = this.#layers.findIndex((settings) => settings.has(name));
    return layer === -1 ? Infinity : layer;
  }

  /** How the user named the option: `--since`, `SENTINEL_AUDIT_SINCE`, a line of the config file. */
  origin(name: OptionName): string {
    return this.#setting(name)?.origin ?? `--${name}`;
  }

  #setting(name: OptionName): Setting | undefined {
    for (const layer of this.#layers) {
      const setting = layer.get(name);
      if (setting !== undefined) return setting;
    }
    return undefined;
  }
}
