import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableJson } from '../../src/text/terminal-text.js';

/** What acts on a terminal, by Unicode's own properties: controls, bidi controls, separators, lone surrogates. */
const ACTING = /\p{Cc}|\p{Bidi_Control}|\p{Zl}|\p{Zp}|\p{Cs}|[\u200b-\u200d\u2060\ufeff]/u;

const acting = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => ACTING.test(character),
);

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...acting),
    fc.constantFrom('\\', '"', 'é', '漢', '👩‍👩‍👧', '\ud83d', '\udc69'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

test('every control, bidi and zero-width character is shown, alone and inside a text', () => {
  expect(acting.length).toBeGreaterThan(33 + 32 + 12 + 2048);
  for (const character of acting) {
    expect(printable(character)).toMatch(/^\\([nrt]|x[0-9a-f]{2}|u[0-9a-f]{4})$/);
    expect(printable(`a${character}b`)).toBe(`a${printable(character)}b`);
  }
});

test.each([
  ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
  ['one\ntwo\r\n\tthree', 'one\\ntwo\\r\\n\\tthree'],
  ['\u001b]8;;http://evil\u0007click', '\\x1b]8;;http://evil\\x07click'],
  ['\u009b2J\u007f\u0000', '\\x9b2J\\x7f\\x00'],
  ['admin\u202egpj.exe', 'admin\\u202egpj.exe'],
  ['a\u2066b\u2069\u061c\ufeff', 'a\\u2066b\\u2069\\u061c\\ufeff'],
  ['half \ud83d of 👍', 'half \\ud83d of 👍'],
])('%j is shown as %s', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('nothing that acts is left in any text, cut or not', () => {
  const property = fc.property(nasty, fc.integer({ min: 1, max: 10 }), (text, limit) => {
    expect(printable(text)).not.toMatch(ACTING);
    expect(printable(text, limit)).not.toMatch(ACTING);
  });
  fc.assert(property, { numRuns: 2000 });
});

test('a text of letters, marks, CJK and whole emoji is left as it is', () => {
  for (const text of [
    '',
    'alice',
    'Zoë Çelik',
    '漢字',
    '日本語 한국어',
    '👍🏽',
    "=1+1 'x' \\n",
    'naı\u0308ve',
  ]) {
    expect(printable(text)).toBe(text);
  }
});

test('a long text is cut to the limit with an ellipsis', () => {
  expect(printable('abcdef', 6)).toBe('abcdef');
  expect(printable('abcdefg', 6)).toBe('abcde…');
});

test('printable JSON is the same value, and nothing in it acts', () => {
  const property = fc.property(fc.dictionary(nasty, nasty), (value) => {
    const json = printableJson(JSON.stringify(value));
    expect(JSON.parse(json)).toEqual(value);
    expect(json).not.toMatch(ACTING);
  });
  fc.assert(property, { numRuns: 1000 });
});
