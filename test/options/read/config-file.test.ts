import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import { readConfig } from '../../../src/options/read/config-file.js';
import type { Settings } from '../../../src/options/read/settings.js';
import type { OptionDefinition } from '../../../src/options/definitions/definition.js';
import { OPTIONS } from '../../../src/options/definitions/options.js';
import { temporaryFolder } from '../../support/contracts.js';

const valuesOf = (settings: Settings): Record<string, unknown> =>
  Object.fromEntries([...settings].map(([name, { value }]) => [name, value]));

function config(text: string): Promise<Settings> {
  const path = join(temporaryFolder(), 'config.yaml');
  writeFileSync(path, text);
  return readConfig(path, {});
}

async function failureOf(settings: Promise<Settings>): Promise<UsageError> {
  const failure: unknown = await settings.catch((error: unknown) => error);
  if (failure instanceof UsageError) return failure;
  throw new Error(`taken: ${String(failure)}`);
}

describe('a config file', () => {
  test('has options under their long names, as they are written', async () => {
    const settings = await config(
      'since: 90d\nuser: 0123\nmax-rcu: 50\nstrict: yes\ncsv-raw: true\nsessions: [a, 007]\ncolumns: [id, user]\n',
    );
    expect(valuesOf(settings)).toEqual({
      since: '90d',
      user: '0123',
      'max-rcu': '50',
      strict: true,
      'csv-raw': true,
      sessions: [expect.stringMatching(/^\/.*\/a$/), expect.stringMatching(/^\/.*\/007$/)],
      columns: 'id,user',
    });
  });

  test('takes one text for a list, and a text for columns', async () => {
    expect(valuesOf(await config('sessions: archive/\ncolumns: id,user\n'))).toEqual({
      sessions: [expect.stringMatching(/^\/.*\/archive\/$/)],
      columns: 'id,user',
    });
  });

  test('takes the other long name of an option', async () => {
    const settings = await config('output: json\n');
    expect(valuesOf(settings)).toEqual({ format: 'json' });
    expect(settings.get('format')?.origin).toMatch(/config\.yaml:1:9: output$/);
    expect(valuesOf(await config('output: json\nformat: json\n'))).toEqual({ format: 'json' });
    expect(await failureOf(config('output: json\nformat: csv\n'))).toMatchObject({
      option: expect.stringMatching(/config\.yaml:2:9: format$/),
      message: expect.stringMatching(/^contradicts .*config\.yaml:1:9: output json$/),
    });
  });

  test('says where each value stands', async () => {
    const settings = await config('# ours\nuser: alice\n\nsince:   7d\n');
    expect(settings.get('since')?.origin).toMatch(/config\.yaml:4:10: since$/);
  });

  test('may be empty', async () => {
    expect(valuesOf(await config(''))).toEqual({});
    expect(valuesOf(await config('# nothing yet\n'))).toEqual({});
  });

  test.each([
    ['since: 7d\nsinse: 8d\n', /config\.yaml:2:1: "sinse" is not an option/, 'did you mean since?'],
    [
      'config: other.yaml\n',
      /:1:1: config: a config file cannot name another one/,
      'give --config FILE or SENTINEL_AUDIT_CONFIG',
    ],
    [
      'since: &x 7d\nuntil: *x\n',
      /:2:8: YAML aliases such as \*x are not read/,
      'write the value itself',
    ],
    ['sessions: [*a]\n', /:1:12: YAML aliases such as \*a/, 'write the value itself'],
    ['since: &x 7d\n*x : 7d\n', /:2:1: YAML aliases such as \*x/, 'write the value itself'],
    ['outt: a.csv\n', /:1:1: "outt" is not an option/, 'did you mean out?'],
    ['user: [a, b]\n', /:1:7: user: expected a text/, undefined],
    ['user:\n', /user: expected a text/, undefined],
    ['sessions: {a: b}\n', /:1:11: sessions: expected a text or a list/, undefined],
    ['sessions: [a, [b]]\n', /:1:15: sessions: expected a list of texts/, undefined],
    ['max-rcu: {}\n', /max-rcu: expected a number/, undefined],
    ['- since\n', /:1:1: expected options/, undefined],
    ['since\n', /:1:1: expected options/, undefined],
    ['user: "alice\n', /:2:1: /, undefined],
    ['user: a\nuser: b\n', /:2:1: .*unique/, undefined],
    ['a: b: c\n', /:1:4: /, undefined],
  ])('%j is wrong', async (text, message, hint) => {
    const failure = await failureOf(config(text));
    expect(failure).toMatchObject({
      option: '--config',
      message: expect.stringMatching(message),
      hint,
    });
    expect(failure.message).not.toContain('\n');
  });

  test('says where a flag is neither true nor false', async () => {
    const failure = await failureOf(config('quiet: true\nstrict: maybe\n'));
    expect(failure.option).toMatch(/config\.yaml:2:9: strict$/);
  });

  test('that is named must be there', async () => {
    const missing = join(temporaryFolder(), 'no.yaml');
    expect(await failureOf(readConfig(missing, {}))).toMatchObject({
      option: '--config',
      message: expect.stringContaining(missing),
    });
  });

  test('of the user is read where there is one', async () => {
    const home = temporaryFolder();
    expect(valuesOf(await readConfig(undefined, { HOME: home }))).toEqual({});
    mkdirSync(join(home, '.config', 'sentinel-audit'), { recursive: true });
    writeFileSync(join(home, '.config', 'sentinel-audit', 'config.yaml'), 'user: alice');
    expect(valuesOf(await readConfig(undefined, { HOME: home }))).toEqual({ user: 'alice' });
    const xdg = { HOME: '/nowhere', XDG_CONFIG_HOME: join(home, '.config') };
    expect(valuesOf(await readConfig(undefined, xdg))).toEqual({ user: 'alice' });
    const relative = { HOME: home, XDG_CONFIG_HOME: '.' };
    expect(valuesOf(await readConfig(undefined, relative))).toEqual({ user: 'alice' });
  });

  describe('with paths', () => {
    let home = '';
    let folder = '';
    beforeEach(() => {
      home = temporaryFolder();
      folder = join(home, 'audit');
      mkdirSync(folder);
    });
    const pathsOf = async (text: string): Promise<Record<string, unknown>> => {
      writeFileSync(join(folder, 'config.yaml'), text);
      return valuesOf(await readConfig(join(folder, 'config.yaml'), { HOME: home }));
    };
    const names = Object.entries<OptionDefinition>(OPTIONS)
      .filter(([name, option]) => option.names === 'file' && name !== 'config')
      .map(([name]) => name);

    test.each(names)('has ~ as the home, and relative ones beside itself: %s', async (name) => {
      const valueOf = async (path: string): Promise<unknown> =>
        [(await pathsOf(`${name}: ${path}\n`))[name]].flat()[0];
      expect(await valueOf('~/a/b')).toBe(join(home, 'a/b'));
      expect(await valueOf('"~"')).toBe(home);
      expect(await valueOf('a/b')).toBe(join(folder, 'a/b'));
      expect(await valueOf('../b')).toBe(join(folder, '../b'));
      expect(await valueOf('/a/b')).toBe('/a/b');
      expect(await valueOf('"-"')).toBe('-');
      expect(await valueOf('s3://bucket/a')).toBe('s3://bucket/a');
    });

    test('has them in lists too, and leaves what is not a path', async () => {
      expect(await pathsOf('sessions: [~/a, b]\nevents: athena\nuser: ~/a\n')).toEqual({
        sessions: [join(home, 'a'), join(folder, 'b')],
        events: ['athena'],
        user: '~/a',
      });
      expect(await pathsOf('events: lookup\n')).toEqual({ events: ['lookup'] });
    });
  });
});
