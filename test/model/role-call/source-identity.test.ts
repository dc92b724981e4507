import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { identityReader } from '../../../src/model/role-call/source-identity.js';

describe("Sentinel's own forms", () => {
  const read = identityReader();

  test.each([
    ['sentinel-0123456789abcdef', undefined, '0123456789abcdef'],
    ['sentinel:alice:direct:1a2b3c4d', 'alice', undefined],
    ['sentinel:alice:9f8e7d6c:1a2b3c4d', 'alice', undefined],
    ['sentinel:alice:1a2b3c4d', 'alice', undefined],
  ])('%s', (identity, user, session) => {
    expect(read(identity)).toEqual({ user, session });
  });

  test.each([
    '',
    'alice',
    'sentinel',
    'sentinel-',
    'sentinel:',
    'sentinel-0123456789abcde',
    'sentinel-0123456789abcdef0',
    'sentinel-0123456789ABCDEF',
    'sentinel-0123456789abcdeg',
    'Sentinel-0123456789abcdef',
    'SENTINEL:alice:1a2b3c4d',
    ' sentinel-0123456789abcdef',
    'sentinel-0123456789abcdef ',
    'sentinel-0123456789abcdef\n',
    'x\nsentinel-0123456789abcdef',
    'xsentinel:alice:1a2b3c4d',
    'sentinel.0123456789abcdef',
    'sentinel:alice',
    'sentinel:alice:',
    'sentinel::1a2b3c4d',
    'sentinel::direct:1a2b3c4d',
    'sentinel:alice::1a2b3c4d',
    'sentinel:alice:direct:',
    'sentinel:::',
    'sentinel:alice:direct:1a2b3c4d:',
    'sentinel:alice:direct:1a2b3c4d:more',
  ])('not %j', (identity) => {
    expect(read(identity)).toBeUndefined();
  });

  test('any parts without colons make one, the user being the first', () => {
    const part = fc.string({ minLength: 1 }).filter((text) => !text.includes(':'));
    const parts = fc.array(part, { minLength: 1, maxLength: 5 });
    const property = fc.property(parts, (all) => {
      const expected =
        all.length === 2 || all.length === 3 ? { user: all[0], session: undefined } : undefined;
      expect(read(`sentinel:${all.join(':')}`)).toEqual(expected);
    });
    fc.assert(property);
  });
});

test('an identity longer than the 64 characters that STS takes is in no form', () => {
  const own = (length: number): string => `sentinel:${'a'.repeat(length - 11)}:x`;
  const readers = [identityReader(), identityReader('.+'), identityReader('\\p{ASCII}+')];
  for (const read of readers) {
    expect(read(own(64))).toBeDefined();
    expect(read(own(65))).toBeUndefined();
  }
});

describe('a pattern of the installation', () => {
  test('replaces the built-in forms, its groups saying what they are named', () => {
    const read = identityReader('snt=(?<user>[a-z]+)@(?<session>[0-9a-f]{16})(?<request>\\+\\w+)?');
    expect(read('snt=alice@0123456789abcdef')).toEqual({
      user: 'alice',
      session: '0123456789abcdef',
    });
    expect(read('snt=alice@0123456789abcdef+r1')?.user).toBe('alice');
    expect(read('sentinel-0123456789abcdef')).toBeUndefined();
  });

  test('needs no groups, and one that matches nothing or an empty text is absent', () => {
    const nobody = { user: undefined, session: undefined };
    expect(identityReader('sentinel[.=@].+')('sentinel.x')).toEqual(nobody);
    expect(identityReader('s(?<user>x)?(?<session>y*)')('s')).toEqual(nobody);
    expect(identityReader('s-(\\w+)')('s-alice')).toEqual(nobody);
  });

  test.each(['xab', 'abx', 'a', 'ab\n', '\nab', 'AB', 'cdx', 'xcd'])(
    'is compared with the whole identity: %j is not ab|cd',
    (identity) => {
      expect(identityReader('ab|cd')(identity)).toBeUndefined();
    },
  );

  test('has no other named groups: one that is misspelt would say nothing', () => {
    expect(() => identityReader('x-(?<sess>.*)')).toThrow(/its group "sess" is not one of/);
    expect(identityReader('x-(?<!y)(?<session>.*)')('x-1')).toMatchObject({
      session: '1',
    });
  });

  test('may be anchored already', () => {
    expect(identityReader('^ab$')('ab')).toBeDefined();
    expect(identityReader('^ab$')('abc')).toBeUndefined();
  });

  test('remembers nothing from one identity to the next', () => {
    const read = identityReader('s-(?<user>\\w+)');
    for (const _ of [1, 2, 3]) expect(read('s-alice')?.user).toBe('alice');
  });

  test.each(['(', 'a)|(b', '[', '(?<user>a)(?<user>b)', '*', '(?<user', 'a{2,1}', '\\'])(
    'that is not a regular expression is an error: %s',
    (pattern) => {
      expect(() => identityReader(pattern)).toThrow(ValueError);
      expect(() => identityReader(pattern)).toThrow(expect.objectContaining({ exitCode: 2 }));
    },
  );
});
