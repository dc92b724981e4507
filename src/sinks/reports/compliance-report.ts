import { type AuditSummary, formatRate } from '../../model/report/audit-summary.js';
import {
  type ProfileCompliance,
  type ProfileReport,
  rateOf,
} from '../../model/attribution/profile-report.js';
import type { Disagreement } from '../../model/attribution/role-profiles.js';
import type { Sink, Source } from '../../pipeline/pipe.js';
import { fit, widthOf } from '../fit.js';
import { counted, countedApart, headOf, underlined } from './report-text.js';
import type { WriteText } from '../write-text.js';

export interface ComplianceReport {
  readonly summary: AuditSummary;
  readonly report: ProfileReport;
  /** Roles for which two ways of placing them name different profiles. */
  readonly disagreements: readonly Disagreement[];
  readonly hasPolicy: boolean;
}

/** How many profiles are what, in the words of the report. */
export interface ComplianceCounts {
  readonly required: number;
  readonly compliant: number;
  readonly gaps: number;
  readonly undetermined: number;
}

export function countProfiles(profiles: readonly ProfileCompliance[]): ComplianceCounts {
  const required = profiles.filter((profile) => profile.required);
  const gaps = required.filter(({ hasGap }) => hasGap).length;
  const undetermined = required.filter((profile) => profile.undetermined).length;
  return {
    required: required.length,
    compliant: required.length - gaps - undetermined,
    gaps,
    undetermined,
  };
}

/** The report of `session-compliance` for people; the sink takes the profiles. */
export function complianceReport(
  report: ComplianceReport,
  write: WriteText,
): Sink<ProfileCompliance> {
  return (profiles) => write(reportText(report, profiles));
}

async function* reportText(
  { summary, report, disagreements, hasPolicy }: ComplianceReport,
  profiles: Source<ProfileCompliance>,
): AsyncGenerator<string> {
  let text = `${headOf('Session Compliance Report', summary)}\n`;
  text += `${underlined('Profile Compliance', '-')}${HEADINGS}\n`;
  for await (const batch of profiles) text += batch.map(lineOf).join('');
  const counts = countProfiles(report.profiles);
  text += `
${underlined('Summary', '-')}Profiles with require_server_session: ${counts.required}${hasPolicy ? '' : ' (no policy given)'}
Fully compliant profiles: ${counts.compliant}
Profiles with gaps: ${counts.gaps}
`;
  if (counts.undetermined > 0) text += `Undetermined profiles: ${counts.undetermined}\n`;
  if (summary.unverifiable > 0) text += `Unverifiable events: ${summary.unverifiable}\n`;
  text += `\n${attributionText(report, disagreements)}\n${countedApart(summary.excluded)}`;
  const anomalies = Object.entries(summary.anomalies);
  if (anomalies.length > 0) {
    text += `\n${underlined('Anomalies', '-')}`;
    text += anomalies.map(([name, number]) => `${counted(name, number)}\n`).join('');
  }
  yield `${text}\nResult: ${resultText(counts, summary.complete)}\n`;
}

const HEADINGS = row('Profile', 'Policy Required', 'Tracked', 'Untracked', 'Compliance');

function lineOf(profile: ProfileCompliance): string {
  const mark = profile.hasGap ? ' !' : profile.undetermined ? ' ?' : '';
  const rate = `${formatRate(rateOf(profile))}${mark}`;
  const { required, tracked, untracked } = profile;
  return `${row(fit(profile.profile, 20), required ? 'Yes' : 'No', tracked, untracked, rate)}\n`;
}

function row(
  profile: string,
  required: string,
  tracked: string | number,
  untracked: string | number,
  rate: string,
): string {
  const name = profile + ' '.repeat(Math.max(20 - widthOf(profile), 0));
  const numbers = [tracked, untracked].map((number) => String(number).padEnd(10));
  return [name, required.padEnd(15), ...numbers, rate].join('  ');
}

const WAYS = {
  map: 'by the profile map',
  tracked: 'by tracked events of the same role',
  aws_config: 'by the AWS config',
  session_profile: 'by a session whose profile is the role',
  role_name: 'by the name of the role alone',
} as const;

function attributionText(
  { attributedBy }: ProfileReport,
  disagreements: readonly Disagreement[],
): string {
  const ways = (Object.keys(WAYS) as (keyof typeof WAYS)[]).filter((way) => attributedBy[way]);
  const lines = ways.map((way) => `${attributedBy[way]} ${WAYS[way]}\n`);
  const doubts = disagreements.map(({ roleArn, ways: said }) => {
    const views = Object.entries(said).map(([way, profiles]) => `${way} ${profiles.join(', ')}`);
    return `${fit(roleArn, 200)}: ${fit(views.join('; '), 200)}\n`;
  });
  return [
    `${underlined('Untracked Events Placed', '-')}${lines.join('') || 'none\n'}`,
    doubts.length === 0 ? '' : `\n${underlined('Roles Placed Differently', '-')}${doubts.join('')}`,
  ].join('');
}

function resultText({ gaps, undetermined }: ComplianceCounts, complete: boolean): string {
  if (gaps > 0) return `${gaps} profile(s) with compliance gaps`;
  if (!complete) return 'Incomplete - no gap in what could be read';
  if (undetermined > 0) return `${undetermined} profile(s) undetermined - give --profile-map`;
  return 'All required profiles fully compliant';
}
