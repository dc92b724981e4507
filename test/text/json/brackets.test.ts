import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { depthAt, isWholeObject } from '../../../src/text/json/brackets.js';

const isWhole = (text: string): boolean => isWholeObject(Buffer.from(text));

test('an object is whole, and none of its beginnings is', () => {
  const property = fc.property(
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.nat(),
    (object, cut) => {
      const text = JSON.stringify(object);
      expect([isWhole(text), isWhole(`${text} \t`)]).toEqual([true, true]);
      expect(
        isWhole(
          Buffer.from(text)
            .subarray(0, cut % text.length)
            .toString('latin1'),
        ),
      ).toBe(false);
    },
  );
  fc.assert(property, { numRuns: 1000 });
});

test.each(['', '[]', '{}{}', '{} x', ' {}', '{"a":"}', '{"a":"\\"}', '{"a":1', '1', '{}}'])(
  '%j is none',
  (text) => {
    expect(isWhole(text)).toBe(false);
  },
);

test('a place has the depth of its value, whatever the texts before it say', () => {
  const property = fc.property(
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.nat(5),
    (object, depth) => {
      const rest = JSON.stringify(object).slice(1, -1);
      const text = `${'{"a":['.repeat(depth)}{${rest}${rest === '' ? '' : ','}"here`;
      const bytes = Buffer.from(text);
      expect(depthAt(bytes, bytes.length - 5)).toBe(2 * depth + 1);
    },
  );
  fc.assert(property, { numRuns: 1000 });
});
