import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { cleanEnv, scratch } from './support/cli.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
const folder = scratch();
const prefix = join(folder, 'global');
const env = { ...process.env, HOME: folder }; // npm keeps logs there

beforeAll(async () => {
  mkdirSync(prefix);
  // The tests have built it; building again would pull it away under those that run now.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT, env });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  await run('npm', ['install', '--global', '--prefer-offline', '--prefix', prefix, tarball], {
    cwd: folder,
    env,
  });
});

it('a packed tarball, installed globally, puts a working sentinel-audit on the PATH', async () => {
  const variables = cleanEnv({ PATH: `${prefix}/bin:${process.env['PATH']}` });
  const data = join(ROOT, 'examples', 'data', 'sessions.ndjson');
  const { stdout } = await run('sh', ['-c', `sentinel-audit export --sessions "${data}"`], {
    env: variables,
  });
  expect(stdout.trimEnd().split('\n').length).toBe(22);
});

it('the tarball holds the program and its documentation, and nothing else', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    env,
  });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const places = new Set(files.map(({ path }) => path.split('/', 1)[0]));
  expect(files.map(({ path }) => path)).toContain('dist/other-calls.wasm');
  expect(files.map(({ path }) => path)).toContain('dist/program/LICENSES.txt');
  expect([...places].toSorted()).toEqual(
    ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'docs', 'package.json'].toSorted(),
  );
});

it('the licence of every package that the program holds goes with it', () => {
  const program = join(ROOT, 'dist', 'program');
  const code = readdirSync(program)
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(program, name), 'utf8'))
    .join('\n');
  const held = code.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm);
  const licenses = readFileSync(join(program, 'LICENSES.txt'), 'utf8');
  const named = new Set(
    [...licenses.matchAll(/^(\S+) \d+\.\d+\.\d+\S*$/gm)].map(([, name]) => name),
  );
  const packages = new Set([...held].map(([, name]) => name));
  expect(packages.size).toBeGreaterThan(30);
  expect([...packages].filter((name) => !named.has(name))).toEqual([]);
});

it('no file that it is made of is hidden from git', async () => {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', 'src', 'test', 'docs'];
  const { stdout } = await run('git', args, { cwd: ROOT });
  expect(stdout).toBe('');
});
