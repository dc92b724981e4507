import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOtherCall } from '../../../src/sources/cloudtrail/other-call.js';
import { otherCallsSkipper } from '../../../src/sources/cloudtrail/other-calls-skipper.js';
import { RECORD_LISTS } from '../../../src/sources/cloudtrail/wrappers.js';
import type { JsonRow, RowSkipper } from '../../../src/text/json/json-row.js';
import { type Envelope, JsonRows } from '../../../src/text/json/json-rows.js';
import { assumeRoleRecord } from '../../support/cloudtrail.js';
import { WRAPPERS } from '../../support/wrappers.js';

const { skipper, rooms } = otherCallsSkipper()!;

interface Read {
  readonly rows: readonly JsonRow[];
  readonly envelopes: readonly Envelope[];
  readonly skipped: number;
  readonly failure: string | undefined;
}

/** The same bytes in memory of the module, with others behind them. */
function inRoom(bytes: Buffer): Buffer {
  bytes.copy(rooms.room);
  Buffer.from('"}]\\u00"{[').copy(rooms.room, bytes.length);
  return rooms.room.subarray(0, bytes.length);
}

/** What is found in some bytes that come in pieces of these sizes, over and over. */
function read(bytes: Buffer, cuts: readonly number[], passOver?: RowSkipper): Read {
  const json = new JsonRows(RECORD_LISTS, passOver);
  const rows: JsonRow[] = [];
  const envelopes: Envelope[] = [];
  let failure: string | undefined;
  try {
    for (let at = 0, next = 0; at < bytes.length; next++) {
      const size = cuts[next % cuts.length]!;
      rows.push(...json.push(bytes.subarray(at, at + size)));
      at += size;
    }
    rows.push(...json.end());
  } catch (error) {
    failure = String(error);
  }
  envelopes.push(...json.takeEnvelopes());
  return { rows, envelopes, skipped: json.skipped, failure };
}

/** Nothing but rows of other calls is passed over, and all else is found as without, wherever the bytes lie. */
function expectSame(bytes: Buffer, cuts: readonly number[]): Read {
  const all = read(bytes, cuts);
  expectSameAs(all, read(inRoom(bytes), cuts, skipper));
  const some = read(bytes, cuts, skipper);
  expectSameAs(all, some);
  return some;
}

function expectSameAs(all: Read, some: Read): void {
  expect([some.failure, some.envelopes]).toEqual([all.failure, all.envelopes]);
  const kept = new Map(some.rows.map((row) => [row.number, row.bytes]));
  expect(kept.size).toBe(some.rows.length);
  for (const { number, bytes: row } of all.rows) {
    const found = kept.get(number);
    const text = { bytes: row, number, isLine: false };
    if (found === undefined) expect(isOtherCall(text, number === 1)).toBe(true);
    else expect(found.equals(row)).toBe(true);
    kept.delete(number);
  }
  expect(kept.size).toBe(0);
  expect(some.rows.length + some.skipped).toBe(all.rows.length);
}

const service = fc.constantFrom('s3', 'sts', 'sso', 'ec2', 'eks-auth', 'signin', 'x.us-east-1');
const someTexts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom(
    'AssumeRole',
    'eventSource":"s3.amazonaws.com',
    '{"Records":[{',
    '\\',
    '\\\\"',
    'é"[]}{',
    'a'.repeat(130),
    'Source"',
    '\u0001',
  ),
);
const someKeys = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('Records', 'resources', 'hits', 'events', 'eventSource', 'Rec"ords', 'rows\\'),
);
const someValues = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    someTexts,
    fc.integer(),
    fc.constantFrom(null, true, [], {}),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(someKeys, tie('value'), { maxKeys: 4 }),
  ),
})).value;

const someRecords = fc.record(
  {
    before: fc.dictionary(someKeys, someValues, { maxKeys: 3 }),
    eventSource: fc.oneof(
      { weight: 8, arbitrary: service.map((name) => `${name}.amazonaws.com`) },
      { weight: 1, arbitrary: service.map((name) => `${name}.amazonaws.com.cn`) },
      { weight: 1, arbitrary: someTexts },
    ),
    eventName: fc.constantFrom('GetObject', 'AssumeRole', 'GetCallerIdentity', 'AssumeRoot'),
    after: fc.dictionary(someKeys, someValues, { maxKeys: 3 }),
  },
  { noNullPrototype: true },
);

const someRows = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: someRecords.map(({ before, after, ...record }) => ({
        ...before,
        ...record,
        ...after,
      })),
    },
    { weight: 1, arbitrary: someValues },
  ),
  { maxLength: 12 },
);

const SPOILING = ['"', '\\', '{', '}', '[', ']', ',', ':', 'u', '0', ' ', 'é', '\n'];

const someDocuments = fc
  .tuple(someRows, fc.constantFrom(undefined, 1, 4), fc.constantFrom('Records', 'events', ''))
  .map(([rows, indent, key]) =>
    JSON.stringify(key === '' ? rows : { a: [1], [key]: rows, z: { hits: [] } }, null, indent),
  );
const someCuts = fc.oneof(
  fc.constant([1_000_000]),
  fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
);

describe('records of other calls are passed over, and nothing else', () => {
  test('in random documents, cut anyhow', () => {
    fc.assert(
      fc.property(someDocuments, someCuts, (document, cuts) => {
        expectSame(Buffer.from(document), cuts);
      }),
      { numRuns: 2000 },
    );
  });

  test('in documents that are spoilt', () => {
    const spoilt = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...SPOILING)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(someDocuments, spoilt, someCuts, (document, changes, cuts) => {
        const bytes = Buffer.from(document);
        for (const [at, text] of changes) bytes.write(text, at % bytes.length);
        expectSame(bytes, cuts);
      }),
      { numRuns: 3000 },
    );
  });

  test.each(Object.entries(WRAPPERS))('in %s', (_, wrap) => {
    const records = [1, 2, 3, 4].flatMap(() => [
      assumeRoleRecord({}),
      assumeRoleRecord({ eventSource: 's3.amazonaws.com', eventName: 'GetObject' }),
    ]);
    const bytes = Buffer.from(wrap(records));
    for (const size of [1_000_000, 700, 64, 7]) expectSame(bytes, [size]);
  });

  test('which are most of a trail, however long they are', () => {
    const other = (length: number): object => ({
      eventSource: 's3.amazonaws.com',
      requestParameters: { key: 'x'.repeat(length), list: ['"', '\\"', '{"Records":[{}]}'] },
    });
    // Longer than what the module sees at once, and on its borders.
    const lengths = [10, 300_000, 20, 262_000, 262_130, 262_144, 30, 600_000, 40];
    const Records = [...lengths, ...lengths.map(() => 5)].map(other);
    for (const indent of [undefined, 2]) {
      const bytes = Buffer.from(JSON.stringify({ Records }, null, indent));
      const { skipped } = expectSame(bytes, [bytes.length]);
      expect(skipped).toBeGreaterThan(lengths.length);
    }
    const small = Buffer.from(
      JSON.stringify({ Records: Array.from({ length: 500 }, () => other(9)) }),
    );
    // The last, whose end nothing follows, is looked at.
    expect(expectSame(small, [small.length]).skipped).toBeGreaterThanOrEqual(499);
  });
});
