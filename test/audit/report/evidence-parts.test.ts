import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../src/audit/evidence.js';
import {
  evidencePart,
  setAsideLine,
  setAsidePart,
} from '../../../src/audit/report/evidence-parts.js';
import { sessionCoverage } from '../../../src/model/coverage/session-coverage.js';
import { nothingSetAside } from '../../../src/model/report/set-aside.js';
import { parseInstant } from '../../../src/model/time/instant.js';
import { evidenceOf } from '../evidence-of.js';

const factsOf = (more: Partial<Evidence>): readonly (readonly [string, string])[] => {
  const part = evidencePart(evidenceOf([], more));
  return part.kind === 'facts' ? part.facts : [];
};
const { events } = evidenceOf([]);

describe('the evidence', () => {
  test('says that nothing was read, and that nothing is certain', () => {
    expect(factsOf({ events: { ...events, files: undefined } })).toEqual([
      ['Regions', 'none'],
      ['Days', 'no role call was read'],
      ['Sessions', 'session files, 1 session'],
      ['Sessions cover', 'no time for certain'],
    ]);
  });

  test('says who asked, what was read, and what is missing', () => {
    const at = (day: string): number => parseInstant(`2026-01-${day}T00:00:00Z`)!.seconds;
    const facts = factsOf({
      identity: { account: '111122223333', arn: 'arn:x' },
      events: {
        accounts: ['111122223333', '222222222222'],
        regions: ['us-east-1'],
        firstDay: '2026-01-18',
        lastDay: '2026-01-19',
        files: 2,
        unseen: [],
        missing: ['a day', 'a region'],
      },
      sessions: sessionCoverage(
        [
          { name: 'table t', sessions: undefined, withoutIdentity: 0 },
          { name: 'session files', sessions: 1200, withoutIdentity: 0 },
        ],
        [
          { from: at('10'), to: at('11') + 0.5 },
          { from: at('14'), to: at('15') },
        ],
      ),
    });
    expect(facts).toEqual([
      ['Asked by', 'arn:x (account 111122223333)'],
      ['Accounts', '111122223333, 222222222222'],
      ['Regions', 'us-east-1'],
      ['Days', '2026-01-18 to 2026-01-19'],
      ['Log files', '2'],
      ['Missing', 'a day'],
      ['Missing', 'a region'],
      ['Sessions', 'table t, not read as a whole'],
      ['Sessions', 'session files, 1,200 sessions'],
      [
        'Sessions cover',
        '2026-01-10T00:00:00Z to 2026-01-11T00:00:00Z, and 2026-01-14T00:00:00Z to 2026-01-15T00:00:00Z',
      ],
    ]);
  });

  test.each([
    [10, /^r1, .*, r10$/],
    [11, /^r1, .*, r10 and 1 more$/],
  ])('lists %i regions as %s', (number, text) => {
    const regions = Array.from({ length: number }, (_, n) => `r${n + 1}`);
    expect(factsOf({ events: { ...events, regions } })[0]?.[1]).toMatch(text);
  });
});

describe('what was counted apart', () => {
  const apart = { ...nothingSetAside(), service_calls: 1234, not_judged: undefined };

  test('stands in a line without what was not asked for', () => {
    expect(setAsideLine(apart)).toBe(
      'counted apart: 1,234 service calls, 0 failed calls, 0 duplicates, 0 outside window, 0 allowed, 0 filtered out',
    );
  });

  test('says in a report what was not asked for', () => {
    expect(setAsidePart(apart)).toMatchObject({
      facts: [
        ['Service calls', '1234'],
        ['Failed calls', '0'],
        ['Duplicates', '0'],
        ['Outside window', '0'],
        ['Not judged', 'not asked for'],
        ['Allowed', '0'],
        ['Filtered out', '0'],
      ],
    });
  });
});
