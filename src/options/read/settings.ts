import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { homedir } from 'node:os';
import type { Node, Scalar } from 'yaml';
import { UsageError } from '../../errors.js';
import { suggestion } from '../../suggestion.js';
import { OPTIONS, type OptionDefinition, type OptionName } from '../definitions/options.js';

/** A value somebody gave an option, and where, for messages. */
export interface Given {
  readonly value: string | boolean | readonly string[];
  /** `--since`, `SENTINEL_AUDIT_SINCE` or `config.yaml:3:8: since`. */
  readonly origin: string;
}

export type Settings = ReadonlyMap<OptionName, Given>;
export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'SENTINEL_AUDIT_';
const NAMES = Object.keys(OPTIONS) as OptionName[];

/**
 * The options that the environment gives, as `SENTINEL_AUDIT_MAX_RCU`. An empty variable gives nothing.
 *
 * @throws UsageError for a variable with our prefix that names no option of any command.
 */
export function readEnvironment(env: Environment): Settings {
  const settings = new Map<OptionName, Given>();
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || text === undefined || text === '') continue;
    const name = NAMES.find((known) => variableFor(known) === variable);
    if (name === undefined) {
      const hint = suggestion(variable, NAMES.map(variableFor));
      throw new UsageError(variable, 'no option has this variable', hint);
    }
    settings.set(name, { value: valueOf(OPTIONS[name], text, variable), origin: variable });
  }
  return settings;
}

/**
 * The options that a config file gives. Without `path` the user's own is read, if there is one; never one
 * of the current folder, which could redirect signed requests.
 *
 * @throws UsageError with line and column, for YAML that is none and for a key that names no option.
 */
export async function readConfig(path: string | undefined, env: Environment): Promise<Settings> {
  const file = path ?? defaultConfig(env);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (path === undefined && isMissing) return new Map();
    throw new UsageError(
      '--config',
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return parseConfig(text, file);
}

function defaultConfig(env: Environment): string {
  const given = env['XDG_CONFIG_HOME'];
  const base =
    given !== undefined && isAbsolute(given) ? given : join(env['HOME'] ?? homedir(), '.config');
  return join(base, 'sentinel-audit', 'config.yaml');
}

async function parseConfig(text: string, file: string): Promise<Settings> {
  const { LineCounter, isMap, isScalar, isSeq, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fail = (node: Node | null | undefined, message: string, hint?: string): never => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
    throw new UsageError('--config', `${file}:${line}:${col}: ${message}`, hint);
  };
  const wrong = document.errors[0];
  if (wrong !== undefined) {
    const { line, col } = lines.linePos(wrong.pos[0]);
    const message = wrong.message.split('\n', 1)[0]!.replace(/ at line \d+, column \d+:?$/, '');
    throw new UsageError('--config', `${file}:${line}:${col}: ${message}`);
  }
  const settings = new Map<OptionName, Given>();
  if (document.contents === null) return settings;
  if (!isMap(document.contents)) return fail(document.contents, 'expected options, as since: 90d');
  for (const { key, value } of document.contents.items) {
    const keyNode = key as Node;
    const keyText = isScalar(key) ? String(key.value) : '';
    const name = NAMES.find((known) => known === keyText);
    if (name === undefined || name === 'config') {
      const hint = suggestion(keyText, NAMES);
      return fail(keyNode, `"${keyText}" is no option`, hint);
    }
    const node = value as Node | null;
    const { line, col } = lines.linePos(node?.range?.[0] ?? keyNode.range?.[0] ?? 0);
    const origin = `${file}:${line}:${col}: ${name}`;
    const definition: OptionDefinition = OPTIONS[name];
    if (isSeq(node) && (definition.kind === 'list' || definition.parts !== undefined)) {
      const items = node.items.map((item) =>
        isScalar(item) ? textOf(item) : fail(item as Node, `${name}: expected a list of texts`),
      );
      settings.set(name, {
        value: definition.kind === 'list' ? items : items.join(','),
        origin,
      });
    } else if (isScalar(node) && node.value !== null) {
      settings.set(name, { value: valueOf(definition, textOf(node), origin), origin });
    } else {
      return fail(node ?? keyNode, `${name}: expected ${WANTED[definition.kind]}`);
    }
  }
  return settings;
}

const WANTED = {
  text: 'a text',
  list: 'a text or a list of texts',
  number: 'a number',
  flag: 'true or false',
} as const;

/** What was written, not what YAML makes of it: `user: 0123` is the user 0123. */
function textOf(scalar: Scalar): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));
}

function valueOf(definition: OptionDefinition, text: string, origin: string): Given['value'] {
  if (definition.kind === 'list') return [text];
  if (definition.kind !== 'flag') return text;
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  throw new UsageError(origin, `"${text}" is neither true nor false`);
}

/** `SENTINEL_AUDIT_MAX_RCU` for `max-rcu`. */
function variableFor(name: OptionName): string {
  return PREFIX + name.toUpperCase().replaceAll('-', '_');
}
