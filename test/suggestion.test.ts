import { expect, test } from 'vitest';
import { suggestion } from '../src/suggestion.js';

const names = ['--since', '--until', '--status', '--SHOUT'];

test.each([
  ['--sinc', 'did you mean --since?'],
  ['--unitl', 'did you mean --until?'],
  ['--STATUS', 'did you mean --status?'],
  ['--shouts', 'did you mean --SHOUT?'],
])('%s is near to a name', (word, hint) => {
  expect(suggestion(word, names)).toBe(hint);
});

test('what is near to nothing gets no suggestion', () => {
  expect(suggestion('--completely-different', names)).toBeUndefined();
  expect(suggestion('x', names)).toBeUndefined();
  expect(suggestion('--since', [])).toBeUndefined();
});
