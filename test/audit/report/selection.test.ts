import { describe, expect, test } from 'vitest';
import { type Selected, select } from '../../../src/audit/report/selection.js';
import type { AttributedVerdict } from '../../../src/model/verdict/attributed-verdict.js';
import type { CallCount } from '../../../src/model/verdict/call-count.js';
import { roleEvent } from '../../support/records.js';
import { arn, callCount, trackedCount } from '../counts.js';
import { evidenceOf } from '../evidence-of.js';

const ALL = { role: undefined, profile: undefined };
/** Each is told from the others by its number of calls. */
const TRACKED = trackedCount('dev', { calls: 1 });
const UNTRACKED = callCount({ calls: 2 });
const NO_ROLE = callCount({ roleArn: undefined, calls: 4 });
const TRACKED_NO_ROLE = trackedCount('dev', { roleArn: undefined, calls: 8 });
const OTHER = callCount({ roleArn: arn('Other'), calls: 16 });
const PERMITTED = callCount({ allowedBy: 'ci', calls: 32 });
const COUNTS = [TRACKED, UNTRACKED, NO_ROLE, TRACKED_NO_ROLE, OTHER, PERMITTED];

const selectOf = (selected: Partial<Selected>): ReturnType<typeof select> =>
  select(evidenceOf(COUNTS), { ...ALL, ...selected });

describe('listed are', () => {
  test.each<[string, Partial<Selected>, readonly CallCount[]]>([
    ['all but permitted calls', {}, [TRACKED, UNTRACKED, NO_ROLE, TRACKED_NO_ROLE, OTHER]],
    [
      'calls of the role, and those that do not say theirs',
      { role: arn('Admin') },
      [TRACKED, UNTRACKED, NO_ROLE, TRACKED_NO_ROLE],
    ],
    [
      'calls of all roles that a pattern matches',
      { role: '*/O*' },
      [NO_ROLE, TRACKED_NO_ROLE, OTHER],
    ],
    [
      'calls of the profile, and untracked ones that do not say their role',
      { profile: 'dev' },
      [TRACKED, UNTRACKED, NO_ROLE, TRACKED_NO_ROLE],
    ],
    ['calls of a profile that is a role’s name', { profile: 'Other' }, [NO_ROLE, OTHER]],
    [
      'calls of both a role and a profile',
      { role: arn('Other'), profile: 'dev' },
      [NO_ROLE, TRACKED_NO_ROLE],
    ],
  ])('%s', (_, selected, listed) => {
    expect(selectOf(selected).counts).toEqual(listed);
  });
});

test('permitted calls are counted apart, and those that are left out', () => {
  expect(selectOf({ role: arn('Admin') }).setAside).toMatchObject({
    allowed: 32,
    filtered_out: 16,
  });
  expect(selectOf({}).setAside).toMatchObject({ allowed: 32, filtered_out: 0 });
});

test('verdicts are listed as their counts are', () => {
  const verdict = (more: Partial<AttributedVerdict>, role?: string): AttributedVerdict => ({
    call: { ...roleEvent(0), roleArn: role === undefined ? undefined : arn(role) },
    category: 'no_source_identity',
    match: undefined,
    anomalies: [],
    unverifiable: false,
    profiles: ['dev'],
    ...more,
  });
  const { isListed } = selectOf({ role: arn('Admin'), profile: 'dev' });
  expect(isListed(verdict({}, 'Admin'))).toBe(true);
  expect(isListed(verdict({}, 'Other'))).toBe(false);
  expect(isListed(verdict({ profiles: ['prod'] }, 'Admin'))).toBe(false);
  expect(isListed(verdict({ profiles: [] }))).toBe(true);
  expect(isListed(verdict({ profiles: [], category: 'tracked' }))).toBe(false);
});

test.each<[string | undefined, boolean]>([
  [undefined, true],
  [arn('Admin'), true],
  ['*/Oth*', true],
  [arn('Nobody'), false],
])('a call assumed %s: %s', (role, isRoleSeen) => {
  expect(selectOf({ role }).isRoleSeen).toBe(isRoleSeen);
});
