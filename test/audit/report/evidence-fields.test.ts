import { expect, test } from 'vitest';
import type { Evidence } from '../../../src/audit/evidence.js';
import {
  evidenceFields,
  spansText,
  windowFields,
} from '../../../src/audit/report/evidence-fields.js';
import { sessionCoverage } from '../../../src/model/coverage/session-coverage.js';
import { nothingSetAside } from '../../../src/model/report/set-aside.js';
import { parseInstant } from '../../../src/model/time/instant.js';
import { evidenceOf } from '../evidence-of.js';

const fieldsOf = (more: Partial<Evidence>, setAside = nothingSetAside()) =>
  evidenceFields(evidenceOf([], more), setAside, []);

test('a document begins with the window', () => {
  expect(windowFields(evidenceOf([]))).toEqual({
    start_time: '2026-01-17T00:00:00Z',
    end_time: '2026-01-24T00:00:00Z',
  });
});

test('calls that were not judged stand by name, sorted, where they were asked for', () => {
  const notJudged = new Map([
    ['sso:GetRoleCredentials', 2],
    ['AssumeRoot', 1],
  ]);
  const byName = fieldsOf({ notJudged })['not_judged_by_name'] as object;
  expect(Object.entries(byName)).toEqual([
    ['AssumeRoot', 1],
    ['sso:GetRoleCredentials', 2],
  ]);
  const unasked = { ...nothingSetAside(), not_judged: undefined };
  expect(fieldsOf({ notJudged }, unasked)).toMatchObject({ not_judged_by_name: undefined });
});

test('a source that was only looked into says no number of sessions', () => {
  const sources = [
    { name: 'table t', sessions: undefined, withoutIdentity: 0 },
    { name: 'session files', sessions: 3, withoutIdentity: 2 },
  ];
  const from = parseInstant('2026-01-10T00:00:00Z')!.seconds;
  const sessions = sessionCoverage(sources, [{ from, to: from + 1.9 }]);
  expect(fieldsOf({ sessions })).toMatchObject({
    coverage: {
      sessions: {
        sources: [
          { name: 'table t', sessions: undefined, without_source_identity: undefined },
          { name: 'session files', sessions: 3, without_source_identity: 2 },
        ],
        spans: [{ from: '2026-01-10T00:00:00Z', to: '2026-01-10T00:00:01Z' }],
      },
    },
  });
});

test('what the answer rests on is said: is it complete, and until when is it fresh', () => {
  const freshUntil = parseInstant('2026-01-23T23:50:00Z');
  expect(fieldsOf({ complete: false, rejected: 2, freshUntil })).toMatchObject({
    complete: false,
    rejected: 2,
    fresh_until: '2026-01-23T23:50:00Z',
  });
  expect(fieldsOf({})).toMatchObject({ complete: true, fresh_until: undefined });
});

test('of spans the whole seconds are told, and no more than five', () => {
  expect(spansText([{ from: 0.1, to: 9.9 }])).toBe('1970-01-01T00:00:01Z to 1970-01-01T00:00:09Z');
  const spans = Array.from({ length: 6 }, (_, n) => ({ from: n * 10, to: n * 10 + 5 }));
  expect(spansText(spans.slice(0, 5))).toMatch(
    /, and 1970-01-01T00:00:40Z to 1970-01-01T00:00:45Z$/,
  );
  expect(spansText(spans)).toMatch(/00:00:45Z, and 1 more spans$/);
});
