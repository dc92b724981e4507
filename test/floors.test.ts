import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../src/', import.meta.url));
const IMPORT =
  /\b(?:import|export)\b[^'"();]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
const TYPE_IMPORT = /\b(?:import|export)\s+type\b[^'"();]*?\bfrom\s*['"]([^'"]+)['"]/g;

/** Each file of the source, without comments, and what it imports: types and late imports too. */
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '');
    const resolved = (name: string): string =>
      name.startsWith('.') ? join(path, '..', name).replace(/\.js$/, '.ts') : name;
    const imports = [...code.matchAll(IMPORT)].map(([, from, late]) => resolved(from ?? late!));
    const types = [...code.matchAll(TYPE_IMPORT)].map(([, from]) => resolved(from!));
    const values = [...imports];
    for (const name of types) values.splice(values.indexOf(name), 1);
    return { path, code, imports, values };
  });

const isOwn = (name: string): boolean => files.some(({ path }) => path === name);
const within = (name: string, ...rooms: string[]): boolean =>
  rooms.some((room) => name === room || name.startsWith(room));

/** The imports of some rooms that are not allowed, as `file → import`. */
function wrong(
  rooms: readonly string[],
  isAllowed: (name: string) => boolean,
  kind: 'imports' | 'values' = 'imports',
): string[] {
  return files
    .filter(({ path }) => within(path, ...rooms))
    .flatMap((file) =>
      file[kind].filter((name) => !isAllowed(name)).map((name) => `${file.path} → ${name}`),
    );
}

test('every import is understood', () => {
  expect(files.length).toBeGreaterThan(40);
  for (const { code, imports, path } of files) {
    expect([path, imports.length]).toEqual([
      path,
      code.match(/\bfrom ['"]|\bimport\(|^import ['"]/gm)?.length ?? 0,
    ]);
    expect(imports.filter((name) => name.endsWith('.ts') && !isOwn(name))).toEqual([]);
  }
});

/** The lowest floors import neither Node nor a package, and only what is named here. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'text/': ['errors.ts'],
  'hashing/': [],
  'pipeline/': [],
  'model/': ['errors.ts', 'text/', 'pipeline/'],
};

test.each(Object.entries(PURE))('%s is pure, and knows %j besides itself', (room, known) => {
  expect(wrong([room], (name) => within(name, room, ...known))).toEqual([]);
});

test('sources, transforms and sinks know neither each other nor what stands above them', () => {
  const above = ['options/', 'commands/', 'audit/', 'run/', 'cli.ts', 'hints.ts'];
  const beside = ['sources/', 'transforms/', 'sinks/'];
  for (const room of [...beside, 'aws/', 'storage/', 'disk/']) {
    const others = beside.filter((other) => other !== room);
    expect(wrong([room], (name) => !within(name, ...others, ...above))).toEqual([]);
  }
});

test('transforms know only what is pure, and the spool that they are handed', () => {
  const pure = ['model/', 'pipeline/', 'text/', 'hashing/', 'errors.ts', 'transforms/'];
  expect(wrong(['transforms/'], (name) => within(name, ...pure), 'values')).toEqual([]);
  expect(wrong(['transforms/'], (name) => within(name, ...pure, 'disk/'))).toEqual([]);
});

test('options import no value of sources and sinks', () => {
  const isBelow = (name: string): boolean => within(name, 'sources/', 'sinks/', 'storage/');
  expect(wrong(['options/'], (name) => !isBelow(name), 'values')).toEqual([]);
});

test('what reads AWS names no option: hints do', () => {
  const rooms = ['aws/', 'sources/finder/', 'sources/dynamodb/', 'sources/cloudtrail/lookup'];
  const naming = files.filter(
    ({ path, code }) => within(path, ...rooms, 'sources/open-') && /['"`\s]--[a-z]/.test(code),
  );
  expect(naming.map(({ path }) => path)).toEqual([]);
});

test('only the command line stands on commands', () => {
  const others = files.filter(({ path }) => !within(path, 'commands/', 'cli.ts'));
  const users = others.filter(({ imports }) => imports.some((name) => within(name, 'commands/')));
  expect(users.map(({ path }) => path)).toEqual([]);
});

/** The one room of each package, as the map of the README has it. */
const PACKAGES: readonly (readonly [name: RegExp, room: RegExp])[] = [
  [/^yargs-parser$/, /^options\/read\/parse-words\.ts$/],
  [/^yaml$/, /^options\//],
  [/^zod$/, /^options\/files\//],
  [/^leven$/, /^suggestion\.ts$/],
  [/^hyparquet-writer$/, /^sinks\/parquet-file\.ts$/],
  [/^picocolors$/, /^sinks\/table\.ts$/],
  [/^string-width$/, /^sinks\/fit\.ts$/],
  [/^heap-js$/, /^disk\/sorted-spool\.ts$/],
  [/^csv-parse$/, /^sources\/csv-records\.ts$/],
  [/^picomatch$/, /^storage\/exclude\.ts$/],
  [/^hyparquet(?:\/|$)/, /^sources\/sessions\/parquet\//],
  [/^ndjson$/, /^sources\/sessions\//],
  [/^p-limit$/, /^sources\//],
  [/^hpagent$/, /^aws\/http\//],
  [/^@aws-sdk\/(client-s3|lib-storage)$/, /^storage\/s3\//],
  [/^@(aws-sdk|smithy)\//, /^(?:aws|sources|storage\/s3)\//],
];

test.each(PACKAGES)('%s is imported by %s alone', (name, room) => {
  const users = files.filter(({ imports }) => imports.some((found) => name.test(found)));
  expect(users.length).toBeGreaterThan(0);
  for (const { path } of users) expect(path).toMatch(room);
});

test('every package has its room', () => {
  const packages = files
    .flatMap(({ imports }) => imports)
    .filter((name) => !isOwn(name) && !name.startsWith('node:'));
  const homeless = packages.filter((found) => !PACKAGES.some(([name]) => name.test(found)));
  expect(homeless).toEqual([]);
});

test('hardly more than a dozen files stand in one room', () => {
  const rooms = new Map<string, number>();
  for (const { path } of files) {
    const room = path.slice(0, path.lastIndexOf('/') + 1);
    rooms.set(room, (rooms.get(room) ?? 0) + 1);
  }
  expect([...rooms].filter(([, size]) => size > 14)).toEqual([]);
});

test('the process is touched where the program starts, and nothing writes to the console', () => {
  const users = files.filter(({ code }) => /\bprocess\b(?!')/.test(code)).map(({ path }) => path);
  expect(users).toEqual(['bin.ts']);
  expect(files.filter(({ code }) => /\bconsole\./.test(code))).toEqual([]);
});
