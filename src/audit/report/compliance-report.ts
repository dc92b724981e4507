import { type Disagreement, disagreements } from '../../model/attribution/disagreement.js';
import type { Way } from '../../model/attribution/role-claims.js';
import { type Column, column } from '../../model/columns/column.js';
import type { Caveat } from '../../model/report/caveat.js';
import {
  type ComplianceCounts,
  PROFILE_COLUMNS,
  type ProfileCompliance,
  countProfiles,
  profileRate,
} from '../../model/report/profile-compliance.js';
import { formatRate } from '../../model/report/rate.js';
import type { Annotation, Report, TextPart } from '../../model/report/report.js';
import { type CallCount, callsIn } from '../../model/verdict/call-count.js';
import type { Anomaly } from '../../model/verdict/verdict.js';
import { fromRows } from '../../pipeline/from-rows.js';
import { count } from '../../text/quantity.js';
import { failingIn, rateOfTotals, totalFields, totalsOf } from './call-totals.js';
import { type CaveatOptions, caveat, caveatsOf } from './caveats.js';
import type { Evidence } from '../evidence.js';
import { evidenceFields, windowFields } from './evidence-fields.js';
import { evidencePart, setAsideLine, setAsidePart } from './evidence-parts.js';
import { isPlacedByName } from './hidden-calls.js';
import { type RequirementOf, placedBy, profileCompliance } from './profile-compliance.js';
import { select } from './selection.js';
import { UNKNOWN, summaryLines } from './untracked-report.js';

export interface ComplianceReportOptions extends CaveatOptions {
  readonly requirementOf: RequirementOf;
  /** Every profile that the policy names; undefined where there is no policy. */
  readonly named: readonly string[] | undefined;
  /** Are failed calls judged? They say no role, which is then no doubt about a profile. */
  readonly judgesFailedCalls: boolean;
}

/** The report of each profile: are tracked sessions demanded, and is that kept? */
export function complianceReport(
  evidence: Evidence,
  options: ComplianceReportOptions,
  unread: readonly Caveat[],
): Report<ProfileCompliance> {
  const { requirementOf, named = [], profile: asked, failOn } = options;
  const selection = select(evidence, options);
  const common = caveatsOf(evidence, selection, options);
  const isKnown = !common.some(({ code }) => UNKNOWN.has(code));
  const choice = { named, asked, failOn, isKnown };
  const profiles = profileCompliance(evidence, selection.counts, requirementOf, choice);
  const totals = totalsOf(selection.counts);
  const counts = countProfiles(profiles);
  const ways = placedBy(evidence);
  const differing = disagreements(evidence.claims);
  const unattributed = callsIn(
    evidence.counts.filter((one) => isPlacedByName(one, evidence.claims)),
  );
  const caveats = [
    ...common,
    ...profileCaveats(profiles, unattributed, selection.counts, options),
    ...unread,
  ];
  const rows = () => fromRows(profiles);
  const rate = rateOfTotals(totals, evidence.complete && isKnown);
  return {
    title: 'Session Compliance Report',
    identity: evidence.identity,
    window: evidence.window,
    list: { name: 'profiles', columns: PROFILE_COLUMNS, rows },
    head: windowFields(evidence),
    tail: {
      required_profiles: counts.required,
      fully_compliant_profiles: counts.compliant,
      profiles_with_gaps: counts.gaps,
      undetermined_profiles: counts.undetermined,
      unattributed_events: unattributed,
      ...totalFields(totals),
      ...evidenceFields(evidence, selection.setAside, caveats),
      anomalies: totals.anomalies,
      attributed_by: Object.fromEntries(
        wayEntries(ways).map(([way, calls]) => [WAYS[way].name, calls]),
      ),
      disagreements: differing.map(({ roleArn, profiles: bySource }) => ({
        role_arn: roleArn,
        ...bySource,
      })),
    },
    parts: [
      { kind: 'table', title: 'Profile Compliance', rows, columns: TEXT_COLUMNS },
      {
        kind: 'lines',
        title: 'Summary',
        lines: summaryOf(counts, totals.unverifiable, options.named !== undefined),
      },
      { kind: 'lines', title: 'Untracked Events Placed', lines: placedLines(ways) },
      ...differingPart(differing),
      setAsidePart(selection.setAside),
      evidencePart(evidence),
      ...anomaliesPart(totals.anomalies),
    ],
    result: resultOf(counts, evidence.complete, caveats),
    summary: [
      `${count(profiles.length, 'profile')}: ${counts.required} required, ${counts.compliant} compliant, ${counts.gaps} with gaps, ${counts.undetermined} undetermined`,
      ...summaryLines(totals, rate, setAsideLine(selection.setAside)),
      ...(wayEntries(ways).length === 0
        ? []
        : [
            `untracked events placed: ${wayEntries(ways)
              .map(([way, calls]) => `${calls} by ${WAYS[way].name}`)
              .join(', ')}`,
          ]),
    ],
    annotationOf,
    findings:
      profiles.filter(({ fails }) => fails).length +
      failingIn(
        selection.counts.filter(({ category }) => category === 'tracked'),
        failOn,
      ),
    caveats,
  };
}

/** Each way by which a role was placed: its name in JSON, and in words. */
const WAYS: Readonly<Record<Way, { readonly name: string; readonly text: string }>> = {
  map: { name: 'map', text: 'by the profile map' },
  tracked: { name: 'tracked', text: 'by tracked events of the same role' },
  aws_config: { name: 'aws_config', text: 'by the AWS config' },
  session_profile: { name: 'session_profile', text: 'by a session whose profile is the role' },
  name: { name: 'role_name', text: 'by the name of the role alone' },
  suspected: { name: 'suspected', text: 'by anomalous or possibly chained calls alone' },
};

type Ways = Readonly<Partial<Record<Way, number>>>;

function wayEntries(ways: Ways): readonly (readonly [Way, number])[] {
  return (Object.keys(WAYS) as Way[]).flatMap((way) => {
    const calls = ways[way] ?? 0;
    return calls === 0 ? [] : [[way, calls] as const];
  });
}

const SHARED = 'roles with untracked calls were also assumed with sessions that are gone';

function profileCaveats(
  profiles: readonly ProfileCompliance[],
  unattributed: number,
  listed: readonly CallCount[],
  { judgesFailedCalls, failOn }: ComplianceReportOptions,
): Caveat[] {
  const undetermined = profiles.filter((row) => row.undetermined);
  const unverifiable = undetermined.filter((row) => row.unverifiable > 0);
  const hidden = undetermined.filter((row) => row.mayHideCalls && row.isWithoutRole);
  const shared = undetermined.filter((row) => row.mayHideCalls && !row.isWithoutRole);
  const named = (rows: readonly ProfileCompliance[]): string =>
    rows.map(({ profile }) => profile).join(', ');
  const roleless = callsIn(
    listed.filter(({ category, roleArn }) => category !== 'tracked' && roleArn === undefined),
  );
  const isDoubt = !judgesFailedCalls && profiles.some(({ required }) => required);
  return [
    ...caveat(
      'unverifiable_profile',
      unverifiable.length,
      failOn.has('orphaned') ? 'undecided' : 'note',
      `it cannot be decided whether ${named(unverifiable)} is compliant: calls of it could not be verified`,
    ),
    ...caveat(
      'undetermined_profile',
      hidden.length,
      'undecided',
      `it cannot be decided whether ${named(hidden)} is compliant: no role of it is known, and ${count(unattributed, 'untracked call')} could only be placed by the name of the role`,
    ),
    ...caveat(
      'undetermined_profile',
      shared.length,
      'undecided',
      `it cannot be decided whether ${named(shared)} is compliant: ${SHARED}`,
    ),
    ...caveat(
      'calls_without_role',
      roleless,
      isDoubt ? 'undecided' : 'note',
      `${count(roleless, 'untracked call has', 'untracked calls have')} no role ARN: counted under unknown, and may belong to any profile`,
    ),
  ];
}

const TEXT_COLUMNS: readonly Column<ProfileCompliance>[] = [
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

function summaryOf(
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

function placedLines(ways: Ways): readonly string[] {
  const lines = wayEntries(ways).map(([way, calls]) => `${calls} ${WAYS[way].text}`);
  return lines.length === 0 ? ['none'] : lines;
}

function differingPart(differing: readonly Disagreement[]): TextPart[] {
  if (differing.length === 0) return [];
  const lines = differing.map(({ roleArn, profiles }) => {
    const views = Object.entries(profiles).map(([way, named]) => `${way} ${named.join(', ')}`);
    return `${roleArn}: ${views.join('; ')}`;
  });
  return [{ kind: 'lines', title: 'Roles Placed Differently', lines }];
}

function anomaliesPart(anomalies: Readonly<Partial<Record<Anomaly, number>>>): TextPart[] {
  const facts = Object.entries(anomalies).map(([name, calls]) => [name, String(calls)] as const);
  return facts.length === 0 ? [] : [{ kind: 'facts', title: 'Anomalies', facts }];
}

function resultOf(
  { gaps, undetermined }: ComplianceCounts,
  isComplete: boolean,
  caveats: readonly Caveat[],
): string {
  if (gaps > 0) return `${gaps} profile(s) with compliance gaps`;
  if (!isComplete) return 'Incomplete - no gap in what could be read';
  if (undetermined > 0) return `${undetermined} profile(s) undetermined`;
  const undecided = caveats.find(({ weight }) => weight === 'undecided');
  if (undecided !== undefined) return `Undecided - ${undecided.text}`;
  return 'All required profiles fully compliant';
}

function annotationOf(row: ProfileCompliance): Annotation | undefined {
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
