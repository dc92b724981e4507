import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { SESSION_FIELDS, type Session } from '../../../src/model/session/session.js';
import { Counters, type ReadContext, type Reject } from '../../../src/pipeline/read-context.js';
import type { AskPage } from '../../../src/sources/dynamodb/ask-page.js';
import { useFastScanPages } from '../../../src/sources/dynamodb/fast-scan-pages.js';
import { PlainItem } from '../../../src/sources/dynamodb/plain-item.js';
import { plainPage } from '../../../src/sources/dynamodb/plain-page.js';
import { pagesOf } from '../../../src/sources/dynamodb/table-pages.js';
import { FieldNames } from '../../../src/sources/sessions/field-names.js';
import { connect, toItem } from '../../support/dynamodb.js';
import { type Row, sessionRow } from '../../support/sessions.js';

const FIELDS = Object.keys(SESSION_FIELDS);

type Parse = (bytes: Buffer) => object;
const slow: Parse = (bytes) => JSON.parse(bytes.toString()) as object;
const fast: Parse = (bytes) => plainPage(bytes) ?? slow(bytes);

interface Outcome {
  readonly rows: Session[];
  readonly rejects: Reject[];
  readonly misspelt: readonly string[];
  readonly meter: Counters;
  readonly after: unknown[];
  readonly failure: string | undefined;
}

/** All that reading a table of one page gives. */
async function outcomeOf(bytes: Buffer, parse: Parse): Promise<Outcome> {
  const names = new FieldNames();
  const rejects: Reject[] = [];
  const meter = new Counters();
  const context: ReadContext = {
    meter,
    reject: (reject) => rejects.push(reject),
    note: () => {},
    detail: () => {},
    signal: new AbortController().signal,
  };
  let answers = 0;
  const ask = (async () => (answers++ === 0 ? parse(bytes) : { Items: [] })) as unknown as AskPage;
  const rows: Session[] = [];
  const after: unknown[] = [];
  let failure: string | undefined;
  try {
    const reading = { table: 'sessions', budget: undefined, names };
    for await (const pages of pagesOf(ask, 0, undefined, reading, context)) {
      for (const page of pages) {
        rows.push(...page.rows);
        after.push(page.read, page.position);
      }
    }
  } catch (error) {
    failure = error instanceof SyntaxError ? 'no JSON' : String(error);
  }
  return { rows, rejects, misspelt: names.misspelt(), meter, after, failure };
}

/** Mostly nothing, as DynamoDB writes it. */
const blank = fc.oneof(
  { weight: 60, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom(' ', '\n') },
);
const escaped = (text: string): string =>
  `"${Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;

const someText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    '9e3779b97f4a7c15',
    '2026-01-20T10:00:00.5Z',
    'active',
    '12',
    '"Items":[',
    '\\',
    '\ud83d',
    'ASIAIOSFODNN7EXAMPLE',
    '\u007f',
    'x'.repeat(40),
  ),
);

/** A text in JSON, in one of its spellings; now and then in none. */
const jsonText = fc.oneof(
  { weight: 8, arbitrary: someText.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: someText.map(escaped) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"a\u0001b"', '"\\x"', '"\\/"', '"\ttab"', '"\\u12"', '"\\'),
  },
);

const number = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom('', '0', '007', '-1', '1.5', '1e3', ' 7', '9007199254740993', '999999999999999'),
);

const value = fc.oneof(
  { weight: 6, arbitrary: jsonText.map((text) => `{"S":${text}}`) },
  { weight: 3, arbitrary: number.map((digits) => `{"N":"${digits}"}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '{"NULL":true}',
      '{"BOOL":false}',
      '{"M":{"id":{"S":"x"}}}',
      '{"L":[{"S":"a"},{"N":"1"}]}',
      '{"SS":["a"]}',
      '{"N":5}',
      '{"S":5}',
      '{"S":"a","N":"1"}',
      '{"N":"1","S":"a"}',
      '{"S":"a","S":"b"}',
      '{}',
      'null',
      '"text"',
      '[]',
      '{"S":"a"',
      '{"S" : "a"}',
    ),
  },
);

const attributeName = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...FIELDS).map((name) => JSON.stringify(name)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '"created-at"',
      '"Status"',
      '"user_"',
      '"other"',
      '"__proto__"',
      '"sessionToken"',
      '""',
      escaped('id'),
    ),
  },
);

const attribute = fc
  .tuple(attributeName, blank, blank, value, blank)
  .map(([name, a, b, json, c]) => `${name}${a}:${b}${json}${c}`);

/** A good row in the order of its fields or another; or one field has another value or is left out, or some come twice. */
const row = fc
  .tuple(
    fc.nat(50),
    fc.oneof(
      fc.constant(FIELDS),
      fc.shuffledSubarray(FIELDS, { minLength: FIELDS.length }),
      fc.shuffledSubarray(FIELDS, { minLength: FIELDS.length - 1 }),
    ),
    fc.option(fc.tuple(fc.constantFrom(...FIELDS), value)),
    fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(attribute, { maxLength: 2 }) },
    ),
  )
  .map(([n, names, changed, more]) => {
    const item = toItem(sessionRow(n)) as Record<string, unknown>;
    const own = names.map((name) => {
      const json = changed?.[0] === name ? changed[1] : JSON.stringify(item[name]);
      return `"${name}":${json}`;
    });
    return `{${[...own, ...more].join(',')}}`;
  });

const item = fc.oneof(
  { weight: 8, arbitrary: row },
  {
    weight: 3,
    arbitrary: fc.array(attribute, { maxLength: 5 }).map((all) => `{${all.join(',')}}`),
  },
  { weight: 1, arbitrary: fc.constantFrom('{}', 'null', '"x"', '5', '[]', '{"id":{"S":"a"},}') },
);

const items = fc
  .tuple(fc.array(item, { maxLength: 4 }), blank, blank)
  .map(([all, a, b]) => `[${a}${all.join(`,${b}`)}]`);

const members = fc.tuple(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('"ScannedCount":3', '"x":[]', '"Count":1') },
    { weight: 1, arbitrary: fc.constantFrom('"Count":0', '"Count":2', '"Items":0') },
  ),
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        '"LastEvaluatedKey":{"id":{"S":"9e3779b97f4a7c15"}}',
        '"LastEvaluatedKey":{"id":{"S":"\\"Items\\":["}}',
        '"ConsumedCapacity":{"TableName":"t","CapacityUnits":1.5}',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '"ConsumedCapacity":{"Items":[]}',
        '"ConsumedCapacity":{"Items":[{"id":{"S":"x"}}]}',
        '"\\u0049tems":[]',
        '"Items":[]',
        '"Items":1',
      ),
    },
  ),
);

const page = fc
  .tuple(
    items,
    members,
    fc.shuffledSubarray([0, 1, 2], { minLength: 2 }),
    blank,
    fc.nat(30),
    fc.string(),
  )
  .map(([list, more, order, space, oddity, garbage]) => {
    const parts = [`"Items"${space}:${list}`, ...more];
    const chosen = order.includes(0) ? order : [0, ...order];
    const text = `{${chosen.map((at) => parts[at]!).join(',')}}`;
    if (oddity === 1) return text + garbage;
    if (oddity === 2) return text.slice(0, -1);
    if (oddity === 3) return `[${text}]`;
    return text;
  });

test('a page gives what JSON.parse would have made of it, whatever is in it', async () => {
  const [plain, good, bad] = [new Set(), new Set(), new Set()];
  const property = fc.asyncProperty(page, fc.nat(), fc.nat(2000), async (text, at, byte) => {
    const bytes = Buffer.from(text);
    // One byte of some pages is another, also where that leaves no UTF-8.
    if (byte < 256) bytes[at % bytes.length] = byte;
    const isPlain = plainPage(bytes) !== undefined;
    const outcome = await outcomeOf(bytes, fast);
    expect(outcome).toStrictEqual(await outcomeOf(bytes, slow));
    if (isPlain) plain.add(text);
    if (isPlain && outcome.rows.length > 0) good.add(text);
    if (isPlain && outcome.rejects.length > 0) bad.add(text);
  });
  await fc.assert(property, { numRuns: 5000 });
  for (const [seen, least] of [
    [plain, 500],
    [good, 100],
    [bad, 100],
  ] as const)
    expect(seen.size).toBeGreaterThan(least);
});

test('a page cut anywhere gives what JSON.parse would have made of it', async () => {
  const Items = [toItem(sessionRow(1, { user: 'José "x"' })), toItem(sessionRow(2))];
  const whole = Buffer.from(JSON.stringify({ Count: 2, Items, ScannedCount: 2 }));
  expect(plainPage(whole)).toBeDefined();
  for (let length = 0; length <= whole.length; length++) {
    const bytes = whole.subarray(0, length);
    const { failure } = await outcomeOf(bytes, fast);
    expect(failure).toBe(length === whole.length ? undefined : 'no JSON');
  }
});

test('a text of a row does not hold its page', () => {
  const Items = [toItem(sessionRow(1))];
  const bytes = Buffer.from(JSON.stringify({ Items, Count: 1 }));
  const [first] = plainPage(bytes)!.Items;
  bytes.fill(32);
  expect(first!.values.created_at).toBe(sessionRow(1)['created_at']);
});

test('the SDK hands the answers of Scan to us: each row, and nothing of it lost', async () => {
  const rows: Row[] = [sessionRow(1), sessionRow(2)];
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(JSON.stringify({ Count: 2, Items: rows.map(toItem), ScannedCount: 2 }));
  });
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens));
  const { port } = server.address() as AddressInfo;
  const client = useFastScanPages(connect(`http://127.0.0.1:${port}`));
  try {
    const answer = await client.send(new ScanCommand({ TableName: 'sessions' }));
    const found = answer.Items as unknown as PlainItem[];
    expect(found.every((each) => each instanceof PlainItem)).toBe(true);
    expect(found.map((each) => each.whole())).toEqual(rows.map(toItem));
    expect(answer).toMatchObject({ Count: 2, ScannedCount: 2, $metadata: { httpStatusCode: 200 } });
  } finally {
    client.destroy();
    server.close();
  }
});
