import { describe, expect, test } from 'vitest';
import type { AuditSummary } from '../../../src/model/report/audit-summary.js';
import { nothingSetAside } from '../../../src/model/report/set-aside.js';
import type { AttributedVerdict } from '../../../src/model/verdict/attributed-verdict.js';
import { parseRoleCall } from '../../../src/model/role-call/role-call.js';
import { parseInstant } from '../../../src/model/time/instant.js';
import {
  type UntrackedReport,
  untrackedReport,
} from '../../../src/sinks/reports/untracked-report.js';
import { Watched, sinkContract, written } from '../../support/contracts.js';
import { type Call, roleRecord } from '../../support/trail.js';

const SUMMARY: AuditSummary = {
  since: parseInstant('2026-01-17T00:00:00Z')!,
  until: parseInstant('2026-01-24T00:00:00Z')!,
  total: 1,
  tracked: 0,
  untracked: 1,
  orphaned: 0,
  unverifiable: 0,
  unattributed: 0,
  anomalies: {},
  excluded: nothingSetAside(),
  rejected: 0,
  complete: true,
  regions: [],
  freshUntil: undefined,
  athena: undefined,
  failing: 0,
  unchecked: 0,
  anomalous: 0,
};

function finding(call: Call = {}, more: Partial<AttributedVerdict> = {}): AttributedVerdict {
  return {
    event: parseRoleCall(roleRecord(0, call))!,
    category: 'no_source_identity',
    match: undefined,
    anomalies: [],
    unverifiable: false,
    profiles: [],
    ...more,
  };
}

const reportOf = (more: Partial<UntrackedReport> = {}): UntrackedReport => ({
  summary: SUMMARY,
  anomalies: new Watched<AttributedVerdict>([]),
  hints: [],
  ...more,
});

const text = (
  report: UntrackedReport,
  findings: readonly AttributedVerdict[] = [],
): Promise<string> =>
  written((write) => untrackedReport(report, write), findings.length === 0 ? [] : [findings]);

sinkContract('the report', (write) => untrackedReport(reportOf(), write), {
  row: finding(),
  isWhole: (report, rows) => {
    expect(report.startsWith('Untracked Session Detection\n')).toBe(true);
    expect(report.split('[no_source_identity]').length - 1).toBe(rows);
    expect(report.endsWith('\nResult: 1 untracked session(s) detected - compliance gap\n')).toBe(
      true,
    );
  },
});

describe('the result', () => {
  test.each<[string, Partial<AuditSummary>]>([
    ['4 untracked session(s) detected - compliance gap', { untracked: 3, orphaned: 1 }],
    ['2 untracked session(s) detected - compliance gap', { untracked: 2, complete: false }],
    ['All sessions properly tracked', { untracked: 0, total: 0 }],
    ['Incomplete - nothing untracked in what could be read', { untracked: 0, complete: false }],
  ])('%s', async (result, summary) => {
    const report = await text(reportOf({ summary: { ...SUMMARY, ...summary } }));
    expect(report.endsWith(`\n\nResult: ${result}\n`)).toBe(true);
  });
});

test('what was counted apart is in the order of SPEC 2.2', async () => {
  const excluded = {
    service_calls: 26,
    failed_calls: 13,
    duplicates: 4,
    outside_window: 3,
    not_judged: 2,
    allowed: 1,
  };
  expect(await text(reportOf({ summary: { ...SUMMARY, excluded } }))).toContain(`
Counted Apart
-------------
Service calls:    26
Failed calls:     13
Duplicates:       4
Outside window:   3
Not judged:       2
Allowed:          1
`);
});

test('a field that an event does not have is left out', async () => {
  const more = { requestParameters: null, resources: undefined, sourceIPAddress: undefined };
  const report = await text(reportOf(), [finding({ more })]);
  expect(report).not.toMatch(/Role:|Source IP:|Source Identity:|undefined/);
  expect(report).toContain('  Reason: No SourceIdentity set on AssumeRole call\n');
});

test('what cannot be verified is said, in its place and in the summary', async () => {
  const summary = { ...SUMMARY, untracked: 0, orphaned: 1, unverifiable: 1 };
  const orphaned = finding({ identity: 'x' }, { category: 'orphaned', unverifiable: true });
  const report = await text(reportOf({ summary }), [orphaned]);
  expect(report).toContain('Orphaned:         1 (1 unverifiable)\n');
  expect(report).toContain(
    'session not found (expired/deleted) - from before the oldest session that was read\n',
  );
});

test('anomalies stand after the findings and hints before the result', async () => {
  const session = {
    id: '0123456789abcdef',
    user: 'alice',
    profile: undefined,
    status: undefined,
    startedAt: undefined,
    expiresAt: undefined,
    updatedAt: undefined,
  };
  const anomaly = finding(
    {},
    {
      category: 'tracked',
      anomalies: ['user_mismatch', 'role_mismatch'],
      match: { session, matchedBy: 'tag' },
    },
  );
  const anomalies = new Watched([[anomaly]]);
  const report = await text(
    reportOf({
      summary: { ...SUMMARY, anomalous: 1 },
      anomalies,
      hints: ['one', 'two'],
    }),
    [finding()],
  );
  expect(report).toMatch(
    /Untracked Sessions \(1\)\n-+\n\[no_source_identity\][^]+\nAnomalies \(1\)\n-+\n\[user_mismatch, role_mismatch\][^]+\n {2}Session: 0123456789abcdef \(alice\)\n\nHint: one\nHint: two\n\nResult: /,
  );
});

test('without findings and anomalies their headings are not there', async () => {
  const summary = { ...SUMMARY, untracked: 0, total: 0 };
  const report = await text(reportOf({ summary }));
  expect(report).not.toMatch(/Untracked Sessions|Anomalies|Hint/);
});
