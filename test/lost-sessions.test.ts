import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cli } from './support/cli.js';
import { eventIdOf } from './support/cloudtrail.js';
import { type Row, idOf, sessionRow } from './support/sessions.js';
import {
  NO_AWS,
  VOUCHED,
  WINDOW,
  fileOf,
  ndjsonOf,
  roleRecord,
  writeTrail,
} from './support/trail.js';

/**
 * DynamoDB deletes sessions that have ended. Whatever it has deleted, the audits of what is left must not be
 * surer than those of the whole: these worlds are judged before and after.
 */
const RUNS = Number(process.env['MODEL_WORLDS'] ?? 20);
const PROFILES = ['prod', 'dev', 'staging'];
const ROLES = ['Shared', 'Admin', 'prod'];

interface World {
  readonly sessions: readonly { readonly profile: string; readonly isDeleted: boolean }[];
  /** `by` is the number of a session; of one that never was, of none, or with an identity of no session. */
  readonly calls: readonly { readonly role: string; readonly by: number | 'copied' | 'none' }[];
}
const SESSIONS = 4;
const worlds: fc.Arbitrary<World> = fc.record({
  sessions: fc.array(
    fc.record({ profile: fc.constantFrom(...PROFILES), isDeleted: fc.boolean() }),
    { minLength: SESSIONS, maxLength: SESSIONS },
  ),
  calls: fc.array(
    fc.record({
      role: fc.constantFrom(...ROLES),
      by: fc.oneof(
        fc.nat({ max: SESSIONS - 1 }),
        fc.constantFrom<'copied' | 'none'>('copied', 'none', 'none'),
      ),
    }),
    { minLength: 1, maxLength: 7 },
  ),
});

/** The one session by which a role was known as prod's is gone; a session of dev still used it. */
const SHARED: World = {
  sessions: ['prod', 'dev', 'prod', 'dev'].map((profile, n) => ({ profile, isDeleted: n === 0 })),
  calls: [
    { role: 'Shared', by: 0 },
    { role: 'Shared', by: 1 },
    { role: 'Shared', by: 'none' },
  ],
};
/** The same, and prod is known to have another role. */
const KNOWN: World = { ...SHARED, calls: [...SHARED.calls, { role: 'Admin', by: 2 }] };
type Question = [World, string, 'no_source_identity'];
const EXAMPLES: Question[] = [
  [SHARED, 'prod', 'no_source_identity'],
  [KNOWN, 'prod', 'no_source_identity'],
];

const NEVER = 99;
/** A session that is always there: a file without a row is none of sessions. */
const KEPT = sessionRow(50, { created_at: '2026-01-20T11:00:00Z', profile: 'keeper' });

function rowsOf({ sessions }: World, isThere: (isDeleted: boolean) => boolean): Row[] {
  const rows = sessions.flatMap(({ profile, isDeleted }, n) =>
    isThere(isDeleted) ? [sessionRow(n, { profile, status: 'active', ...TIMES })] : [],
  );
  return [...rows, KEPT];
}
const TIMES = {
  created_at: '2026-01-20T11:59:00Z',
  started_at: '2026-01-20T11:59:00Z',
  updated_at: '2026-01-20T11:59:00Z',
  expires_at: '2026-01-20T12:14:00Z',
};

const POLICY = JSON.stringify({
  version: '1',
  rules: PROFILES.map((profile) => ({
    name: `${profile} is tracked`,
    effect: 'require_server_session',
    conditions: { profiles: [profile] },
  })),
});

/** Asks over some of the sessions. */
function asker(world: World, policy: string): (rows: readonly Row[], ...args: string[]) => Asked {
  const records = world.calls.map(({ role, by }, n) => {
    const id = by === 'copied' ? NEVER : by;
    return roleRecord(n, { role, ...(id !== 'none' && { identity: `sentinel-${idOf(id)}` }) });
  });
  const trail = writeTrail(records);
  return async (rows, ...args) => {
    const sessions = fileOf('sessions.ndjson', ndjsonOf(rows));
    const inputs = [...WINDOW, '--events', trail, '--sessions', sessions, '--quiet'];
    const isAudit = args[0] !== 'export';
    return cli([...args, ...inputs, ...(isAudit ? ['--policy', policy, '--json'] : [])], {
      env: NO_AWS,
    });
  };
}
type Asked = ReturnType<typeof cli>;

describe('deleting ended sessions', () => {
  test('changes no sure verdict, and makes of no tracked call a finding', async () => {
    const policy = fileOf('policy.yaml', POLICY);
    const property = fc.asyncProperty(worlds, async (world) => {
      const ask = asker(world, policy);
      const columns = 'event_id,category,session_id,unverifiable';
      const verdicts = async (rows: readonly Row[]): Promise<Map<unknown, Row>> => {
        const { stdout } = await ask(
          rows,
          'export',
          'verdicts',
          '--format=ndjson',
          `--columns=${columns}`,
        );
        const lines = stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Row);
        return new Map(lines.map((row) => [row['event_id'], row]));
      };
      const before = await verdicts(rowsOf(world, () => true));
      const after = await verdicts(rowsOf(world, (isDeleted) => !isDeleted));
      for (const [n, { by }] of world.calls.entries()) {
        const id = eventIdOf(n);
        const isLost = typeof by === 'number' && world.sessions[by]!.isDeleted;
        if (isLost) {
          expect(before.get(id)).toMatchObject({ category: 'tracked', session_id: idOf(by) });
          expect(after.get(id)).toMatchObject({ category: 'orphaned', unverifiable: true });
        } else expect(after.get(id)).toEqual(before.get(id));
      }
    });
    await fc.assert(property, { numRuns: RUNS });
  });

  test.each(['untracked-sessions', 'session-compliance'])(
    'makes of no finding of a profile a clean bill of %s',
    async (command) => {
      const policy = fileOf('policy.yaml', POLICY);
      const property = fc.asyncProperty(
        worlds,
        fc.constantFrom(undefined, ...PROFILES),
        fc.constantFrom('no_source_identity', 'no_source_identity,orphaned'),
        async (world, profile, failOn) => {
          const ask = asker(world, policy);
          const args = [
            command,
            `--fail-on=${failOn}`,
            ...(profile === undefined ? [] : [`--profile=${profile}`]),
          ];
          const before = await ask(
            rowsOf(world, () => true),
            ...args,
          );
          const after = await ask(
            rowsOf(world, (isDeleted) => !isDeleted),
            ...args,
          );
          if (before.code === 1) expect(after.code).not.toBe(0);
          const lost = world.calls.some(
            ({ by }) => typeof by === 'number' && world.sessions[by]!.isDeleted,
          );
          if (!lost) expect(after.code).toBe(before.code);
        },
      );
      await fc.assert(property, { numRuns: RUNS, examples: EXAMPLES });
    },
  );

  test('with sessions that are vouched for every orphan is sure', async () => {
    const property = fc.asyncProperty(worlds, async (world) => {
      const ask = asker(world, fileOf('policy.yaml', POLICY));
      const rows = rowsOf(world, (isDeleted) => !isDeleted);
      const { stdout } = await ask(rows, 'untracked-sessions', ...VOUCHED);
      const isOrphan = ({ by }: World['calls'][number]): boolean =>
        by === 'copied' || (typeof by === 'number' && world.sessions[by]!.isDeleted);
      expect(JSON.parse(stdout)).toMatchObject({
        orphaned_events: world.calls.filter(isOrphan).length,
        unverifiable_events: 0,
      });
    });
    await fc.assert(property, { numRuns: RUNS });
  });
});
