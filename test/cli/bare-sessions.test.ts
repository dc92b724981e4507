import { describe, expect, it } from 'vitest';
import { type Ended, cli, objects } from '../support/cli.js';
import { type TrailRecord, eventIdOf } from '../support/cloudtrail.js';
import { type Row, idOf, sessionRow } from '../support/sessions.js';
import {
  NO_AWS,
  VOUCHED,
  WINDOW,
  fileOf,
  ndjsonOf,
  roleRecord,
  writeTrail,
} from '../support/trail.js';

const COMMANDS = ['untracked-sessions', 'session-compliance'];
const REVOKED = sessionRow(5040, { status: 'revoked', expires_at: '2026-01-20T15:00:00Z' });
const ACTIVE = sessionRow(5043, { status: 'active' });
/** One of the week before, so that what is orphaned can be told to be. */
const OLD = sessionRow(0, { created_at: '2026-01-10T00:00:00Z', status: 'expired' });

/** An hour after the revocation; and a minute after the other one began. */
const LATE = roleRecord(1, { at: '2026-01-20T13:05:00Z', tag: idOf(5040) });
const SOUND = roleRecord(2, { at: '2026-01-20T12:04:00Z', tag: idOf(5043) });
const NOTE = /note: 1 tracked call could not be checked for after_revocation and outside_session: /;

const audit = (
  command: string,
  records: readonly TrailRecord[],
  files: readonly string[],
  ...args: readonly string[]
): Promise<Ended> => {
  const inputs = ['--events', writeTrail(records), '--sessions', ...files];
  return cli([command, ...WINDOW, ...inputs, ...args], { env: NO_AWS });
};

/** A CSV as `export` writes it. */
async function csvOf(rows: readonly Row[], ...args: readonly string[]): Promise<string> {
  const source = fileOf('rows.ndjson', ndjsonOf(rows));
  const { stdout } = await cli(['export', '--sessions', source, ...args], { env: NO_AWS });
  return fileOf('audit.csv', stdout);
}

function without(row: Row, field: string): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== field));
}

describe.each(COMMANDS)('%s over sessions that say too little', (command) => {
  const failing = ['--fail-on', 'after_revocation'];

  it('cannot tell what came after a revocation: a note, and code 3 where that is to fail', async () => {
    const lacking = fileOf('s.ndjson', ndjsonOf([without(REVOKED, 'updated_at')]));
    for (const path of [await csvOf([REVOKED]), lacking]) {
      for (const [args, expected] of [
        [[], 0],
        [failing, 3],
        [['--fail-on', 'outside_session'], 3],
        [['--fail-on', 'user_mismatch'], 0],
      ] as const) {
        const { code, stderr } = await audit(command, [LATE], [path], ...args);
        expect([code, stderr]).toEqual([expected, expect.stringMatching(NOTE)]);
      }
    }
  });

  it('can tell with all columns, or where none was revoked', async () => {
    const whole = await audit(
      command,
      [LATE],
      [await csvOf([REVOKED], '--columns', 'all')],
      ...failing,
    );
    expect([whole.code, whole.stderr]).toEqual([1, expect.not.stringMatching(NOTE)]);
    const active = await audit(command, [SOUND], [await csvOf([ACTIVE])], ...failing);
    expect([active.code, active.stderr]).toEqual([0, expect.not.stringMatching(NOTE)]);
  });

  it.each(['status', 'started_at', 'expires_at'])('cannot tell without %s', async (field) => {
    const lacking = fileOf('s.ndjson', ndjsonOf([without(ACTIVE, field)]));
    const { code, stderr } = await audit(command, [SOUND], [lacking], ...failing);
    expect([code, stderr]).toEqual([3, expect.stringMatching(NOTE)]);
  });
});

describe('a session archive without source identities', () => {
  const identity = 'sentinel:alice:direct:0a1b2c3d';
  const OTHER = sessionRow(5046, { status: 'active', source_identity: identity });
  const records = [SOUND, roleRecord(3, { at: '2026-01-20T12:10:00Z', identity })];
  const bare = [OLD, ACTIVE, OTHER].map((row) => without(row, 'source_identity'));
  const COLUMNS = 'id,user,profile,status,started_at,expires_at,created_at,updated_at';

  it('as a CSV makes the run incomplete, and no event surely orphaned', async () => {
    const csv = await csvOf([OLD, ACTIVE, OTHER], '--columns', COLUMNS);
    const rest = fileOf('rest.ndjson', ndjsonOf([OLD, ACTIVE]));
    for (const files of [[csv], [csv, rest]]) {
      const args = ['--format', 'ndjson', ...VOUCHED];
      const ndjson = await audit('untracked-sessions', records, files, ...args);
      expect(ndjson.code).toBe(3);
      expect(ndjson.stderr).toContain(
        `${csv}: it has no column source_identity, which this command needs`,
      );
      const orphaned = objects(ndjson.stdout).filter(({ category }) => category === 'orphaned');
      expect(orphaned).toContainEqual(
        expect.objectContaining({ event_id: eventIdOf(3), unverifiable: true }),
      );
      expect(orphaned.filter(({ unverifiable }) => unverifiable !== true)).toEqual([]);
      expect((await audit('session-compliance', records, files)).code).toBe(3);
    }
  });

  it('as a CSV that has them finds the session', async () => {
    const csv = await csvOf([OLD, ACTIVE, OTHER], '--columns', `${COLUMNS},source_identity`);
    const { code, stdout } = await audit(
      'untracked-sessions',
      records,
      [csv],
      '--format',
      'ndjson',
    );
    expect([code, stdout]).toEqual([0, '']);
  });

  it('is complete as NDJSON, which leaves out what is empty', async () => {
    const path = fileOf('s.ndjson', ndjsonOf(bare));
    for (const [vouching, expected] of [
      [VOUCHED, [1, { orphaned_events: 1, unverifiable_events: 0 }]],
      [[], [3, { orphaned_events: 0, unverifiable_events: 1 }]],
    ] as const) {
      const args = ['--json', ...vouching];
      const { code, stdout } = await audit('untracked-sessions', records, [path], ...args);
      expect([code, JSON.parse(stdout)]).toMatchObject(expected);
      expect(JSON.parse(stdout)).toMatchObject({ complete: true, tracked_events: 1 });
    }
  });
});
