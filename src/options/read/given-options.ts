import { UsageError } from '../../errors.js';
import { suggestion } from '../../suggestion.js';
import { OPTIONS, type OptionDefinition, type OptionName } from '../definitions/options.js';
import type { Given, Settings } from './settings.js';

/**
 * The options of one command as they were given, the command line before the environment before the config
 * file. Each reader checks its value and names where it came from when it is wrong.
 */
export class GivenOptions {
  readonly #layers: readonly Settings[];

  constructor(layers: readonly Settings[]) {
    this.#layers = layers;
  }

  /** A text that is not empty, and one of the option's choices where it has some. */
  text(name: OptionName): string | undefined {
    const given = this.#given(name);
    if (given === undefined) return undefined;
    const text = String(given.value);
    if (text === '') throw new UsageError(given.origin, 'needs a value');
    const { choices }: OptionDefinition = OPTIONS[name];
    if (choices !== undefined && !choices.includes(text)) {
      const hint = suggestion(text, choices);
      throw new UsageError(given.origin, `"${text}" is none of ${choices.join(', ')}`, hint);
    }
    return text;
  }

  /** A text that a reader understands; what is wrong with it is told under the name it was given by. */
  parsed<T>(name: OptionName, parse: (text: string) => T): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(this.origin(name), error.message, error.hint);
    }
  }

  /** A whole number from 1 on. */
  number(name: OptionName, most = Number.MAX_SAFE_INTEGER): number | undefined {
    return this.parsed(name, (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : NaN;
      if (value >= 1 && value <= most) return value;
      const range = most === Number.MAX_SAFE_INTEGER ? 'from 1 on' : `from 1 to ${most}`;
      throw new UsageError(name, `"${text}" is not a whole number ${range}`);
    });
  }

  list(name: OptionName): readonly string[] {
    const given = this.#given(name);
    if (given === undefined) return [];
    const values = Array.isArray(given.value) ? (given.value as readonly string[]) : [];
    if (values.length === 0 || values.includes('')) {
      throw new UsageError(given.origin, 'needs a value');
    }
    return values;
  }

  /** A list of different parts, separated by commas. */
  parts(name: OptionName): readonly string[] | undefined {
    return this.parsed(name, (text) => {
      const parts = text.split(',').map((part) => part.trim());
      const { parts: valid = [] }: OptionDefinition = OPTIONS[name];
      for (const part of parts) {
        if (valid.includes(part)) continue;
        const hint = suggestion(part, valid) ?? `there are ${valid.join(', ')}`;
        throw new UsageError(name, `there is no "${part}"`, hint);
      }
      const twice = parts.find((part, at) => parts.indexOf(part) !== at);
      if (twice !== undefined) throw new UsageError(name, `"${twice}" is named twice`);
      return parts;
    });
  }

  flag(name: OptionName): boolean {
    return this.#given(name)?.value === true;
  }

  has(name: OptionName): boolean {
    return this.#given(name) !== undefined;
  }

  /** How far from the command line the option was given, from 0; Infinity when it was not. */
  layerOf(name: OptionName): number {
    const layer = this.#layers.findIndex((settings) => settings.has(name));
    return layer === -1 ? Infinity : layer;
  }

  /** What the user called the option: `--since`, `SENTINEL_AUDIT_SINCE`, a line of the config file. */
  origin(name: OptionName): string {
    return this.#given(name)?.origin ?? `--${name}`;
  }

  #given(name: OptionName): Given | undefined {
    for (const layer of this.#layers) {
      const given = layer.get(name);
      if (given !== undefined) return given;
    }
    return undefined;
  }
}
