import { describe, expect, test } from 'vitest';
import {
  type ComplianceReportOptions,
  complianceReport,
} from '../../../src/audit/report/compliance-report.js';
import type { Evidence } from '../../../src/audit/evidence.js';
import { type Caveat, exitCodeOf } from '../../../src/model/report/caveat.js';
import type { ProfileCompliance } from '../../../src/model/report/profile-compliance.js';
import type { CallCount } from '../../../src/model/verdict/call-count.js';
import { reportText } from '../../../src/sinks/reports/text.js';
import { arn, callCount, trackedCount } from '../counts.js';
import { OPTIONS, evidenceOf } from '../evidence-of.js';

const UNVERIFIABLE = callCount({ category: 'orphaned', unverifiable: true, hasIdentity: true });

const told = (
  counts: readonly CallCount[],
  named = ['prod'],
  options: Partial<ComplianceReportOptions> = {},
  more: Partial<Evidence> = {},
) => {
  const report = complianceReport(
    evidenceOf(counts, { named, ...more }, options),
    {
      ...OPTIONS,
      requirementOf: (profile) => ({
        required: profile === 'prod',
        rule: profile === 'prod' ? 'r' : undefined,
      }),
      named,
      ...options,
    },
    [],
  );
  return { ...report, code: exitCodeOf(report.findings, report.caveats) };
};
const rowsOf = async (report: ReturnType<typeof told>): Promise<ProfileCompliance[]> => {
  const rows: ProfileCompliance[] = [];
  for await (const batch of report.list.rows()) rows.push(...batch);
  return rows;
};
const IN_PROD = { roleArn: arn('Prod') };

test('an untracked call counts for every profile that has a claim on its role', async () => {
  const counts = [trackedCount('prod', IN_PROD), trackedCount('dev', IN_PROD), callCount(IN_PROD)];
  expect(await rowsOf(told(counts))).toMatchObject([
    { profile: 'dev', untracked: 1, hasGap: false },
    { profile: 'prod', untracked: 1, hasGap: true, fails: true },
  ]);
});

test('a gap is a gap whatever makes a run fail', async () => {
  const counts = [trackedCount('prod', IN_PROD), callCount(IN_PROD)];
  const report = told(counts, ['prod'], { failOn: new Set(['orphaned']) });
  expect(await rowsOf(report)).toMatchObject([{ hasGap: true, fails: false }]);
  expect(report.code).toBe(0);
  expect(report.result).toBe('1 profile(s) with compliance gaps');
});

test('unverifiable calls are in no rate, make no gap, and leave a required profile undetermined', async () => {
  const counts = [trackedCount('prod', IN_PROD), { ...UNVERIFIABLE, ...IN_PROD, calls: 2 }];
  const report = told(counts);
  expect(await rowsOf(report)).toMatchObject([
    { tracked: 1, untracked: 0, unverifiable: 2, hasGap: false, undetermined: true },
  ]);
  expect([report.code, report.tail['fully_compliant_profiles']]).toEqual([3, 0]);
});

test('a required profile that nobody used is compliant where every role is placed, else undetermined', async () => {
  const placed = [trackedCount('dev'), callCount()];
  expect(await rowsOf(told(placed))).toMatchObject([{ profile: 'dev' }, { undetermined: false }]);
  expect(told(placed).code).toBe(0);
  const unplaced = [callCount()];
  expect(await rowsOf(told(unplaced))).toMatchObject([
    { profile: 'Admin' },
    { undetermined: true },
  ]);
  expect(told(unplaced).code).toBe(3);
});

test('calls without a role are listed under unknown, and leave required profiles in doubt', async () => {
  const report = told([trackedCount('prod', IN_PROD), callCount({ roleArn: undefined })]);
  expect(await rowsOf(report)).toMatchObject([
    { profile: 'prod' },
    { profile: 'unknown', untracked: 1 },
  ]);
  expect(report.code).toBe(3);
});

test('--profile lists that profile alone, and totals are of the calls that are listed', async () => {
  const counts = [trackedCount('prod', IN_PROD), callCount({ calls: 4 })];
  const report = told(counts, ['prod', 'dev'], { profile: 'dev' });
  expect(await rowsOf(report)).toMatchObject([{ profile: 'dev', tracked: 0, untracked: 0 }]);
  expect(report.tail).toMatchObject({ total_events: 0, excluded: { filtered_out: 5 } });
});

test('annotations are errors for gaps and warnings for what is undetermined', () => {
  const row = {
    profile: 'p',
    required: true,
    rule: 'r',
    tracked: 1,
    untracked: 0,
    unverifiable: 1,
    isKnown: true,
  };
  const state = {
    hasGap: false,
    mayHideCalls: false,
    isWithoutRole: false,
    undetermined: true,
    fails: false,
  };
  const { annotationOf } = told([]);
  expect(annotationOf?.({ ...row, ...state })).toMatchObject({ level: 'warning' });
  expect(annotationOf?.({ ...row, untracked: 1, ...state, hasGap: true })).toMatchObject({
    level: 'error',
  });
  expect(annotationOf?.({ ...row, ...state, undetermined: false })).toBeUndefined();
});

test('the text marks gaps with ! and what is undetermined with ?', async () => {
  let text = '';
  const counts = [trackedCount('prod', IN_PROD), { ...UNVERIFIABLE, ...IN_PROD }];
  for await (const piece of reportText(told(counts))) text += piece;
  expect(text).toContain(
    'prod                  Yes              1           0           100.0% ?\n',
  );
  expect(text).toContain('Result: 1 profile(s) undetermined\n');
});

const caveatsOf = ({ caveats }: ReturnType<typeof told>): string[] =>
  caveats.map(({ code, count, weight }) => `${count} ${code}: ${weight}`);

test('a profile that nothing knows has no rate, and is undecided', async () => {
  const report = told([], ['dev'], { profile: 'nobody' });
  expect(await rowsOf(report)).toMatchObject([{ profile: 'nobody', isKnown: false }]);
  expect([report.code, report.result]).toEqual([3, expect.stringMatching(/^Undecided - no/)]);
});

test('anomalies make a run fail where they are to, beside the profiles with gaps', () => {
  const anomalous = trackedCount('prod', { ...IN_PROD, anomalies: ['user_mismatch'] });
  const failOn = new Set(['user_mismatch', 'no_source_identity']);
  expect(told([anomalous], ['prod'], { failOn }).findings).toBe(1);
  expect(told([anomalous, callCount(IN_PROD)], ['prod'], { failOn }).findings).toBe(2);
  expect(told([anomalous]).findings).toBe(0);
});

describe('calls without a role', () => {
  const counts = [
    trackedCount('prod', IN_PROD),
    trackedCount('prod', { roleArn: undefined }),
    callCount({ roleArn: undefined, calls: 2 }),
  ];

  test('are undecided where a profile is required', () => {
    expect(caveatsOf(told(counts))).toContain('2 calls_without_role: undecided');
  });

  test('are a note where none is, and where all of them failed', () => {
    const options = { requirementOf: () => ({ required: false, rule: undefined }) };
    expect(caveatsOf(told(counts, ['prod'], options))).toContain('2 calls_without_role: note');
    const failed = counts.map((one) => ({ ...one, isFailed: true }));
    expect(caveatsOf(told(failed))).toContain('2 calls_without_role: note');
    const some = callCount({ roleArn: undefined, isFailed: true });
    expect(caveatsOf(told([...counts, some]))).toContain('3 calls_without_role: undecided');
  });
});

describe('a profile is told as', () => {
  const ofProfiles = (report: ReturnType<typeof told>): string[] =>
    caveatsOf(report).filter((line) => line.includes('_profile: '));
  const tracked = trackedCount('prod', IN_PROD);
  const unsure = { ...UNVERIFIABLE, ...IN_PROD };

  test('unverifiable where it is required and has no gap, undecided where orphaned calls fail', () => {
    expect(caveatsOf(told([tracked, unsure]))).toContain('1 unverifiable_profile: undecided');
    const failOn = new Set(['no_source_identity']);
    const note = told([tracked, unsure], ['prod'], { failOn });
    expect(caveatsOf(note)).toContain('1 unverifiable_profile: note');
    expect(note.code).toBe(0);
    const beside = told([tracked, unsure, trackedCount('dev'), callCount()], ['prod'], { failOn });
    expect(caveatsOf(beside)).toContain('1 unverifiable_profile: note');
    for (const counts of [
      [tracked, unsure, callCount(IN_PROD)],
      [tracked, trackedCount('dev'), UNVERIFIABLE],
    ]) {
      expect(caveatsOf(told(counts)).join()).not.toContain('unverifiable_profile');
    }
  });

  test('undetermined where it is required, and no other', () => {
    const report = told([callCount({ calls: 4 })]);
    expect(ofProfiles(report)).toEqual(['1 undetermined_profile: undecided']);
    const { text } = report.caveats.find(({ code }) => code === 'undetermined_profile')!;
    expect(text).toMatch(/whether prod is compliant: .*, and 4 untracked calls could only/);
  });
});

test('calls that may be of the profile that is asked for are told once', () => {
  const tellsOf = (profile: string): string[] =>
    caveatsOf(told([callCount({ calls: 4 })], ['prod', 'dev'], { profile })).filter((line) =>
      line.endsWith('undecided'),
    );
  expect(tellsOf('prod')).toEqual(['1 undetermined_profile: undecided']);
  expect(tellsOf('dev')).toEqual(['4 unattributed_calls: undecided']);
});

test('a profile with a role is told that sessions of roles with untracked calls are gone', () => {
  const known = [trackedCount('prod', IN_PROD), trackedCount('dev')];
  const report = told([...known, callCount(), UNVERIFIABLE]);
  const texts = report.caveats.flatMap(({ code, text }) =>
    code === 'undetermined_profile' ? [text] : [],
  );
  expect(texts).toEqual([expect.stringMatching(/whether prod is compliant: roles with untracked/)]);
});

test('what was not read stands with the other caveats', () => {
  const unread: Caveat = { code: 'broken_files', count: 1, weight: 'incomplete', text: '' };
  const requirementOf = () => ({ required: false, rule: undefined });
  const options = { ...OPTIONS, requirementOf, named: undefined };
  expect(complianceReport(evidenceOf([]), options, [unread]).caveats).toContain(unread);
});

test.each<[string, readonly CallCount[], boolean]>([
  ['1 profile(s) with compliance gaps', [trackedCount('prod', IN_PROD), callCount(IN_PROD)], false],
  ['Incomplete - no gap in what could be read', [callCount()], false],
  ['1 profile(s) undetermined', [callCount()], true],
  ['All required profiles fully compliant', [trackedCount('prod', IN_PROD)], true],
])('the result is %s', (result, counts, complete) => {
  expect(told(counts, ['prod'], {}, { complete }).result).toBe(result);
});

test('nothing that was read has no rate in the summary of a run that is not complete', () => {
  const summaryOf = (complete: boolean): string =>
    told([], ['prod'], {}, { complete }).summary.join('\n');
  expect(summaryOf(true)).toContain('0 tracked (100.0%)');
  expect(summaryOf(false)).toContain('0 tracked, ');
});

test('calls that only a name places are counted though they are not listed', () => {
  const report = told([callCount({ calls: 3 })], ['prod'], { role: arn('Other') });
  expect(report.tail).toMatchObject({ total_events: 0, unattributed_events: 3 });
});

test('an annotation says why a profile is undetermined', () => {
  const { annotationOf } = told([]);
  const messageOf = (unverifiable: number, isWithoutRole = true): string | undefined =>
    annotationOf?.({
      profile: 'p',
      required: true,
      rule: undefined,
      tracked: 0,
      untracked: 0,
      unverifiable,
      isKnown: true,
      hasGap: false,
      mayHideCalls: true,
      isWithoutRole,
      undetermined: true,
      fails: false,
    })?.message;
  expect(messageOf(2)).toBe('profile p: 2 role events could not be verified');
  expect(messageOf(0)).toMatch(/^profile p: no role of it is known/);
  expect(messageOf(0, false)).toMatch(/^profile p: roles .* sessions that are gone$/);
});

test('a report without a policy says so', () => {
  const policyLine = (named: readonly string[] | undefined): unknown => {
    const part = told([], undefined, { named }).parts[1]!;
    return part.kind === 'lines' ? part.lines[0] : undefined;
  };
  expect(policyLine(undefined)).toBe('Profiles with require_server_session: 0 (no policy given)');
  expect(policyLine(['prod'])).toBe('Profiles with require_server_session: 1');
});

test('anomalies that make a run fail are its result, and an annotation of no row', () => {
  const anomalous = trackedCount('prod', { ...IN_PROD, anomalies: ['after_revocation'] });
  const report = told([anomalous], ['prod'], { failOn: new Set(['after_revocation']) });
  expect([report.result, report.code]).toEqual(['1 anomaly in tracked sessions', 1]);
  expect(report.annotations).toMatchObject([{ level: 'error' }]);
  expect(told([anomalous]).annotations).toEqual([]);
});

test('a role that no call assumed makes no profile compliant', () => {
  const report = told([trackedCount('prod', IN_PROD)], ['prod'], { role: arn('Other') });
  expect(report.tail).toMatchObject({ required_profiles: 1, fully_compliant_profiles: 0 });
  expect(report.result).toMatch(/^Nothing to judge - no call/);
});

test('it says how the calls were placed that it is about, not those of other roles', () => {
  const counts = [trackedCount('prod', IN_PROD), callCount(IN_PROD), callCount({ calls: 3 })];
  const placed = (options: Partial<ComplianceReportOptions>) =>
    told(counts, ['prod'], options).tail;
  expect(placed({})).toMatchObject({ attributed_by: { tracked: 1, role_name: 3 } });
  expect(placed({ role: arn('Prod') })['attributed_by']).toEqual({ tracked: 1 });
});

test('a policy that requires profiles without naming them leaves calls undecided that may be of them', () => {
  const requirementOf = (profile: string) => ({ required: profile !== 'Admin', rule: undefined });
  const options = { requirementOf, failOn: new Set(['no_source_identity']) };
  const report = told([callCount(), UNVERIFIABLE], [], options);
  expect(caveatsOf(report)).toContain('2 unattributed_calls: undecided');
  expect(report.code).toBe(3);
  // A call without a role is told elsewhere, and one that counts for a required profile is a gap.
  const roleless = callCount({ roleArn: undefined });
  expect(caveatsOf(told([callCount(), UNVERIFIABLE, roleless], [], options))).toContain(
    '2 unattributed_calls: undecided',
  );
  const suspected = trackedCount('prod', { anomalies: ['user_mismatch'] });
  expect(caveatsOf(told([callCount(), suspected], ['Admin'], options)).join()).not.toContain(
    'unattributed',
  );
  const all = { ...options, requirementOf: () => ({ required: true, rule: undefined }) };
  const toldOfAll = caveatsOf(told([callCount(), UNVERIFIABLE], [], all)).join();
  expect(toldOfAll).not.toMatch(/undetermined|unattributed/);
  const named = { ...options, requirementOf: () => ({ required: false, rule: undefined }) };
  expect(told([callCount(), UNVERIFIABLE], [], named).code).toBe(0);
  expect(told([callCount()], [], options).code).toBe(3); // the name of a role is a weak sign
  expect(told([callCount(), trackedCount('Admin')], [], options).code).toBe(0);
});

test('a profile without a role is told that sessions are gone, where the name of no role is the doubt', () => {
  const report = told([trackedCount('dev'), callCount(), UNVERIFIABLE], ['prod']);
  const { text } = report.caveats.find(({ code }) => code === 'undetermined_profile')!;
  expect(text).toMatch(/no role of it is known, and roles with untracked calls were also assumed/);
});
