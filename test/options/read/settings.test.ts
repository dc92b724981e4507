import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import { type Settings, readConfig, readEnvironment } from '../../../src/options/read/settings.js';
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

describe('the environment', () => {
  test('has the options under their names', () => {
    const settings = readEnvironment({
      SENTINEL_AUDIT_MAX_RCU: '50',
      SENTINEL_AUDIT_SESSIONS: 'a b',
      SENTINEL_AUDIT_CSV_RAW: 'true',
      PATH: '/bin',
      SENTINEL_SESSION_TABLE: 't',
      SENTINEL_AUDIT_USER: '',
      SENTINEL_AUDIT_SINCE: undefined,
    });
    expect(valuesOf(settings)).toEqual({ 'max-rcu': '50', sessions: ['a b'], 'csv-raw': true });
    expect(settings.get('max-rcu')?.origin).toBe('SENTINEL_AUDIT_MAX_RCU');
  });

  test.each([
    ['true', true],
    ['1', true],
    ['YES', true],
    ['on', true],
    ['false', false],
    ['0', false],
    ['No', false],
    ['off', false],
  ])('takes %s for a flag', (text, value) => {
    expect(valuesOf(readEnvironment({ SENTINEL_AUDIT_STRICT: text }))).toEqual({ strict: value });
  });

  test('is wrong where a flag is neither true nor false', () => {
    expect(() => readEnvironment({ SENTINEL_AUDIT_STRICT: 'maybe' })).toThrow(
      expect.objectContaining({
        option: 'SENTINEL_AUDIT_STRICT',
        message: '"maybe" is neither true nor false',
      }),
    );
  });

  test('is wrong where a variable of ours names no option', () => {
    for (const variable of ['SENTINEL_AUDIT_SINSE', 'SENTINEL_AUDIT_since']) {
      expect(() => readEnvironment({ [variable]: '7d' })).toThrow(
        expect.objectContaining({ option: variable, hint: 'did you mean SENTINEL_AUDIT_SINCE?' }),
      );
    }
  });
});

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
      sessions: ['a', '007'],
      columns: 'id,user',
    });
  });

  test('takes one text for a list, and a text for columns', async () => {
    expect(valuesOf(await config('sessions: archive/\ncolumns: id,user\n'))).toEqual({
      sessions: ['archive/'],
      columns: 'id,user',
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
    ['since: 7d\nsinse: 8d\n', /config\.yaml:2:1: "sinse" is no option/, 'did you mean since?'],
    ['config: other.yaml\n', /:1:1: "config" is no option/, expect.anything()],
    ['o: a.csv\n', /:1:1: "o" is no option/, 'did you mean out?'],
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
});
