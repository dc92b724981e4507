import { describe, expect, it } from 'vitest';
import { type Ended, cli } from '../support/cli.js';
import { type TrailRecord, eventIdOf } from '../support/cloudtrail.js';
import { idOf, sessionRow } from '../support/sessions.js';
import {
  type AuditDocument,
  NO_AWS,
  WINDOW,
  fileOf,
  roleArn,
  roleRecord,
  runOver,
  untracked,
  writeTrail,
} from '../support/trail.js';

const SESSION = sessionRow(5040, { status: 'active' });
const CI = {
  type: 'AssumedRole',
  principalId: 'AROA:run-7',
  arn: 'arn:aws:sts::111122223333:assumed-role/CI/run-7',
  sessionContext: { sessionIssuer: { arn: roleArn('CI') } },
};
const records: readonly TrailRecord[] = [
  roleRecord(1, { at: '2026-01-20T12:05:00Z', tag: idOf(5040) }),
  roleRecord(2, { caller: CI, role: 'Deploy' }),
  roleRecord(3, { caller: CI, role: 'Admin' }),
  roleRecord(4, { identity: 'break-glass-1' }),
  roleRecord(5, { at: '2026-01-18T23:59:59Z', role: 'Old' }),
  roleRecord(6, { at: '2026-01-19T00:00:00Z', role: 'Old' }),
  roleRecord(7, { identity: `sentinel-${idOf(1)}`, at: '2026-01-21T00:00:00Z' }),
];

const audit = (rules: string, args: readonly string[] = ['--json']): Promise<Ended> =>
  untracked(records, [SESSION], ['--allow', fileOf('allow.yaml', rules), ...args]);

const RULES = `rules:
  - { name: CI, reason: deploys, caller: "*:role/CI", role: "*:role/Deploy" }
  - { name: break glass, reason: INC-1, source_identity: break-glass-* }
  - { name: until the 19th, reason: migration, role: "*/Old", until: 2026-01-19 }
  - { name: nobody, reason: unknown, role: "*/Nobody" }
`;

describe('what an allow list permits', () => {
  it('is counted apart, in no total, and the rest is reported', async () => {
    const { code, stdout } = await audit(RULES);
    const document = JSON.parse(stdout) as AuditDocument;
    expect(document).toMatchObject({
      total_events: 4,
      tracked_events: 1,
      untracked_events: 2,
      orphaned_events: 1,
      excluded: { allowed: 3 },
    });
    const ids = document.untracked_sessions.map(({ event_id }) => event_id);
    expect(ids.toSorted()).toEqual([3, 6, 7].map(eventIdOf).toSorted());
    expect(code).toBe(1);
  });

  it('is no finding: with all permitted the exit code is 0', async () => {
    const { code, stdout } = await audit('rules: [{ name: all, reason: test, role: "*" }]', []);
    expect(code).toBe(0);
    expect(stdout).toContain('Total events:     1\nTracked:          1 (100.0%)\n');
    expect(stdout).toContain('Allowed:          6\n');
    expect(stdout).toContain('\nResult: All sessions properly tracked\n');
  });

  it('is not asked of tracked events, nor of what is not judged', async () => {
    const rules = fileOf('allow.yaml', 'rules: [{ name: all, reason: test, role: "*" }]');
    const failed = roleRecord(8, { more: { errorCode: 'AccessDenied' } });
    const some = [records[0]!, failed];
    const { stdout } = await untracked(some, [SESSION], ['--json', '--allow', rules]);
    expect(JSON.parse(stdout)).toMatchObject({
      tracked_events: 1,
      excluded: { allowed: 0, failed_calls: 1 },
    });
  });

  it('is left out of export verdicts too', async () => {
    const args = ['--columns', 'event_id', '--allow', fileOf('allow.yaml', RULES)];
    const { stdout, stderr } = await runOver(['export', 'verdicts'], records, [SESSION], args);
    expect(stdout.split('\n').slice(1, -1).toSorted()).toEqual(
      [1, 3, 6, 7].map(eventIdOf).toSorted(),
    );
    expect(stderr).toContain('exported 4 verdicts');
    expect(stderr).toContain('3 allowed');
  });
});

describe('a rule', () => {
  it('that has expired or matched nothing is pointed out, and no other', async () => {
    const { stderr } = await audit(RULES);
    const notes = stderr.split('\n').filter((line) => line.startsWith('note: the rule '));
    expect(notes).toEqual([
      expect.stringMatching(/"until the 19th".* expired 2026-01-19T00:00:00Z/),
      expect.stringMatching(/"nobody".* matched nothing/),
    ]);
    const { stdout } = await audit(RULES, ['--json']);
    const { caveats } = JSON.parse(stdout) as { caveats: readonly { code: string }[] };
    expect(caveats.filter(({ code }) => code.endsWith('_allow_rule'))).toMatchObject([
      { code: 'expired_allow_rule', count: 1, weight: 'note' },
      { code: 'unused_allow_rule', count: 1, weight: 'note' },
    ]);
  });

  it('is counted under its name', async () => {
    const { stderr } = await audit(RULES, ['--verbose']);
    expect(stderr).toMatch(/"CI".* 1 (call|event)/);
    expect(stderr).toMatch(/"break glass".* 1 (call|event)/);
  });
});

describe('errors of the file', () => {
  it('are all told at once with line and column, and nothing is read', async () => {
    const path = fileOf(
      'allow.yaml',
      'rules:\n  - name: a\n    rol: x\n  - name: a\n    reason: r\n    role: "*"\n    until: soon\n',
    );
    const inputs = ['--events', writeTrail(records), '--sessions', '/dev/null', '--allow', path];
    const ended = await cli(['untracked-sessions', ...WINDOW, ...inputs], { env: NO_AWS });
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    const places = [...ended.stderr.matchAll(/allow\.yaml:(\d+:\d+): rules\.(\d)/g)];
    expect(places.map(([, place]) => place)).toEqual(['2:5', '2:5', '3:5', '4:11', '7:12']);
    expect(ended.stderr).not.toMatch(/files?, \d/);
  });

  it.each([
    ['no YAML', 'rules: [', /allow\.yaml:1:\d+: /],
    ['no rules', 'rule: []\n', /allow\.yaml:1:1: /],
    ['no conditions', 'rules: [{ name: a, reason: b }]', /at least one of role, caller/],
  ])('%s', async (_, content, message) => {
    const { code, stdout, stderr } = await audit(content);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});
