import { ExitCode } from '../errors.js';
import type { AuditSummary } from '../model/report/audit-summary.js';
import { requirementOf } from '../model/policy/requirement.js';
import { type Policy, profilesNamed } from '../model/policy/policy.js';
import {
  PROFILE_COLUMNS,
  type ProfileCompliance,
  type ProfileReport,
  type RequirementOf,
  reportProfiles,
} from '../model/attribution/profile-report.js';
import type { ComplianceOptions } from '../options/check/audit-options.js';
import { type Sink, pipe } from '../pipeline/pipe.js';
import { type Done, type Run, count } from '../run/run.js';
import { countProfiles } from '../sinks/reports/compliance-report.js';
import { chosenColumns, openSink, openWriter } from '../sinks/open.js';
import { type Audit, judgeEvents } from '../audit/judge-calls.js';
import { pointOutRules, pointOutUnknown } from '../audit/audit-doubts.js';
import { fromRows } from '../pipeline/from-rows.js';
import { summarize } from '../audit/summarize.js';
import { countFields, evidenceFields, windowFields } from '../audit/summary-fields.js';
import { summaryLines } from '../audit/summary-lines.js';
import type { Tally } from '../audit/tally.js';

/** Reports for each profile whether tracked sessions are demanded, and whether that is kept. */
export async function sessionCompliance(options: ComplianceOptions, run: Run): Promise<Done> {
  const { profile, failOn, output } = options;
  const policy = options.policy?.policy;
  for (const warning of options.policy?.warnings ?? []) run.context.note(warning);
  const audit = await judgeEvents(options, run, () => false);
  try {
    const named = policy === undefined ? [] : profilesNamed(policy);
    for (const name of [...named, ...(profile === undefined ? [] : [profile])]) {
      audit.tally.profiles.nameProfile(name);
    }
    const whole = reportProfiles({
      roles: audit.tally.profiles,
      trackedByProfile: audit.tally.trackedByProfile,
      untrackedByRole: audit.tally.untrackedByRole,
      requirementOf: remembering(policy),
      named,
      asked: profile,
      failOn,
    });
    const report = { ...whole, profiles: whole.profiles.filter(isWanted(profile)) };
    const summary = summaryOf(audit, options, run);
    await pipe(fromRows(report.profiles), await openReport(report, summary, audit, options, run));
    pointOutRules(audit.tally, options, run);
    pointOutUnknown(audit.tally, summary, options, run);
    pointOutUnplaced(audit.tally.rolelessEvents, run);
    pointOutDoubts(report, summary, audit.tally, run);
    return {
      lines: output.format === 'table' && !options.forGithub ? [] : linesOf(summary, report),
      exitCode: exitCodeOf(report, summary, audit.tally, options),
    };
  } finally {
    await audit.dispose();
  }
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

/** The numbers of all events; what is odd or cannot be told is of the profile that is asked for. */
function summaryOf(audit: Audit, options: ComplianceOptions, run: Run): AuditSummary {
  const { unverifiable, unchecked, anomalies } = summarize(audit, options, run);
  const ofAll = summarize(audit, { ...options, profile: undefined }, run);
  return { ...ofAll, unverifiable, unchecked, anomalies };
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
  if (forGithub) return (await import('../sinks/reports/github.js')).github(write);
  if (output.format === 'table') {
    const { complianceReport } = await import('../sinks/reports/compliance-report.js');
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
): Record<'before' | 'after', Readonly<Record<string, unknown>>> {
  const counts = countProfiles(report.profiles);
  return {
    before: windowFields(summary),
    after: {
      required_profiles: counts.required,
      fully_compliant_profiles: counts.compliant,
      profiles_with_gaps: counts.gaps,
      undetermined_profiles: counts.undetermined,
      unattributed_events: report.unattributed,
      ...countFields(summary),
      ...evidenceFields(summary),
      attributed_by: report.attributedBy,
      disagreements: disagreements.map(({ roleArn, ways }) => ({ role_arn: roleArn, ...ways })),
    },
  };
}

function linesOf(summary: AuditSummary, report: ProfileReport): string[] {
  const { required, compliant, gaps, undetermined } = countProfiles(report.profiles);
  const ways = Object.entries(report.attributedBy).map(([way, number]) => `${number} by ${way}`);
  return [
    `${count(report.profiles.length, 'profile')}: ${required} required, ${compliant} compliant, ${gaps} with gaps, ${undetermined} undetermined`,
    ...summaryLines(summary),
    ...(ways.length === 0 ? [] : [`untracked events placed: ${ways.join(', ')}`]),
  ];
}

/** Says what could not be told, and what to do about it. */
function pointOutDoubts(
  { profiles, unattributed, doubtful }: ProfileReport,
  { unverifiable }: AuditSummary,
  { profiles: roles }: Tally,
  { context }: Run,
): void {
  if (unverifiable > 0) {
    context.note(
      `${count(unverifiable, 'event')} cannot be verified: no session that was read is so old, or not all could be read; add archives with --sessions`,
    );
  }
  const undetermined = profiles.filter((row) => row.undetermined).map(({ profile }) => profile);
  if (undetermined.length > 0) {
    context.note(
      `no role of ${undetermined.join(', ')} is known, and ${count(unattributed, 'untracked event')} could only be placed by the name of the role: give --profile-map`,
    );
  }
  if (doubtful > 0) {
    context.note(
      `${count(doubtful, 'untracked event also counts', 'untracked events also count')} against profiles in whose sessions their role was assumed by events alone that cannot be right, or may be second hops; --profile-map decides`,
    );
  }
  const differently = roles.disagreements().length;
  if (differently > 0) {
    context.note(`${count(differently, 'role is', 'roles are')} placed differently by two ways`);
  }
}

function pointOutUnplaced(events: number, { context }: Run): void {
  if (events === 0) return;
  const said = count(events, 'untracked event says no role', 'untracked events say no role');
  context.note(`${said}: counted under unknown, and may be of any profile`);
}

/** A gap is a finding; where none is sure and something could not be told, the run has failed to tell. */
function exitCodeOf(
  { profiles }: ProfileReport,
  { unverifiable, unchecked, anomalies }: AuditSummary,
  { rolelessEvents }: Tally,
  { failOn, from }: ComplianceOptions,
): ExitCode {
  const isOdd = Object.keys(anomalies).some((anomaly) => failOn.has(anomaly));
  if (isOdd || profiles.some(({ fails }) => fails)) return ExitCode.Findings;
  const isThin = unverifiable + unchecked > 0 || profiles.some(({ undetermined }) => undetermined);
  // Denied calls say no role: where they are judged, that is no doubt about a profile.
  const isRoleless = rolelessEvents > 0 && !from.includeFailedCalls;
  const isRequired = profiles.some(({ required }) => required);
  return isThin || (isRoleless && isRequired) ? ExitCode.Failed : ExitCode.Clean;
}
