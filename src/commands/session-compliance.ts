import { ExitCode } from '../errors.js';
import type { AuditSummary } from '../model/audit-summary.js';
import { requirementOf } from '../model/policy-requirement.js';
import { type Policy, profilesNamed } from '../model/policy.js';
import {
  PROFILE_COLUMNS,
  type ProfileCompliance,
  type ProfileReport,
  type RequirementOf,
  reportProfiles,
} from '../model/profile-report.js';
import { formatInstant } from '../model/timestamp.js';
import type { ComplianceOptions, ReadPolicy } from '../options/audit-options.js';
import { type Sink, type Source, pipe } from '../pipeline.js';
import { type Done, type Run, count } from '../run.js';
import { countProfiles } from '../sinks/compliance-report.js';
import { chosenColumns, openSink, openWriter } from '../sinks/open.js';
import { type Audit, judgeEvents, pointOutRules, summarize } from './audit.js';
import type { Tally } from './tally.js';

/** Reports for each profile whether tracked sessions are demanded, and whether that is kept. */
export async function sessionCompliance(options: ComplianceOptions, run: Run): Promise<Done> {
  const { profile, failOn, output } = options;
  const policy = options.policy?.policy;
  for (const warning of options.policy?.warnings ?? []) run.reading.note(warning);
  const audit = await judgeEvents(options, run, () => false);
  try {
    const summary = summaryOf(
      audit,
      await summarize(audit, { ...options, profile: undefined }, run),
    );
    const whole = reportProfiles({
      roles: audit.tally.profiles,
      trackedByProfile: audit.tally.trackedByProfile,
      untrackedByRole: audit.tally.untrackedByRole,
      requirementOf: remembering(policy),
      named: policy === undefined ? [] : profilesNamed(policy),
      asked: profile,
      failOn,
    });
    const report = { ...whole, profiles: whole.profiles.filter(isWanted(profile)) };
    await pipe(only(report.profiles), await openReport(report, summary, audit, options, run));
    pointOutRules(audit.tally, options, run);
    return {
      lines: output.format === 'table' && !options.forGithub ? [] : summaryLines(summary, report),
      exitCode: exitCodeOf(report, summary, audit.tally, options),
    };
  } finally {
    await audit.dispose();
  }
}

/** Says of each profile that the policy names whether it is required, and by which rule or why not. */
export async function explainPolicy({ policy, warnings }: ReadPolicy, run: Run): Promise<Done> {
  for (const warning of warnings) run.reading.note(warning);
  const rows = profilesNamed(policy).map((profile) => ({
    profile,
    ...requirementOf(policy, profile),
  }));
  const output = { format: 'table', out: undefined, csvRaw: false } as const;
  const columns = [
    {
      name: 'profile',
      title: 'Profile',
      width: 20,
      of: (row: (typeof rows)[number]) => row.profile,
    },
    {
      name: 'policy_required',
      title: 'Policy Required',
      width: 15,
      of: (row: (typeof rows)[number]) => (row.required ? 'Yes' : 'No'),
    },
    { name: 'why', title: 'Why', width: 120, of: (row: (typeof rows)[number]) => row.why },
  ];
  const empty = 'The policy names no profile: its rules are for any.';
  const sink = openSink(output, run.world, { list: 'profiles', columns, color: false, empty });
  await pipe(only(rows), sink);
  return { lines: [] };
}

async function* only<T>(rows: readonly T[]): Source<T> {
  if (rows.length > 0) yield rows;
}

function isWanted(profile: string | undefined): (row: ProfileCompliance) => boolean {
  return (row) => profile === undefined || row.profile === profile;
}

/** Each profile's requirement, found once; without a policy nothing is required. */
function remembering(policy: Policy | undefined): RequirementOf {
  const known = new Map<string, ReturnType<RequirementOf>>();
  return (profile) => {
    const requirement =
      known.get(profile) ??
      (policy === undefined
        ? { required: false, rule: undefined }
        : requirementOf(policy, profile));
    known.set(profile, requirement);
    return requirement;
  };
}

/** The numbers of all events: nothing of them was kept to be counted again. */
function summaryOf({ tally }: Audit, summary: AuditSummary): AuditSummary {
  let untracked = 0;
  let orphaned = 0;
  let unverifiable = 0;
  for (const use of tally.untrackedByRole.values()) {
    for (const counts of [use.found, use.unverifiable]) {
      orphaned += counts.orphaned ?? 0;
      untracked += (counts.no_source_identity ?? 0) + (counts.non_sentinel_format ?? 0);
    }
    for (const number of Object.values(use.unverifiable)) unverifiable += number;
  }
  const total = summary.tracked + untracked + orphaned;
  return { ...summary, total, untracked, orphaned, unverifiable, anomalies: tally.anomalies };
}

async function openReport(
  report: ProfileReport,
  summary: AuditSummary,
  { tally }: Audit,
  { output, columns, policy, forGithub }: ComplianceOptions,
  { world }: Run,
): Promise<Sink<ProfileCompliance>> {
  const write = openWriter(output, world);
  const disagreements = tally.profiles.disagreements();
  if (forGithub) return (await import('../sinks/github.js')).github(write);
  if (output.format === 'table') {
    const { complianceReport } = await import('../sinks/compliance-report.js');
    const hasPolicy = policy !== undefined;
    return complianceReport({ summary, report, disagreements, hasPolicy }, write);
  }
  const profileColumns = chosenColumns(PROFILE_COLUMNS, columns);
  if (output.format === 'json') {
    const { json } = await import('../sinks/json.js');
    const { before, after } = jsonFields(report, summary, disagreements);
    return json('profiles', profileColumns, write, { fields: before, after });
  }
  const rows = { list: 'profiles', columns: profileColumns, color: false, empty: '' };
  return openSink(output, world, rows);
}

function jsonFields(
  report: ProfileReport,
  summary: AuditSummary,
  disagreements: ReturnType<Tally['profiles']['disagreements']>,
): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const counts = countProfiles(report.profiles);
  return {
    before: {
      start_time: formatInstant(summary.since),
      end_time: formatInstant(summary.until),
    },
    after: {
      required_profiles: counts.required,
      fully_compliant_profiles: counts.compliant,
      profiles_with_gaps: counts.gaps,
      undetermined_profiles: counts.undetermined,
      unattributed_events: report.unattributed,
      total_events: summary.total,
      tracked_events: summary.tracked,
      untracked_events: summary.untracked,
      orphaned_events: summary.orphaned,
      unverifiable_events: summary.unverifiable,
      complete: summary.complete,
      rejected: summary.rejected,
      regions: summary.regions,
      fresh_until: summary.freshUntil && formatInstant(summary.freshUntil),
      excluded: summary.excluded,
      athena: summary.athena,
      anomalies: summary.anomalies,
      attributed_by: report.attributedBy,
      disagreements: disagreements.map(({ roleArn, ways }) => ({ role_arn: roleArn, ...ways })),
    },
  };
}

function summaryLines(summary: AuditSummary, report: ProfileReport): string[] {
  const { required, compliant, gaps, undetermined } = countProfiles(report.profiles);
  return [
    `${count(report.profiles.length, 'profile')}: ${required} required, ${compliant} compliant, ${gaps} with gaps, ${undetermined} undetermined`,
    `${count(summary.total, 'event')} judged: ${summary.tracked} tracked, ${summary.untracked} untracked, ${summary.orphaned} orphaned`,
  ];
}

/** A gap is a finding; where none is sure and something could not be told, the run has failed to tell. */
function exitCodeOf(
  { profiles }: ProfileReport,
  { unverifiable }: AuditSummary,
  { anomalies }: Tally,
  { failOn }: ComplianceOptions,
): ExitCode {
  const isOdd = Object.keys(anomalies).some((anomaly) => failOn.has(anomaly));
  if (isOdd || profiles.some(({ fails }) => fails)) return ExitCode.Findings;
  const isThin = unverifiable > 0 || profiles.some(({ undetermined }) => undetermined);
  return isThin ? ExitCode.Failed : ExitCode.Clean;
}
