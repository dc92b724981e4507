import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Node, Scalar } from 'yaml';
import { UsageError, ValueError } from '../../errors.js';
import { suggestion } from '../../suggestion.js';
import { OPTIONS, type OptionDefinition, type OptionName } from '../definitions/options.js';
import { readSmallFile } from '../files/small-file.js';
import { isTooDeep } from '../files/yaml-depth.js';
import {
  type Environment,
  OPTION_NAMES,
  type Setting,
  type Settings,
  addSetting,
  optionNamed,
  settingValue,
} from './settings.js';

/**
 * The options that a config file gives. Without `path` the user's own is read, if there is one; never one
 * of the current folder, which could redirect signed requests. In paths, `~` is the home folder, and what is
 * relative starts at the folder of the config file.
 *
 * @throws UsageError with line and column, for what is not YAML and for a key that names no option.
 */
export async function readConfig(
  path: string | undefined,
  env: Environment,
  signal?: AbortSignal,
): Promise<Settings> {
  const file = path ?? defaultConfig(env);
  try {
    const isThere = path !== undefined || statSync(file, { throwIfNoEntry: false }) !== undefined;
    if (!isThere) return new Map();
    return await parseConfig(await readSmallFile(file, signal), file, homeOf(env));
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError('--config', error.message, error.hint);
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new UsageError('--config', `${file} cannot be read: ${error.message}`);
  }
}

function defaultConfig(env: Environment): string {
  const configured = env['XDG_CONFIG_HOME'];
  const isUsable = configured !== undefined && isAbsolute(configured);
  const base = isUsable ? configured : join(homeOf(env), '.config');
  return join(base, 'sentinel-audit', 'config.yaml');
}

function homeOf(env: Environment): string {
  return env['HOME'] ?? homedir();
}

async function parseConfig(text: string, file: string, home: string): Promise<Settings> {
  const { LineCounter, isMap, isScalar, isSeq, parseDocument, visit } = await import('yaml');
  const tooDeep = (): UsageError => new UsageError('--config', `${file} is nested too deeply`);
  if (isTooDeep(text)) throw tooDeep();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const placeOf = (node: Node | null | undefined): string => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
    return `${file}:${line}:${col}`;
  };
  const fail = (node: Node | null | undefined, message: string, hint?: string): never => {
    throw new UsageError('--config', `${placeOf(node)}: ${message}`, hint);
  };
  const wrong = document.errors[0];
  if (wrong?.code === 'RESOURCE_EXHAUSTION') throw tooDeep();
  if (wrong !== undefined) {
    const { line, col } = lines.linePos(wrong.pos[0]);
    const message = wrong.message.split('\n', 1)[0]!.replace(/ at line \d+, column \d+:?$/, '');
    throw new UsageError('--config', `${file}:${line}:${col}: ${message}`);
  }
  const settings = new Map<OptionName, Setting>();
  if (document.contents === null) return settings;
  if (!isMap(document.contents)) {
    return fail(document.contents, 'expected options such as since: 90d');
  }
  visit(document, {
    Alias: (_, alias) =>
      fail(alias, `YAML aliases such as *${alias.source} are not read`, 'write the value itself'),
  });
  for (const { key, value } of document.contents.items) {
    const keyNode = key as Node;
    const keyText = isScalar(key) ? String(key.value) : '';
    if (keyText === 'config') {
      const hint = 'give --config FILE or SENTINEL_AUDIT_CONFIG';
      return fail(keyNode, 'config: a config file cannot name another one', hint);
    }
    const name = optionNamed(keyText);
    if (name === undefined) {
      return fail(keyNode, `"${keyText}" is not an option`, suggestion(keyText, OPTION_NAMES));
    }
    const node = value as Node | null;
    const origin = `${placeOf(node?.range ? node : keyNode)}: ${keyText}`;
    const definition: OptionDefinition = OPTIONS[name];
    const textIn = (scalar: Scalar): string => pathIn(definition, writtenAs(scalar), file, home);
    if (isSeq(node) && (definition.kind === 'list' || isCommaList(name))) {
      const items = node.items.map((item) =>
        isScalar(item) ? textIn(item) : fail(item as Node, `${keyText}: expected a list of texts`),
      );
      const list = definition.kind === 'list' ? items : items.join(',');
      addSetting(settings, name, { value: list, origin });
    } else if (isScalar(node) && node.value !== null) {
      const setting = settingValue(definition, textIn(node), origin);
      addSetting(settings, name, { value: setting, origin });
    } else {
      return fail(node ?? keyNode, `${keyText}: expected ${EXPECTED[definition.kind]}`);
    }
  }
  return settings;
}

const EXPECTED = {
  text: 'a text',
  list: 'a text or a list of texts',
  number: 'a number',
  flag: 'true or false',
} as const;

function isCommaList(name: OptionName): boolean {
  return (OPTIONS[name] as OptionDefinition).value === 'LIST';
}

/** What was written, not what YAML makes of it: `user: 0123` is the user 0123. */
function writtenAs(scalar: Scalar): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));
}

/** `-`, words such as `lookup`, and URLs are no paths. */
function pathIn(
  { names, suggest = [] }: OptionDefinition,
  text: string,
  file: string,
  home: string,
): string {
  if (names !== 'file' || text === '' || text === '-' || suggest.includes(text)) return text;
  if (/^[a-z0-9]+:\/\//i.test(text)) return text;
  if (text === '~' || text.startsWith('~/')) return join(home, text.slice(1));
  return isAbsolute(text) ? text : join(dirname(file), text);
}
