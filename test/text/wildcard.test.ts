import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wildcard } from '../../src/text/wildcard.js';

/** The same, said in the plainest way. */
function naive(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*')) {
    return naive(pattern.slice(1), text) || (text !== '' && naive(pattern, text.slice(1)));
  }
  return pattern[0] === text[0] && naive(pattern.slice(1), text.slice(1));
}

describe('a pattern', () => {
  test.each([
    ['arn:aws:iam::123456789012:role/Admin', 'arn:aws:iam::123456789012:role/Admin', true],
    ['arn:aws:iam::123456789012:role/Admin', 'arn:aws:iam::123456789012:role/Admins', false],
    ['Admin', 'my Admin', false],
    ['admin', 'Admin', false],
    ['*', '', true],
    ['*', 'a/b\nc', true],
    ['', '', true],
    ['', 'a', false],
    ['ci-*', 'ci-', true],
    ['ci-*', 'ci-a/b', true],
    ['ci-*', 'a ci-b', false],
    ['*:role/ci/*', 'arn:aws:iam::123456789012:role/ci/deploy', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['ab*ba', 'aba', false],
    ['a**b', 'ab', true],
    ['*b*', 'abc', true],
    ['a*bc*c', 'abc', false],
    ['a.c', 'abc', false],
    ['a?c', 'abc', false],
    ['[a-z]*$', 'abc', false],
    ['\\*', '\\anything', true],
    ['\\*', '*', false],
  ])('%j for %j: %s', (pattern, text, matches) => {
    expect(wildcard(pattern)(text)).toBe(matches);
  });

  test('means what its plainest reading means', () => {
    const few = (characters: string[]) =>
      fc.string({ unit: fc.constantFrom(...characters), maxLength: 10 });
    const property = fc.property(few(['a', 'b', '/', '*']), few(['a', 'b', '/', '*']), (p, t) => {
      expect(wildcard(p)(t)).toBe(naive(p, t));
    });
    fc.assert(property, { numRuns: 5000 });
  });

  test('without a * is the text itself and nothing else', () => {
    const noStar = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('*'));
    const property = fc.property(noStar, noStar, (pattern, text) => {
      expect(wildcard(pattern)(pattern)).toBe(true);
      expect(wildcard(pattern)(text)).toBe(pattern === text);
    });
    fc.assert(property);
  });

  test('of many * takes no longer for a long text that almost matches', () => {
    const matches = wildcard(`${'a*'.repeat(1000)}b`);
    const text = 'a'.repeat(100_000);
    expect(matches(`${text}c`)).toBe(false);
    expect(matches(`${text}c b`)).toBe(true);
    expect(wildcard('*a*a*a*a*b*')(text)).toBe(false);
  });
});
