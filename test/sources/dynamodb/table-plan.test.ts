import { describe, expect, test } from 'vitest';
import { NO_FILTER, type SessionFilter } from '../../../src/model/session/session-filter.js';
import { parseInstant } from '../../../src/model/time/instant.js';
import { planRead } from '../../../src/sources/dynamodb/table-plan.js';

const MB = 1024 * 1024;
const INDEXES = ['user', 'profile', 'status'].map((key) => [key, `gsi-${key}`] as const);

function tableOf(bytes: number, indexes = INDEXES): Parameters<typeof planRead>[1] {
  return { items: 10, bytes, indexes: new Map(indexes) };
}

const wants = (filter: Partial<SessionFilter>): SessionFilter => ({ ...NO_FILTER, ...filter });

describe('an index', () => {
  test.each([
    [{ user: 'a', profile: 'p', status: 'active' }, 'gsi-user'],
    [{ profile: 'p', status: 'active' }, 'gsi-profile'],
    [{ status: 'active' }, 'gsi-status'],
  ] as const)('of the narrowest partition serves %j', (filter, index) => {
    expect(planRead(wants(filter), tableOf(MB))).toMatchObject({ kind: 'query', index });
  });

  test('that is not there is passed over for the next', () => {
    const plan = planRead(wants({ user: 'a', profile: 'p' }), tableOf(MB, [INDEXES[1]!]));
    expect(plan).toMatchObject({ kind: 'query', key: 'profile', value: 'p' });
  });

  test('that would have served is named by the scan', () => {
    const plan = planRead(wants({ profile: 'p', status: 'active' }), tableOf(MB, []));
    expect(plan).toMatchObject({ kind: 'scan', missing: 'gsi-profile' });
  });

  test('by status decides nothing where a status may be stale', () => {
    const stale = { statusMayBeStale: true };
    const alone = planRead(wants({ status: 'active' }), tableOf(MB), stale);
    expect(alone).toEqual({ kind: 'scan', segments: 1, missing: undefined });
    const beside = planRead(wants({ status: 'active', user: 'a' }), tableOf(MB), stale);
    expect(beside).toMatchObject({ kind: 'query', index: 'gsi-user' });
    const only = planRead(
      wants({ status: 'active', user: 'a' }),
      tableOf(MB, [INDEXES[2]!]),
      stale,
    );
    expect(only).toMatchObject({ kind: 'scan', missing: 'gsi-user' });
  });

  test('is read a day beyond the window on either side', () => {
    const window = {
      since: parseInstant('2026-03-02T10:00:00.5Z')!,
      until: parseInstant('2026-03-03T10:00:00Z')!,
    };
    expect(planRead(wants({ user: 'a', window }), tableOf(MB))).toMatchObject({
      from: '2026-03-01T10:00:00',
      to: '2026-03-04T10:00:00~',
    });
  });
});

test.each([
  [0, 1],
  [MB, 1],
  [MB + 1, 2],
  [100 * MB, 4],
])('a table of %i bytes is scanned in %i segments', (bytes, segments) => {
  expect(planRead(NO_FILTER, tableOf(bytes))).toMatchObject({ segments });
  expect(planRead(NO_FILTER, tableOf(bytes), { segments: 9 })).toMatchObject({ segments: 9 });
});
