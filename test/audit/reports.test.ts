import { describe, expect, test } from 'vitest';
import { complianceReport } from '../../src/audit/report/compliance-report.js';
import type { CaveatOptions } from '../../src/audit/report/caveats.js';
import { untrackedReport } from '../../src/audit/report/untracked-report.js';
import { exitCodeOf } from '../../src/model/report/caveat.js';
import type { ProfileCompliance } from '../../src/model/report/profile-compliance.js';
import type { CallCount } from '../../src/model/verdict/call-count.js';
import { fromRows } from '../../src/pipeline/from-rows.js';
import { reportText } from '../../src/sinks/reports/text.js';
import { arn, callCount, trackedCount } from './counts.js';
import { OPTIONS, evidenceOf } from './evidence-of.js';

const UNVERIFIABLE = callCount({ category: 'orphaned', unverifiable: true, hasIdentity: true });

describe('untracked-sessions', () => {
  const told = (
    counts: readonly CallCount[],
    options: Partial<CaveatOptions> = {},
    complete = true,
  ) => {
    const all = evidenceOf(counts, { named: ['dev'], complete }, options);
    const report = untrackedReport(all, () => fromRows([]), { ...OPTIONS, ...options }, []);
    return { ...report, code: exitCodeOf(report.findings, report.caveats) };
  };

  test('total = tracked + untracked + orphaned + unverifiable, and the last are in no rate', () => {
    const counts = [
      trackedCount('dev', { calls: 3 }),
      callCount({ calls: 2 }),
      callCount({ category: 'orphaned', hasIdentity: true }),
      UNVERIFIABLE,
      callCount({ calls: 9, allowedBy: 'ci' }),
    ];
    expect(told(counts).head).toMatchObject({
      total_events: 7,
      tracked_events: 3,
      untracked_events: 2,
      orphaned_events: 1,
      unverifiable_events: 1,
      compliance_rate: 50,
      excluded: { allowed: 9, filtered_out: 0 },
    });
  });

  test.each<[string, readonly CallCount[], number, number | undefined]>([
    ['All sessions properly tracked', [], 0, 100],
    ['All sessions properly tracked', [trackedCount('dev')], 0, 100],
    ['1 untracked session(s) detected - compliance gap', [callCount(), UNVERIFIABLE], 1, 0],
    ['1 session(s) could not be verified', [UNVERIFIABLE], 3, undefined],
    ['1 session(s) could not be verified', [UNVERIFIABLE, trackedCount('dev')], 3, 100],
  ])('%s', (result, counts, code, rate) => {
    const report = told(counts);
    expect([report.result, report.code, report.head['compliance_rate']]).toEqual([
      result,
      code,
      rate,
    ]);
  });

  test('unverifiable calls make 3 only where orphaned ones are to fail', () => {
    expect(told([UNVERIFIABLE], { failOn: new Set(['no_source_identity']) }).code).toBe(0);
  });

  test('a run that read nothing has no rate', () => {
    const report = told([], {}, false);
    expect(report.head['compliance_rate']).toBeUndefined();
    expect(report.result).toBe('Incomplete - nothing untracked in what could be read');
  });

  test('a role that no call assumed is said, and has no rate', () => {
    const report = told([callCount()], { role: arn('Other') });
    expect([report.code, report.head['compliance_rate']]).toEqual([0, undefined]);
    expect(report.head).toMatchObject({ total_events: 0, excluded: { filtered_out: 1 } });
    expect(report.caveats.map(({ code }) => code)).toContain('unknown_role');
  });

  test('a role pattern selects the roles that match, and calls that do not say their role', () => {
    const counts = [
      callCount(),
      callCount({ roleArn: arn('Other') }),
      callCount({ roleArn: undefined }),
    ];
    expect(told(counts, { role: 'arn:aws:iam::*:role/Ad*' }).head).toMatchObject({
      total_events: 2,
      excluded: { filtered_out: 1 },
    });
  });

  test('a profile that nothing knows is undecided, with the nearest name that is known', () => {
    const report = told([trackedCount('dev')], { profile: 'dve' });
    expect([report.code, report.head['compliance_rate']]).toEqual([3, undefined]);
    const caveat = report.caveats.find(({ code }) => code === 'unknown_profile');
    expect(caveat?.text).toMatch(/knows the profile dve: did you mean dev\?$/);
  });

  test.each(['dev', 'Admin', arn('Admin')])('the profile %s is known', (profile) => {
    const codes = told([callCount()], { profile }).caveats.map(({ code }) => code);
    expect(codes).not.toContain('unknown_profile');
  });

  test('--profile leaves out what is charged to others', () => {
    const counts = [
      trackedCount('dev'),
      callCount(),
      trackedCount('prod', { roleArn: arn('Prod'), calls: 5 }),
      callCount({ roleArn: arn('Prod'), calls: 7 }),
    ];
    expect(told(counts, { profile: 'dev' }).head).toMatchObject({
      total_events: 2,
      tracked_events: 1,
      untracked_events: 1,
      excluded: { filtered_out: 12 },
    });
  });
});

describe('session-compliance', () => {
  const told = (
    counts: readonly CallCount[],
    named = ['prod'],
    options: Partial<CaveatOptions> = {},
  ) => {
    const report = complianceReport(
      evidenceOf(counts, { named }, options),
      {
        ...OPTIONS,
        ...options,
        requirementOf: (profile) => ({
          required: profile === 'prod',
          rule: profile === 'prod' ? 'r' : undefined,
        }),
        named,
        judgesFailedCalls: false,
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
    const counts = [
      trackedCount('prod', IN_PROD),
      trackedCount('dev', IN_PROD),
      callCount(IN_PROD),
    ];
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
});
