import { describe, expect, test } from 'vitest';
import { settleGroups } from '../../src/audit/settle-groups.js';
import { openSpool } from '../../src/disk/spool.js';
import type { SessionMatch } from '../../src/model/session/session-lookup.js';
import type { Verdict } from '../../src/model/verdict/verdict.js';
import { fromRows } from '../../src/pipeline/from-rows.js';
import type { JudgedGroup } from '../../src/transforms/judge.js';
import { rowsOf } from '../support/contracts.js';
import { roleEvent } from '../support/records.js';
import { idOf } from '../support/sessions.js';

const NOON = '2026-01-20T12:00:00Z';
const ONE = '2026-01-20T13:00:00Z';

const match = (more: Partial<SessionMatch> = {}): SessionMatch => ({
  session: {
    id: idOf(1),
    user: undefined,
    profile: 'prod',
    status: undefined,
    startedAt: undefined,
    expiresAt: undefined,
    updatedAt: undefined,
  },
  matchedBy: 'tag',
  ...more,
});

function verdict(more: Partial<Verdict> = {}): Verdict {
  return {
    call: { ...roleEvent(1, { eventTime: NOON }), weight: 5, group: 'key' },
    category: 'tracked',
    match: match(),
    anomalies: [],
    unverifiable: false,
    ...more,
  };
}

/** A group that is judged as `first` at noon, and with these differences an hour later. */
function group(first: Verdict, later: Partial<Verdict> = {}): JudgedGroup {
  const last = { ...first, ...later };
  return { first, last: { ...last, call: { ...last.call, eventTime: ONE } } };
}

const ORPHANED = { category: 'orphaned', match: undefined } as const;

async function settle(
  groups: readonly JudgedGroup[],
  isWanted: (verdict: Verdict) => boolean = () => false,
  isUniform = true,
): Promise<{ settled: Verdict[]; open: readonly string[] | 'all'; openCalls: number }> {
  const spool = openSpool<Verdict>();
  try {
    const told = await settleGroups(fromRows(groups), isWanted, () => isUniform, spool);
    const open = told.open === 'all' ? 'all' : told.open.keys;
    return { settled: await rowsOf(told.settled()), open, openCalls: told.openCalls };
  } finally {
    await spool.dispose();
  }
}

test.each<[string, JudgedGroup]>([
  ['a tracked group', group(verdict())],
  ['an orphaned group that sessions cover alike', group(verdict(ORPHANED))],
  ['a permitted group', group(verdict({ ...ORPHANED, allowedBy: 'ci' }))],
  ['a group with one anomaly at all times', group(verdict({ anomalies: ['user_mismatch'] }))],
])('%s is settled with its weight', async (_, judged) => {
  const { settled, open } = await settle([judged]);
  expect(open).toEqual([]);
  expect(settled.map(({ call }) => call.weight)).toEqual([5]);
});

describe('a group is asked for call by call', () => {
  test.each<[string, JudgedGroup]>([
    ['another category', group(verdict(), ORPHANED)],
    [
      'another session',
      group(verdict(), { match: match({ session: { ...match().session, id: idOf(2) } }) }),
    ],
    ['sessions that share an identity', group(verdict({ match: match({ sharesIdentity: true }) }))],
    ['an anomaly at one end', group(verdict(), { anomalies: ['after_revocation'] })],
    ['a time outside its session at both ends', group(verdict({ anomalies: ['outside_session'] }))],
    [
      'a rule that expires',
      group(verdict({ ...ORPHANED, allowedBy: 'ci' }), { allowedBy: undefined }),
    ],
    ['sessions that cover one end', group(verdict(ORPHANED), { unverifiable: true })],
  ])('with %s', async (_, judged) => {
    expect(await settle([judged])).toEqual({ settled: [], open: ['key'], openCalls: 5 });
  });

  test('where the sessions cover a part of the time between', async () => {
    expect((await settle([group(verdict(ORPHANED))], undefined, false)).open).toEqual(['key']);
    expect((await settle([group(verdict())], undefined, false)).open).toEqual([]);
  });

  test('where its calls are wanted one by one', async () => {
    const { open } = await settle([group(verdict(ORPHANED)), group(verdict())], isOrphaned);
    expect(open).toEqual(['key']);
  });

  test('but one of a single moment only where it is wanted', async () => {
    const moment = { first: verdict({ anomalies: ['outside_session'] }), last: verdict() };
    expect((await settle([moment])).open).toEqual([]);
  });
});

function isOrphaned({ category }: Verdict): boolean {
  return category === 'orphaned';
}

test('with too many open groups nothing is settled, and all calls are asked for', async () => {
  const groupsOf = (open: number): JudgedGroup[] =>
    Array.from({ length: open + 1 }, (_, n) => group(verdict(n > 0 ? ORPHANED : {})));
  const most = await settle(groupsOf(1500), isOrphaned);
  expect([most.settled.length, most.open.length, most.openCalls]).toEqual([1, 1500, 1500 * 5]);
  expect(await settle(groupsOf(1501), isOrphaned)).toEqual({
    settled: [],
    open: 'all',
    openCalls: 1502 * 5,
  });
});
