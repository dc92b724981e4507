// The licences of the packages that the program holds, which they ask to be handed on with it.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LICENCE = /^(?:licen[cs]e|copying|notice)\b/i;

/**
 * A text with the licences of the packages that some modules are from, each licence once.
 *
 * @param {Iterable<string>} modules paths of files
 */
export function licensesOf(modules) {
  const folders = new Set([...modules].flatMap((path) => folderOf(path) ?? []));
  /** @type {Map<string, string[]>} */
  const byText = new Map();
  for (const folder of [...folders].toSorted()) {
    const { name, version, license, author } = readJson(join(folder, 'package.json'));
    const files = readdirSync(folder).filter((file) => LICENCE.test(file));
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    const owner = typeof author === 'object' ? author.name : author;
    const text = texts.join('\n\n') || `Licence: ${license}, of ${owner}`;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  return [...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`).join('\n\n\n');
}

/**
 * The folder of the package that a file is from: the nearest whose package.json has a version; others only say what kind
 * of modules lie there.
 *
 * @param {string} path
 * @returns {string | undefined}
 */
function folderOf(path) {
  if (!path.includes('node_modules')) return undefined;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && readJson(file).version !== undefined) return folder;
  }
}

/** @returns {{ name?: string, version?: string, license?: string, author?: string | { name: string } }} */
function readJson(/** @type {string} */ file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
