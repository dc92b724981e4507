import { describe, expect, test } from 'vitest';
import type { CaveatOptions } from '../../../src/audit/report/report-options.js';
import { untrackedReport } from '../../../src/audit/report/untracked-report.js';
import { type Caveat, exitCodeOf } from '../../../src/model/report/caveat.js';
import type { AttributedVerdict } from '../../../src/model/verdict/attributed-verdict.js';
import type { CallCount } from '../../../src/model/verdict/call-count.js';
import { fromRows } from '../../../src/pipeline/from-rows.js';
import { reportText } from '../../../src/sinks/reports/text.js';
import { rowsOf } from '../../support/contracts.js';
import { roleEvent } from '../../support/records.js';
import { arn, callCount, trackedCount } from '../counts.js';
import { OPTIONS, evidenceOf } from '../evidence-of.js';

const UNVERIFIABLE = callCount({ category: 'orphaned', unverifiable: true, hasIdentity: true });

const told = (
  counts: readonly CallCount[],
  options: Partial<CaveatOptions> = {},
  complete = true,
  verdicts: readonly AttributedVerdict[] = [],
) => {
  const all = evidenceOf(counts, { named: ['dev'], complete }, options);
  const report = untrackedReport(all, () => fromRows(verdicts), { ...OPTIONS, ...options }, []);
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

test('what was not read stands with the other caveats, and makes 3 beside findings', () => {
  const unread: Caveat = { code: 'broken_files', count: 1, weight: 'incomplete', text: '' };
  const all = evidenceOf([callCount()]);
  const { findings, caveats } = untrackedReport(all, () => fromRows([]), OPTIONS, [unread]);
  expect(caveats).toContain(unread);
  expect(exitCodeOf(findings, caveats)).toBe(3);
});

test('findings come before what was not read in the result, and that before what is undecided', () => {
  expect(told([callCount()], {}, false).result).toMatch(/^1 untracked session/);
  expect(told([UNVERIFIABLE], {}, false).result).toMatch(/^Incomplete/);
  expect(told([], { profile: 'nobody' }).result).toMatch(/^Undecided - .* the profile nobody/);
});

test('calls that may be of the profile leave it without a rate', () => {
  const report = told([callCount()], { profile: 'dev' });
  expect([report.code, report.head['compliance_rate']]).toEqual([3, undefined]);
  expect(report.head).toMatchObject({ total_events: 0, unattributed_events: 1 });
});

describe('calls without a role', () => {
  const counts = [
    callCount({ roleArn: undefined, calls: 2 }),
    trackedCount('dev', { roleArn: undefined }),
    callCount(),
  ];
  const withoutRole = (options: Partial<CaveatOptions>): string | undefined =>
    told(counts, options).caveats.find(({ code }) => code === 'calls_without_role')?.text;

  test('are listed in doubt where a role or a profile is asked for', () => {
    expect(withoutRole({ role: arn('Admin') })).toMatch(/^2 findings have no role ARN; .*Admin$/);
    expect(withoutRole({ profile: 'dev' })).toMatch(/^2 findings .* to dev$/);
  });

  test('are no doubt where all calls are listed', () => {
    expect(withoutRole({})).toBeUndefined();
  });
});

describe('verdicts', () => {
  const verdict = (n: number, more: Partial<AttributedVerdict> = {}): AttributedVerdict => ({
    call: { ...roleEvent(n), roleArn: arn('Admin'), eventTime: `2026-01-20T12:00:0${n}Z` },
    category: 'no_source_identity',
    match: undefined,
    anomalies: [],
    unverifiable: false,
    profiles: ['dev'],
    ...more,
  });
  const verdicts = [
    verdict(1),
    verdict(2, { category: 'orphaned', unverifiable: true }),
    verdict(3, { category: 'tracked', anomalies: ['user_mismatch'] }),
    verdict(4, { profiles: ['prod'] }),
  ];
  const counts = [
    callCount(),
    UNVERIFIABLE,
    trackedCount('dev', { anomalies: ['user_mismatch'] }),
    callCount({ roleArn: arn('Prod') }),
  ];
  const report = told(counts, { profile: 'dev' }, true, verdicts);
  const timesOf = async (list: typeof report.list | undefined): Promise<string[]> =>
    (await rowsOf(list!.rows())).map(({ call }) => call.eventTime.slice(17, 19));

  test('are listed in documents by what they are, of the profile that is asked for', async () => {
    expect(await timesOf(report.list)).toEqual(['01', '02']);
    expect(await timesOf(report.also)).toEqual(['03']);
  });

  test('stand in the text under findings, what cannot be verified, and anomalies', async () => {
    let text = '';
    for await (const piece of reportText(report)) text += piece;
    const [, findings, unverifiable, anomalies] = text.split(/^(?:Untr|Unv|Anom)\w+.*\(1\)\n-+\n/m);
    expect(findings).toMatch(/^\[no_source_identity\] 2026-01-20T12:00:01Z\n/);
    expect(findings).not.toContain('12:00:02Z');
    expect(unverifiable).toMatch(/^\[orphaned\] 2026-01-20T12:00:02Z\n/);
    expect(anomalies).toMatch(/^\[user_mismatch\] 2026-01-20T12:00:03Z\n/);
    expect(text).not.toContain('12:00:04Z');
  });

  test('have no part in the text where there are none', () => {
    const titles = told([trackedCount('dev')]).parts.map(({ title }) => title);
    expect(titles).toEqual(['Summary', 'Counted Apart', 'Evidence']);
  });
});

test('orphaned calls are findings in the result and in the summary; unverifiable ones have a line', () => {
  const orphaned = callCount({ category: 'orphaned', calls: 2 });
  const { result, parts } = told([orphaned, UNVERIFIABLE, trackedCount('dev', { calls: 6 })]);
  expect(result).toBe('2 untracked session(s) detected - compliance gap');
  expect(parts[0]).toMatchObject({
    facts: [
      ['Total events', '9'],
      ['Tracked', '6 (75.0%)'],
      ['Untracked', '0'],
      ['Orphaned', '2'],
      ['Unverifiable', '1'],
    ],
  });
  expect(parts.map(({ title }) => title)).toContain('Untracked Sessions (2)');
});

test('only findings that are listed make a run fail', () => {
  const counts = [callCount({ roleArn: arn('Other') }), trackedCount('dev')];
  expect(told(counts, { role: arn('Admin') }).code).toBe(0);
  expect(told(counts, { role: arn('Other') }).code).toBe(1);
});

test('anomalies that make a run fail are its result, unless there is a finding', () => {
  const anomalous = trackedCount('dev', { anomalies: ['outside_session'], calls: 2 });
  const options = { failOn: new Set(['outside_session']) };
  const report = told([anomalous], options);
  expect([report.result, report.code]).toEqual(['2 anomalies in tracked sessions', 1]);
  expect(told([anomalous]).result).toBe('All sessions properly tracked');
  expect(told([anomalous, callCount()], options).result).toMatch(/^1 untracked/);
});
