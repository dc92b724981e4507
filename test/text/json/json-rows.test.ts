import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SourceError } from '../../../src/errors.js';
import type { JsonRow } from '../../../src/text/json/json-row.js';
import { type Envelope, JsonRows } from '../../../src/text/json/json-rows.js';

interface Read {
  readonly rows: unknown[];
  readonly envelopes: unknown[];
  /** How many rows each of the envelopes had. */
  readonly counts: number[];
}

const KEYS = { lists: new Set(['sessions', 'Items']), deepLists: new Set(['hits']) };

/** Reads bytes in pieces of these sizes, the last of which repeats. */
function read(bytes: Buffer, sizes: readonly number[] = [Infinity]): Read {
  const json = new JsonRows(KEYS);
  const found: JsonRow[] = [];
  const envelopes: Envelope[] = [];
  for (let at = 0, next = 0; at < bytes.length; next++) {
    const size = sizes[next] ?? sizes.at(-1)!;
    // A copy, as a stream would give: rows must not hang together across pieces.
    found.push(...json.push(Buffer.from(bytes.subarray(at, at + size))));
    at += size;
    envelopes.push(...json.takeEnvelopes());
  }
  found.push(...json.end());
  envelopes.push(...json.takeEnvelopes());
  return {
    rows: found.map((row) => JSON.parse(row.bytes.toString()) as unknown),
    envelopes: envelopes.map(({ value }) => value),
    counts: envelopes.map(({ rows }) => rows),
  };
}

const readText = (text: string): Read => read(Buffer.from(text));

/** The same of values that were parsed whole, by a reader that is simple and slow. */
function naive(values: readonly unknown[]): Read {
  const found: Read = { rows: [], envelopes: [], counts: [] };
  const visit = (value: unknown): number => {
    const lists = typeof value === 'object' && value !== null ? listsOf(value) : [];
    if (lists.length === 0) {
      found.rows.push(value);
      return 1;
    }
    let count = 0;
    for (const list of lists) for (const member of list) count += visit(member);
    found.envelopes.push(
      JSON.parse(JSON.stringify(value, (_, inner: unknown) => emptied(lists, inner))) as unknown,
    );
    found.counts.push(count);
    return count;
  };
  for (const value of values) {
    if (Array.isArray(value)) value.forEach(visit);
    else visit(value);
  }
  return found;
}

function listsOf(value: object): unknown[][] {
  if (Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (KEYS.lists.has(key) && Array.isArray(inner)) return [inner as unknown[]];
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return [];
    return Object.entries(inner)
      .filter(([deep, list]) => KEYS.deepLists.has(deep) && Array.isArray(list))
      .map(([, list]) => list as unknown[]);
  });
}

function emptied(lists: readonly unknown[], value: unknown): unknown {
  return lists.includes(value) ? [] : value;
}

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
/** Documents with lists of rows, in lists, in one another, and beside what only looks like one. */
const documents = fc.letrec((tie) => ({
  document: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    values,
    fc.record(
      {
        before: values,
        sessions: fc.oneof(values, fc.array(tie('document'), { maxLength: 3 })),
        hits: fc.record({ total: values, hits: fc.array(tie('document'), { maxLength: 3 }) }),
        more: fc.dictionary(texts, values, { maxKeys: 2 }),
        Items: fc.array(tie('document'), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
  ),
})).document;

const layouts = fc.record({
  indent: fc.integer({ min: 0, max: 3 }),
  between: fc.constantFrom('', '\n', ' ', '\r\n\r\n', ',', ',\n', '\ufeff'),
  sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
});

/** Values one after the other; what would run into the next without a space between them has one. */
function textOf(all: readonly unknown[], indent: number, between: string): string {
  const isBare = (value: unknown): boolean => typeof value !== 'object' || value === null;
  const space = all.some(isBare) && between.trim() === '' ? ' ' : between;
  return all.map((value) => JSON.stringify(value, null, indent)).join(space);
}

describe('rows are what JSON.parse finds, however the text is laid out and cut', () => {
  test('in values, lists and documents, one after the other', () => {
    const property = fc.property(
      fc.array(fc.oneof(documents, fc.array(documents, { maxLength: 3 })), { maxLength: 4 }),
      layouts,
      (all, { indent, between, sizes }) => {
        const found = read(Buffer.from(textOf(all, indent, between)), sizes);
        expect(found).toEqual(naive(JSON.parse(JSON.stringify(all)) as unknown[]));
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });

  test('in a list of values', () => {
    const property = fc.property(fc.array(values), layouts, (rows, { indent, sizes }) => {
      const text = ` ${JSON.stringify(rows, null, indent)}\n`;
      expect(read(Buffer.from(text), sizes).rows).toEqual(JSON.parse(text));
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('what is cut off is an error', () => {
  test('anywhere in a list or a document', () => {
    const property = fc.property(
      fc.oneof(
        fc.array(documents),
        fc.record({ before: values, sessions: fc.array(documents), after: values }),
      ),
      layouts,
      fc.nat(),
      (whole, { indent, sizes }, cut) => {
        const bytes = Buffer.from(JSON.stringify(whole, null, indent));
        fc.pre(bytes.length > 1);
        const part = bytes.subarray(0, 1 + (cut % (bytes.length - 1)));
        expect(() => read(part, sizes)).toThrow(SourceError);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  test('inside an object or a string of a sequence', () => {
    for (const text of ['{"a":1}\n{"a":', '{"a":1}\n{"a":[1]', '{"a":1}"half', '{"a":"}']) {
      expect(() => readText(text)).toThrow(/cut off/);
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
  ])('is not in %s, which is a row', (text) => {
    expect(readText(text)).toMatchObject({ rows: [JSON.parse(text)], envelopes: [] });
  });

  test('is found under any of its keys, written with escapes too', () => {
    expect(readText('{"Count":1,"Items":[{"id":1}]}').rows).toEqual([{ id: 1 }]);
    expect(readText('{"\\u0049tems" : [{"id":1}]}').rows).toEqual([{ id: 1 }]);
  });

  test('may come twice, and be empty', () => {
    const text = '{"sessions":[1],"Items":[],"sessions":[2,3]}';
    expect(readText(text)).toEqual({
      rows: [1, 2, 3],
      envelopes: [{ sessions: [], Items: [] }],
      counts: [3],
    });
    expect(readText('[ ]')).toEqual({ rows: [], envelopes: [], counts: [] });
    expect(readText(' \n')).toEqual({ rows: [], envelopes: [], counts: [] });
  });
});

test('a row that never ends is given up at 16 MB', () => {
  const json = new JsonRows();
  json.push(Buffer.from('["'));
  const block = Buffer.alloc(1024 * 1024, 'x');
  expect(() => {
    for (let n = 0; n < 17; n++) json.push(block);
  }).toThrow(/longer than 16 MB/);
});
