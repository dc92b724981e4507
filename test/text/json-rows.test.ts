import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SourceError } from '../../src/errors.js';
import { JsonRows, type JsonShape } from '../../src/text/json-rows.js';

interface Read {
  readonly rows: unknown[];
  readonly envelope: unknown;
}

/** Reads bytes in pieces of these sizes, the last of which repeats. */
function read(shape: JsonShape, bytes: Buffer, sizes: readonly number[] = [Infinity]): Read {
  const json = new JsonRows(shape, ['sessions', 'Items']);
  const found: Buffer[] = [];
  for (let at = 0, next = 0; at < bytes.length; next++) {
    const size = sizes[next] ?? sizes.at(-1)!;
    // A copy, as a stream would give: rows must not hang together across pieces.
    found.push(...json.push(Buffer.from(bytes.subarray(at, at + size))));
    at += size;
  }
  const { rows, envelopes } = json.end();
  return {
    rows: [...found, ...rows].map((row) => JSON.parse(row.toString()) as unknown),
    envelope: envelopes.at(-1),
  };
}

const readText = (shape: JsonShape, text: string): Read => read(shape, Buffer.from(text));

const texts = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      ...Array.from('{}[],:"\\\n\t '),
      '{"id":1}',
      '],"',
      '"sessions":[',
      '"}',
      '\\"',
      'é',
      '漢',
      '👍',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 8,
});
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(texts, fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(texts, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const objects = fc.dictionary(texts, values, { maxKeys: 4 });
/** Members of a document around its rows; none is a list that its rows could be taken for. */
const around = fc.dictionary(
  texts.filter((key) => key !== 'sessions' && key !== 'Items' && key !== '__proto__'),
  values,
  { maxKeys: 3 },
);
const indents = fc.integer({ min: 0, max: 3 });
const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });

describe('rows are what JSON.parse finds, however the text is laid out and cut', () => {
  test('in a document', () => {
    const property = fc.property(
      fc.record({ before: around, rows: fc.array(objects), after: around }),
      indents,
      pieces,
      ({ before, rows, after }, indent, sizes) => {
        const text = JSON.stringify({ ...before, sessions: rows, ...after }, null, indent);
        const found = read('document', Buffer.from(text), sizes);
        const { sessions, ...rest } = JSON.parse(text) as Record<string, unknown>;
        expect(found.rows).toEqual(sessions);
        expect(found.envelope).toEqual({ ...rest, sessions: [] });
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  test('in an array', () => {
    const property = fc.property(fc.array(values), indents, pieces, (rows, indent, sizes) => {
      const text = ` ${JSON.stringify(rows, null, indent)}\n`;
      const found = read('array', Buffer.from(text), sizes);
      expect(found).toEqual({ rows: JSON.parse(text), envelope: [] });
    });
    fc.assert(property, { numRuns: 500 });
  });

  test('in a sequence', () => {
    const between = fc.constantFrom('\n', ' ', '\r\n\r\n', '\t');
    const property = fc.property(
      fc.array(values),
      indents,
      between,
      pieces,
      (rows, indent, separator, sizes) => {
        const text = rows.map((row) => JSON.stringify(row, null, indent)).join(separator);
        expect(read('sequence', Buffer.from(text), sizes).rows).toEqual(
          rows.map((row) => JSON.parse(JSON.stringify(row)) as unknown),
        );
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});

describe('what is cut off is an error', () => {
  test.each(['array', 'document'] as const)('anywhere in an %s', (shape) => {
    const property = fc.property(
      fc.record({ before: around, rows: fc.array(objects), after: around }),
      indents,
      fc.nat(),
      pieces,
      ({ before, rows, after }, indent, cut, sizes) => {
        const whole = shape === 'array' ? rows : { ...before, sessions: rows, ...after };
        const bytes = Buffer.from(JSON.stringify(whole, null, indent));
        const part = bytes.subarray(0, cut % bytes.length);
        expect(() => read(shape, part, sizes)).toThrow(SourceError);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  test('inside an object or a string of a sequence', () => {
    for (const text of ['{"a":1}\n{"a":', '{"a":1}\n{"a":[1]', '{"a":1}"half', '{"a":"}']) {
      expect(() => readText('sequence', text)).toThrow(/cut off/);
    }
  });
});

describe('the list of a document', () => {
  test.each([
    '{"Count":1}',
    '{"other":[{"id":1}]}',
    '{"deeper":{"sessions":[{"id":1}]}}',
    '{"sessions":{"id":1}}',
    '{"text":"\\"sessions\\":[","n":1}',
    '[]',
  ])('is not in %s', (text) => {
    expect(() => readText('document', text)).toThrow(/no list of rows/);
  });

  test('is found under any of its keys, written with escapes too', () => {
    expect(readText('document', '{"Count":1,"Items":[{"id":1}]}').rows).toEqual([{ id: 1 }]);
    expect(readText('document', '{"\\u0049tems" : [{"id":1}]}').rows).toEqual([{ id: 1 }]);
  });

  test('may be empty', () => {
    expect(readText('document', '{"sessions":[]}')).toEqual({
      rows: [],
      envelope: { sessions: [] },
    });
    expect(readText('array', '[ ]')).toEqual({ rows: [], envelope: [] });
    expect(readText('sequence', ' \n')).toEqual({ rows: [], envelope: undefined });
  });
});

test('a row that never ends is given up at 16 MB', () => {
  const json = new JsonRows('array');
  json.push(Buffer.from('["'));
  const block = Buffer.alloc(1024 * 1024, 'x');
  expect(() => {
    for (let n = 0; n < 17; n++) json.push(block);
  }).toThrow(/longer than 16 MB/);
});
