import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAwsService, unwrap } from '../../../src/sources/cloudtrail/unwrap.js';
import { RECORD_LISTS } from '../../../src/sources/cloudtrail/wrappers.js';
import type { JsonRow } from '../../../src/text/json/json-row.js';
import { JsonRows } from '../../../src/text/json/json-rows.js';
import { type TrailRecord, assumeRoleRecord, eventIdOf } from '../../support/cloudtrail.js';
import { someRecord } from '../../support/records.js';

/** One step of wrapping some values, and a sign of how deep it makes them lie. */
type Step = (values: readonly unknown[]) => unknown[];
const text = (value: unknown): string => JSON.stringify(value);
const base64 = (value: unknown): string => Buffer.from(text(value)).toString('base64');
const each =
  (wrap: (value: unknown) => unknown): Step =>
  (values) =>
    values.map(wrap);

const STEPS: Readonly<Record<string, Step>> = {
  trail: (Records) => [{ Records }],
  events: (events) => [{ before: [1], events, searchedLogStreams: [] }],
  list: (values) => [values],
  detail: each((detail) => (isText(detail) ? detail : { version: '0', detail })),
  message: each((value) => ({ timestamp: 1, message: text(value) })),
  raw: each((value) => ({ _raw: text(value), host: 'x' })),
  original: each((value) => ({ _source: { event: { original: text(value) } } })),
  packed: each((value) => ({ recordId: 'x', data: base64(value) })),
  zipped: each((value) => ({ awslogs: { data: gzipSync(text(value)).toString('base64') } })),
  body: each((value) => ({ messageId: 'x', body: text(value) })),
  hits: (values) => [{ took: 1, hits: { total: {}, hits: values } }],
};
const isText = (value: unknown): boolean => typeof value === 'string' || Array.isArray(value);

const FOREIGN: readonly unknown[] = [
  { hello: 'world' },
  { eventSource: 'sts.aliyuncs.com', eventName: 'AssumeRole' },
  { message: 'AssumeRole succeeded' },
  { data: 'bm8gSlNPTg==' },
  { eventName: 'AssumeRole', eventID: 'x' },
  7,
  null,
];

const someValues = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: someRecord },
    { weight: 1, arbitrary: fc.constantFrom(...FOREIGN) },
  ),
  { minLength: 1, maxLength: 4 },
);
const someSteps = fc.array(fc.constantFrom(...Object.keys(STEPS)), { maxLength: 4 });
const someCuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 });

/** What a reader finds that looks into everything it can parse, and knows no wrapper. */
function naive(value: unknown): TrailRecord[] {
  if (typeof value === 'string') {
    for (const content of [() => value, () => unzipped(value), () => decoded(value)]) {
      try {
        const inner = JSON.parse(content()) as unknown;
        if (typeof inner === 'object' && inner !== null) return naive(inner);
      } catch {
        continue;
      }
    }
    return [];
  }
  if (typeof value !== 'object' || value === null) return [];
  const record = value as TrailRecord;
  if (isAwsService(record['eventSource'])) return [record];
  return Object.values(value).flatMap(naive);
}

const decoded = (value: string): string => Buffer.from(value, 'base64').toString();
function unzipped(value: string): string {
  return gunzipSync(Buffer.from(value, 'base64')).toString();
}

/** The values of a text in pieces: rows, and what documents say. */
function scanned(content: string, cuts: readonly number[]): unknown[] {
  const rows = new JsonRows(RECORD_LISTS);
  const bytes = Buffer.from(content);
  const found: JsonRow[] = [];
  for (let at = 0, next = 0; at < bytes.length; next++) {
    const size = cuts[next % cuts.length]!;
    found.push(...rows.push(Buffer.from(bytes.subarray(at, at + size))));
    at += size;
  }
  found.push(...rows.end());
  return found.map((row) => JSON.parse(row.bytes.toString()) as unknown);
}

describe('records are found whatever carries them, nested and cut anyhow', () => {
  test('and nothing else is taken for one', () => {
    const property = fc.property(someValues, someSteps, someCuts, (values, steps, cuts) => {
      const wrapped = steps.reduce<unknown[]>((all, step) => STEPS[step]!(all), [...values]);
      const content = wrapped.map((value) => text(value)).join('\n');
      const found = scanned(content, cuts).flatMap((value) => [...unwrap(value)]);
      const records = found.flatMap((one) => (one.kind === 'record' ? [one.record] : []));
      const plain = values.filter((value) =>
        isAwsService((value as TrailRecord | null)?.['eventSource']),
      );
      expect(records).toEqual(JSON.parse(text(plain)));
      expect(records).toEqual(wrapped.flatMap((value) => naive(JSON.parse(text(value)))));
      const others = found.filter(({ kind }) => kind === 'foreign' || kind === 'broken');
      if (plain.length < values.length) expect(others.length).toBeGreaterThan(0);
      else expect(others).toEqual([]);
    });
    fc.assert(property, { numRuns: 1500 });
  });

  test('in one value parsed whole as in the rows of its text', () => {
    const property = fc.property(someValues, someSteps, someCuts, (values, steps, cuts) => {
      const wrapped = steps.reduce<unknown[]>((all, step) => STEPS[step]!(all), [...values]);
      const recordsIn = (all: readonly unknown[]): unknown[] =>
        all
          .flatMap((value) => [...unwrap(value)])
          .flatMap((one) => (one.kind === 'record' ? [one.record] : []));
      const whole = JSON.parse(text(wrapped)) as unknown[];
      expect(recordsIn(scanned(text(wrapped), cuts))).toEqual(recordsIn(whole));
    });
    fc.assert(property, { numRuns: 500 });
  });
});

test('every value gives something', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect([...unwrap(value)].length).toBeGreaterThan(0);
    }),
  );
});

describe('whose records', () => {
  const kindsOf = (value: unknown): string[] => [...unwrap(value)].map(({ kind }) => kind);

  test.each([
    ['sts.amazonaws.com', 'record'],
    ['sts.amazonaws.com.cn', 'record'],
    ['s3-outposts.amazonaws.com', 'record'],
    ['sts.aliyuncs.com', 'foreign'],
    ['sts.amazonaws.com.example', 'foreign'],
    ['amazonaws.com', 'foreign'],
    ['aws:dynamodb', 'foreign'],
    ['', 'foreign'],
    [undefined, 'foreign'],
    [['sts.amazonaws.com'], 'foreign'],
  ])('eventSource %j: %s', (eventSource, kind) => {
    expect(kindsOf({ ...assumeRoleRecord(), eventSource })).toEqual([kind]);
  });

  test('wrappers that hold none are looked at one after the other', () => {
    const record = assumeRoleRecord({ eventID: eventIdOf(1) });
    expect(kindsOf({ message: 'no record', event: { original: text(record) } })).toEqual([
      'record',
    ]);
    expect(kindsOf({ detail: { x: 1 }, message: text(record) })).toEqual(['record']);
    expect(kindsOf({ message: text({ x: 1 }), log: text(record) })).toEqual(['foreign']);
  });

  test.each([
    { events: [], message: text(assumeRoleRecord()) },
    { Records: [], detail: assumeRoleRecord() },
    { hits: { hits: [] }, _source: assumeRoleRecord() },
    { results: [], event: { original: text(assumeRoleRecord()) } },
  ])('a record beside a list is found as well, %#', (value) => {
    expect(kindsOf(value)).toEqual(['envelope', 'record']);
    expect(kindsOf({ ...value, message: 'no record', log: '[cut' })).toContain('envelope');
  });

  test('a broken record beside a list is not lost, and prose beside it is no record', () => {
    const cut = text(assumeRoleRecord()).slice(0, -9);
    expect(kindsOf({ events: [], message: cut })).toEqual(['envelope', 'broken']);
    expect(kindsOf({ events: [], message: '[INFO] 3 events' })).toEqual(['envelope']);
  });

  test('a search keeps what it says of its hits', () => {
    const search = { hits: { total: { value: 200 }, hits: [{ _source: assumeRoleRecord() }] } };
    const [envelope] = [...unwrap(search)];
    expect(envelope).toEqual({
      kind: 'envelope',
      envelope: { value: { hits: { total: { value: 200 }, hits: [] } }, rows: 1 },
    });
  });

  test('a text that is cut off is broken, and one of CloudWatch Logs about itself is none', () => {
    const cut = text(assumeRoleRecord()).slice(0, -9);
    expect(kindsOf({ message: cut })).toEqual(['broken']);
    expect(kindsOf({ CloudTrailEvent: cut })).toEqual(['broken']);
    expect(kindsOf({ message: 'CWL CONTROL MESSAGE: Checking health.' })).toEqual(['control']);
    const zipped = gzipSync(text(assumeRoleRecord())).subarray(0, -12).toString('base64');
    expect(kindsOf({ awslogs: { data: zipped } })).toEqual(['broken']);
  });

  test('what lies too deep is not followed', () => {
    let value: unknown = assumeRoleRecord();
    for (let depth = 0; depth < 2000; depth++) value = { message: value };
    expect(kindsOf(value)).toEqual(['foreign']);
  });
});
