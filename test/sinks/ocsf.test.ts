import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { annotationOf } from '../../src/audit/report/compliance-text.js';
import { callToOcsf } from '../../src/model/ocsf/authentication.js';
import { complianceToOcsf } from '../../src/model/ocsf/compliance-finding.js';
import { verdictToOcsf } from '../../src/model/ocsf/detection-finding.js';
import type { OcsfDocument, ToOcsf } from '../../src/model/ocsf/document.js';
import { instantFromMillis } from '../../src/model/time/instant.js';
import { ocsf } from '../../src/sinks/ocsf.js';
import { objects } from '../support/cli.js';
import { cut, sinkContract, written } from '../support/contracts.js';
import { ownSchema, problemsOf, publishedSchema } from '../support/ocsf-schema.js';
import { roleEvent } from '../support/records.js';
import { someCall, someProfile, someVerdict } from '../support/verdicts.js';

const published = publishedSchema();
const SCHEMAS = Object.entries({ own: ownSchema(), ...(published && { published }) });

const textOf = <T>(toOcsf: ToOcsf<T>, rows: readonly T[]): Promise<string> =>
  written((write) => ocsf(toOcsf, write, '1.2.3'), cut(rows, [1, 3]));

const compliance = complianceToOcsf({
  window: { since: instantFromMillis(0), until: instantFromMillis(1_700_000_000_123) },
  identity: { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/a' },
  caveats: [],
  annotationOf,
});

sinkContract('ocsf', (write) => ocsf(() => ({ time: 1 }) as OcsfDocument, write, undefined), {
  row: { a: 1 },
  isWhole: (text, rows) => {
    expect(text).toBe('{"time":1}\n'.repeat(rows));
  },
});

describe.each(SCHEMAS)('every document is valid against the %s schema', (_, schema) => {
  const check = async <T>(toOcsf: ToOcsf<T>, some: fc.Arbitrary<T>): Promise<void> => {
    const property = fc.asyncProperty(fc.array(some, { maxLength: 5 }), async (rows) => {
      const documents = objects(await textOf(toOcsf, rows));
      expect(documents).toHaveLength(rows.length);
      for (const document of documents) expect(problemsOf(document, schema)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 200 });
  };

  test('of calls', () => check(callToOcsf, someCall));
  test('of verdicts', () => check(verdictToOcsf, someVerdict));
  test('of profiles', () => check(compliance, someProfile));
});

test.skipIf(published === undefined)('the published schema has what the own one says', () => {
  const [own, theirs] = [ownSchema(), published!];
  for (const kind of ['classes', 'objects'] as const) {
    for (const [name, { attributes, constraints }] of Object.entries(own[kind])) {
      const shape = theirs[kind][name]!;
      for (const [attribute, { type, is_array, enum: values = {} }] of Object.entries(attributes)) {
        const known = shape.attributes[attribute];
        expect([name, attribute, known?.type, known?.is_array]).toEqual([
          name,
          attribute,
          type,
          is_array,
        ]);
        for (const value of Object.keys(values)) expect(known?.enum).toHaveProperty(value);
      }
      const required = Object.entries(shape.attributes).filter(
        ([, one]) => one.requirement === 'required' && one.profile === undefined,
      );
      for (const [attribute] of required) {
        expect(attributes[attribute]?.requirement).toBe('required');
      }
      const least = theirs[kind][name]?.constraints?.at_least_one ?? [];
      expect(least).toEqual(expect.arrayContaining([...(constraints?.at_least_one ?? [])]));
    }
  }
});

test('the validator finds what is wrong', async () => {
  const [document = {}] = objects(await textOf(callToOcsf, [roleEvent(1)]));
  const { user: _, ...withoutUser } = document;
  const wrong: readonly Record<string, unknown>[] = [
    withoutUser,
    { ...document, more: 1 },
    { ...document, time: '2026-01-20T14:32:00Z' },
    { ...document, time: 1.5 },
    { ...document, severity_id: 7 },
    { ...document, type_uid: 300202 },
    { ...document, class_uid: 1 },
    { ...document, service: {} },
    { ...document, src_endpoint: { name: 1 } },
  ];
  for (const [, schema] of SCHEMAS) {
    expect(problemsOf(document, schema)).toEqual([]);
    for (const one of wrong) expect(problemsOf(one, schema)).not.toEqual([]);
  }
});

test('a text that is longer than OCSF allows is cut, and says so', async () => {
  const [document] = objects(
    await textOf(callToOcsf, [{ ...roleEvent(1), userAgent: 'x'.repeat(70_000) }]),
  );
  expect(document).toHaveProperty('http_request.user_agent', `${'x'.repeat(65_534)}…`);
  const [whole] = objects(
    await textOf(callToOcsf, [{ ...roleEvent(1), userAgent: `x${'👍'.repeat(40_000)}` }]),
  );
  expect(whole).toHaveProperty('http_request.user_agent', `x${'👍'.repeat(32_766)}…`);
});

test('nothing raw in a line acts on a terminal', async () => {
  const property = fc.asyncProperty(fc.array(someVerdict), async (rows) => {
    const text = await textOf(verdictToOcsf, rows);
    expect(text.split('\n')).toHaveLength(rows.length + 1);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Bidi_Control}|\p{Zl}|\p{Zp}/u);
  });
  await fc.assert(property);
});
