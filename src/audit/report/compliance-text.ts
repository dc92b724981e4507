import type { Disagreement } from '../../model/attribution/disagreement.js';
import type { Way } from '../../model/attribution/role-claims.js';
import { type Column, column } from '../../model/columns/column.js';
import {
  type ComplianceCounts,
  type ProfileCompliance,
  profileRate,
} from '../../model/report/profile-compliance.js';
import { formatRate } from '../../model/report/rate.js';
import type { Annotation, TextPart } from '../../model/report/report.js';
import type { Anomaly } from '../../model/verdict/verdict.js';
import { count } from '../../text/quantity.js';

/** Each way by which a role was placed: its name in JSON, and in words. */
const WAYS: Readonly<Record<Way, { readonly name: string; readonly text: string }>> = {
  map: { name: 'map', text: 'by the profile map' },
  tracked: { name: 'tracked', text: 'by tracked events of the same role' },
  aws_config: { name: 'aws_config', text: 'by the AWS config' },
  session_profile: { name: 'session_profile', text: 'by a session whose profile is the role' },
  name: { name: 'role_name', text: 'by the name of the role alone' },
  suspected: { name: 'suspected', text: 'by anomalous or possibly chained calls alone' },
};

export type Ways = Readonly<Partial<Record<Way, number>>>;

function wayEntries(ways: Ways): readonly (readonly [Way, number])[] {
  return (Object.keys(WAYS) as Way[]).flatMap((way) => {
    const calls = ways[way] ?? 0;
    return calls === 0 ? [] : [[way, calls] as const];
  });
}

/** Untracked calls by each way that placed their role, by its name in JSON. */
export function waysByName(ways: Ways): Readonly<Record<string, number>> {
  return Object.fromEntries(wayEntries(ways).map(([way, calls]) => [WAYS[way].name, calls]));
}

/** The same in one line, or none where no call was placed. */
export function waysLine(ways: Ways): readonly string[] {
  const parts = wayEntries(ways).map(([way, calls]) => `${calls} by ${WAYS[way].name}`);
  return parts.length === 0 ? [] : [`untracked events placed: ${parts.join(', ')}`];
}

/** The same as a person reads it. */
export function placedLines(ways: Ways): readonly string[] {
  const lines = wayEntries(ways).map(([way, calls]) => `${calls} ${WAYS[way].text}`);
  return lines.length === 0 ? ['none'] : lines;
}

/** The columns of a profile's line. */
export const TEXT_COLUMNS: readonly Column<ProfileCompliance>[] = [
  column('profile', 'Profile', 20, ({ profile }) => profile),
  column('policy_required', 'Policy Required', 15, ({ required }) => (required ? 'Yes' : 'No')),
  column('tracked_count', 'Tracked', 10, ({ tracked }) => tracked),
  column('untracked_count', 'Untracked', 10, ({ untracked }) => untracked),
  column('compliance_rate', 'Compliance', 10, rateText),
];

function rateText(row: ProfileCompliance): string {
  const rate = profileRate(row);
  const mark = row.hasGap ? ' !' : row.undetermined ? ' ?' : '';
  return `${rate === undefined ? '-' : formatRate(rate)}${mark}`;
}

export function summaryOf(
  { required, compliant, gaps, undetermined }: ComplianceCounts,
  unverifiable: number,
  hasPolicy: boolean,
): readonly string[] {
  return [
    `Profiles with require_server_session: ${required}${hasPolicy ? '' : ' (no policy given)'}`,
    `Fully compliant profiles: ${compliant}`,
    `Profiles with gaps: ${gaps}`,
    ...(undetermined > 0 ? [`Undetermined profiles: ${undetermined}`] : []),
    ...(unverifiable > 0 ? [`Unverifiable events: ${unverifiable}`] : []),
  ];
}

export function differingPart(differing: readonly Disagreement[]): TextPart[] {
  if (differing.length === 0) return [];
  const lines = differing.map(({ roleArn, profiles }) => {
    const views = Object.entries(profiles).map(([way, named]) => `${way} ${named.join(', ')}`);
    return `${roleArn}: ${views.join('; ')}`;
  });
  return [{ kind: 'lines', title: 'Roles Placed Differently', lines }];
}

export function anomaliesPart(anomalies: Readonly<Partial<Record<Anomaly, number>>>): TextPart[] {
  const facts = Object.entries(anomalies).map(([name, calls]) => [name, String(calls)] as const);
  return facts.length === 0 ? [] : [{ kind: 'facts', title: 'Anomalies', facts }];
}

/** Why a profile that has roles of its own is undetermined. */
export const SHARED = 'roles with untracked calls were also assumed with sessions that are gone';

/** What is said of a gap, and of a profile that is undetermined. */
export function annotationOf(row: ProfileCompliance): Annotation | undefined {
  const { profile, rule, tracked, untracked, unverifiable, hasGap, undetermined, isWithoutRole } =
    row;
  const because = rule === undefined ? '' : `, required by rule "${rule}"`;
  if (hasGap) {
    const share = `${untracked} of ${tracked + untracked} role events untracked (${formatRate(profileRate(row) ?? 0)} compliance)`;
    return {
      level: 'error',
      title: 'Session compliance gap',
      message: `profile ${profile}: ${share}${because}`,
    };
  }
  if (!undetermined) return undefined;
  const why =
    unverifiable > 0
      ? `${count(unverifiable, 'role event')} could not be verified`
      : isWithoutRole
        ? 'no role of it is known, and some untracked use could not be placed'
        : SHARED;
  return {
    level: 'warning',
    title: 'Session compliance undetermined',
    message: `profile ${profile}: ${why}${because}`,
  };
}
