import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../src/', import.meta.url));
const IMPORT =
  /\b(?:import|export)\b[^'"();]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

/** Each file of the source, without comments, and what it imports: types and late imports too. */
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '');
    const imports = [...code.matchAll(IMPORT)].map(([, from, late]) => {
      const name = from ?? late!;
      return name.startsWith('.') ? join(path, '..', name).replace(/\.js$/, '.ts') : name;
    });
    return { path, code, imports };
  });

const isOwn = (name: string): boolean => files.some(({ path }) => path === name);
const within =
  (...rooms: string[]) =>
  ({ path }: { path: string }): boolean =>
    rooms.some((room) => path.startsWith(room));

/** The imports that some files may not have, as `file → import`. */
function wrong(
  where: (file: { path: string }) => boolean,
  forbidden: (name: string) => boolean,
): string[] {
  return files
    .filter((file) => where(file))
    .flatMap(({ path, imports }) =>
      imports.filter((name) => forbidden(name)).map((name) => `${path} → ${name}`),
    );
}

/** The files that import a package. */
const importersOf = (name: string | RegExp): string[] =>
  files
    .filter(({ imports }) => imports.some((found) => found.match(name)?.[0] === found))
    .map(({ path }) => path);

test('every import is understood', () => {
  expect(files.length).toBeGreaterThan(40);
  for (const { code, imports, path } of files) {
    expect([path, imports.length]).toEqual([
      path,
      code.match(/\bfrom ['"]|\bimport\(|^import ['"]/gm)?.length ?? 0,
    ]);
  }
  expect(
    wrong(
      () => true,
      (name) => name.endsWith('.ts') && !isOwn(name),
    ),
  ).toEqual([]);
});

test('the model, the pipeline and the errors know neither Node nor any package', () => {
  expect(wrong(within('model/', 'pipeline.ts', 'errors.ts'), (name) => !isOwn(name))).toEqual([]);
  expect(wrong(within('model/'), (name) => !/^(model\/|errors\.ts$)/.test(name))).toEqual([]);
});

test('sources, transforms and sinks do not know each other', () => {
  const rooms = ['sources/', 'transforms/', 'sinks/'];
  for (const room of rooms) {
    const others = rooms.filter((other) => other !== room);
    expect(wrong(within(room), (name) => others.some((other) => name.startsWith(other)))).toEqual(
      [],
    );
  }
});

test('transforms know the pipeline and the model alone', () => {
  expect(wrong(within('transforms/'), (name) => !/^(model\/|pipeline\.ts$)/.test(name))).toEqual(
    [],
  );
});

test('every package has one room', () => {
  const rooms: [string | RegExp, RegExp][] = [
    ['yargs', /^options\//],
    ['yaml', /^options\//],
    ['zod', /^options\//],
    [/csv-stringify.*/, /^sinks\/csv\.ts$/],
    [/csv-parse.*/, /^sources\/[a-z-]+\.ts$/],
    [/@(aws-sdk|smithy)\/.+/, /^sources\//],
  ];
  for (const [name, room] of rooms) {
    for (const path of importersOf(name)) expect(path).toMatch(room);
    expect(importersOf(name).length).toBeGreaterThan(0);
  }
  for (const name of ['yargs', /csv-parse.*/]) expect(importersOf(name)).toHaveLength(1);
});

test('the process is touched where the program starts, and nothing writes to the console', () => {
  const users = files.filter(({ code }) => /\bprocess\b(?!')/.test(code)).map(({ path }) => path);
  expect(users).toEqual(['bin.ts']);
  expect(files.filter(({ code }) => /\bconsole\b/.test(code))).toEqual([]);
});
