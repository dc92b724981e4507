import { expect, test } from 'vitest';
import { newestFirst } from '../../../src/model/verdict/newest-first.js';
import type { Verdict } from '../../../src/model/verdict/verdict.js';
import { roleEvent } from '../../support/records.js';

const verdict = (eventTime: string, eventId = 'x'): Verdict => ({
  call: { ...roleEvent(0), eventTime, eventId },
  category: 'orphaned',
  match: undefined,
  anomalies: [],
  unverifiable: false,
});

test('findings are ordered by instant, however it is written, the newest first', () => {
  const times = [
    '2026-01-20T12:00:02Z',
    '2026-01-20T14:00:01.5+02:00',
    '2026-01-20T12:00:01.25Z',
    '2026-01-20T12:00:01Z',
    '2026-01-20T11:59:59.999Z',
    '2025-12-31T23:59:59Z',
  ];
  const sorted = times
    .toReversed()
    .map((time) => verdict(time))
    .toSorted(newestFirst);
  expect(sorted.map(({ call }) => call.eventTime)).toEqual(times);
});

test('findings of one time are ordered by event id', () => {
  const at = '2026-01-20T12:00:00Z';
  const sorted = ['b', 'c', 'a'].map((id) => verdict(at, id)).toSorted(newestFirst);
  expect(sorted.map(({ call }) => call.eventId)).toEqual(['a', 'b', 'c']);
  expect(newestFirst(verdict(at), verdict(at))).toBe(0);
  expect(newestFirst(verdict(at, 'b'), verdict(at, 'a'))).toBeGreaterThan(0);
  const sameInstant = verdict('2026-01-20T13:00:00+01:00', 'a');
  expect(newestFirst(sameInstant, verdict(at, 'b'))).toBeLessThan(0);
});
