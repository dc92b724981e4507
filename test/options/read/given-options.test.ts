import { describe, expect, test } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { GivenOptions } from '../../../src/options/read/given-options.js';
import { optionOf } from '../../../src/options/definitions/commands/command.js';
import { COMMANDS } from '../../../src/options/definitions/commands.js';
import type { OptionName } from '../../../src/options/definitions/options.js';
import type { Setting } from '../../../src/options/read/settings.js';

const options = (given: Partial<Record<OptionName, Setting['value']>>): GivenOptions =>
  new GivenOptions([layer(given, '--')], {
    definitionOf: (name) => optionOf(name, COMMANDS.export, 'sessions'),
  });

const layer = (given: object, prefix: string): Map<OptionName, Setting> =>
  new Map(
    Object.entries(given).map(([name, value]: [string, Setting['value']]) => [
      name as OptionName,
      { value, origin: prefix + name },
    ]),
  );

const failure = (option: string, message: RegExp, hint?: unknown): unknown =>
  expect.objectContaining({ option, message: expect.stringMatching(message), hint });

test('the first layer that says something wins, and gives its name', () => {
  const given = new GivenOptions([
    layer({ user: 'line' }, '--'),
    layer({ user: 'environment', profile: 'environment', strict: false }, 'ENV '),
    layer({ user: 'file', profile: 'file', status: 'active', strict: true }, 'config.yaml:1:1: '),
  ]);
  expect(['user', 'profile', 'status'].map((name) => given.text(name as OptionName))).toEqual([
    'line',
    'environment',
    'active',
  ]);
  expect(given.flag('strict')).toBe(false);
  expect(given.origin('profile')).toBe('ENV profile');
  expect(given.origin('since')).toBe('--since');
  expect([given.has('user'), given.has('since')]).toEqual([true, false]);
});

describe('a text', () => {
  test('is absent, or has something in it', () => {
    expect(options({}).text('user')).toBeUndefined();
    expect(() => options({ user: '' }).text('user')).toThrow(failure('--user', /needs a value/));
  });

  test('is one of its choices', () => {
    expect(options({ status: 'revoked' }).text('status')).toBe('revoked');
    expect(() => options({ status: 'revokd' }).text('status')).toThrow(
      failure(
        '--status',
        /"revokd" is not one of active, revoked, expired/,
        'did you mean revoked?',
      ),
    );
  });

  test('is parsed under the name it was given by', () => {
    const given = new GivenOptions([layer({ table: 'x' }, 'ENV ')]);
    const parse = (): never => {
      throw new ValueError('is not a table', 'try another');
    };
    expect(() => given.parsed('table', parse)).toThrow(
      failure('ENV table', /is not a table/, 'try another'),
    );
    expect(given.parsed('user', parse)).toBeUndefined();
    const mistake = new TypeError('a mistake of ours');
    expect(() =>
      given.parsed('table', () => {
        throw mistake;
      }),
    ).toThrow(mistake);
  });
});

describe('a number', () => {
  test.each([
    ['1', 1],
    ['050', 50],
    ['9007199254740991', 9_007_199_254_740_991],
  ])('%s is one', (text, value) => {
    expect(options({ limit: text }).number('limit')).toBe(value);
  });

  test.each(['0', '-1', '1.5', '1e3', '0x10', ' 1', 'ten', '9007199254740992', 'Infinity'])(
    '%s is none',
    (text) => {
      expect(() => options({ limit: text }).number('limit')).toThrow(
        failure('--limit', /is not a whole number of 1 or more/),
      );
    },
  );

  test('has its limit', () => {
    expect(options({ limit: '10' }).number('limit', 10)).toBe(10);
    expect(() => options({ limit: '11' }).number('limit', 10)).toThrow(
      failure('--limit', /"11" is not a whole number from 1 to 10/),
    );
  });
});

test('a list has values, none of them empty', () => {
  expect(options({}).list('sessions')).toEqual([]);
  expect(options({ sessions: ['a', 'b'] }).list('sessions')).toEqual(['a', 'b']);
  for (const sessions of [[], [''], ['a', '']]) {
    expect(() => options({ sessions }).list('sessions')).toThrow(
      failure('--sessions', /needs a value/),
    );
  }
});

describe('parts', () => {
  test('are separated by commas and blanks', () => {
    expect(options({ columns: 'id, user ,ttl' }).parts('columns')).toEqual(['id', 'user', 'ttl']);
    expect(options({}).parts('columns')).toBeUndefined();
  });

  test.each([
    ['id,usr', /"usr" is not a valid value/, 'did you mean user?'],
    ['id,', /"" is not a valid value/, expect.anything()],
    [
      'completely-different',
      /is not a valid value/,
      expect.stringContaining('the values are audit, all, id,'),
    ],
    ['id,user,id', /"id" is given twice/, undefined],
    ['', /needs a value/, undefined],
  ])('"%s" is wrong', (text, message, hint) => {
    expect(() => options({ columns: text }).parts('columns')).toThrow(
      failure('--columns', message, hint),
    );
  });
});
