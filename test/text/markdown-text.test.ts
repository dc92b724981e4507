import { expect, test } from 'vitest';
import { markdownLine, markdownText } from '../../src/text/markdown-text.js';

test.each([
  ['no_source_identity', 'no_source_identity'],
  ['arn:aws:iam::123456789012:role/Admin', 'arn:aws:iam::123456789012:role/Admin'],
  ['192.0.2.9', '192.0.2.9'],
  ['_a_ __b__', '&#95;a&#95; &#95;&#95;b&#95;&#95;'],
  ['a | b', 'a &#124; b'],
  ['\\|', '&#92;&#124;'],
  ['a\nb', 'a&#92;nb'],
  ['\u202e\u001b', '&#92;u202e&#92;x1b'],
  ['<b>&amp;`', '&#60;b&#62;&#38;amp;&#96;'],
  ['![x](y)', '!&#91;x&#93;(y)'],
  ['@octocat a@b.example', '@&#8203;octocat a@&#8203;b.example'],
  ['https://x www.x', 'https:&#8203;//x www&#8203;.x'],
  ['#12 GH-12', '&#35;&#8203;12 GH-&#8203;12'],
])('%j is written as %j', (text, markdown) => {
  expect(markdownText(text)).toBe(markdown);
});

test.each(['- a', '+ a', '1. a', '12) a', '---', '=='])('%j begins no list and no rule', (text) => {
  expect(markdownLine(text)).toBe(`&#8203;${text}`);
});

test('the beginning of other lines is as it is', () => {
  expect(markdownLine('3 by tracked events')).toBe('3 by tracked events');
});
