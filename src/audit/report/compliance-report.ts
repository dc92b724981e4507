import { disagreements } from '../../model/attribution/disagreement.js';
import { profilesInOcsf } from '../../model/ocsf/compliance-finding.js';
import { type Caveat, caveat } from '../../model/report/caveat.js';
import {
  type ComplianceCounts,
  PROFILE_COLUMNS,
  type ProfileCompliance,
  countProfiles,
} from '../../model/report/profile-compliance.js';
import type { Annotation, Report } from '../../model/report/report.js';
import { type CallCount, callsIn } from '../../model/verdict/call-count.js';
import { fromRows } from '../../pipeline/from-rows.js';
import { count } from '../../text/quantity.js';
import { failingIn, rateOfTotals, totalFields, totalsOf } from './call-totals.js';
import { caveatsOf, weightOf } from './caveats/caveats.js';
import {
  SHARED,
  TEXT_COLUMNS,
  annotationOf,
  anomaliesPart,
  differingPart,
  placedLines,
  summaryOf,
  waysByName,
  waysLine,
} from './compliance-text.js';
import { type Evidence, profilesOf } from '../evidence.js';
import { evidenceFields, windowFields } from './evidence-fields.js';
import { evidencePart, setAsideLine, setAsidePart } from './evidence-parts.js';
import { hiddenCalls, isPlacedByName } from './caveats/hidden-calls.js';
import { type RequirementOf, placedBy, profileCompliance } from './profile-compliance.js';
import type { CaveatOptions } from './report-options.js';
import { select } from './selection.js';
import { UNKNOWN } from './untracked-report.js';
import { anomalyText, nothingJudged, summaryLines } from './untracked-text.js';

export interface ComplianceReportOptions extends CaveatOptions {
  readonly requirementOf: RequirementOf;
  /** Every profile that the policy names; undefined where there is no policy. */
  readonly named: readonly string[] | undefined;
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
  const ways = placedBy(evidence.claims, selection.counts);
  const anomalous = failingIn(
    selection.counts.filter(({ category }) => category === 'tracked'),
    failOn,
  );
  const differing = disagreements(evidence.claims);
  const unattributed = callsIn(
    evidence.counts.filter((one) => isPlacedByName(one, evidence.claims)),
  );
  const isTold = profiles.some((row) => row.undetermined && row.mayHideCalls);
  const caveats = [
    ...common.filter(({ code }) => code !== 'unattributed_calls' || !isTold),
    ...profileCaveats(profiles, unattributed, selection.counts, options),
    ...ofProfilesThatAreGone(evidence, options),
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
      attributed_by: waysByName(ways),
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
    result: resultOf(counts, anomalous, evidence.complete, caveats),
    summary: [
      `${count(profiles.length, 'profile')}: ${counts.required} required, ${counts.compliant} compliant, ${counts.gaps} with gaps, ${counts.undetermined} undetermined`,
      ...summaryLines(totals, rate, setAsideLine(selection.setAside)),
      ...waysLine(ways),
    ],
    ocsf: profilesInOcsf({ ...evidence, caveats, annotationOf }),
    annotationOf,
    annotations: anomalous === 0 ? [] : [anomalyAnnotation(anomalous)],
    findings: profiles.filter(({ fails }) => fails).length + anomalous,
    caveats,
  };
}

function profileCaveats(
  profiles: readonly ProfileCompliance[],
  unattributed: number,
  listed: readonly CallCount[],
  { failOn }: ComplianceReportOptions,
): Caveat[] {
  const undetermined = profiles.filter((row) => row.undetermined);
  const unverifiable = undetermined.filter((row) => row.unverifiable > 0);
  const hidden = undetermined.filter((row) => row.mayHideCalls && row.isWithoutRole);
  const shared = undetermined.filter((row) => row.mayHideCalls && !row.isWithoutRole);
  const named = (rows: readonly ProfileCompliance[]): string =>
    rows.map(({ profile }) => profile).join(', ');
  const withoutRole = listed.filter(
    ({ category, roleArn }) => category !== 'tracked' && roleArn === undefined,
  );
  const roleless = callsIn(withoutRole);
  // A failed call gave no credentials of any profile.
  const isDoubt =
    withoutRole.some(({ isFailed }) => !isFailed) && profiles.some(({ required }) => required);
  return [
    ...caveat(
      'unverifiable_profile',
      unverifiable.length,
      weightOf(
        listed.filter((one) => one.unverifiable),
        failOn,
      ),
      `it cannot be decided whether ${named(unverifiable)} is compliant: calls of it could not be verified`,
    ),
    ...caveat(
      'undetermined_profile',
      hidden.length,
      'undecided',
      `it cannot be decided whether ${named(hidden)} is compliant: no role of it is known, and ${unattributed === 0 ? SHARED : `${count(unattributed, 'untracked call')} could only be placed by the name of the role`}`,
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

/**
 * A policy may require profiles that it does not name. One whose sessions are all gone stands in no line, and
 * its untracked calls count for others, of which nothing may be required.
 */
function ofProfilesThatAreGone(
  evidence: Evidence,
  { profile, requirementOf }: ComplianceReportOptions,
): Caveat[] {
  if (profile !== undefined || !requirementOf(NOBODYS).required) return [];
  const hidden = hiddenCalls(evidence)(NOBODYS).counts.filter(
    (one) =>
      one.roleArn !== undefined &&
      !profilesOf(one, evidence.claims).some((of) => requirementOf(of).required),
  );
  const calls = callsIn(hidden);
  const text = `${count(calls, 'untracked call')} may belong to profiles that the policy requires without naming them: only the name of the role places them, or sessions of the role are gone`;
  return caveat('unattributed_calls', calls, 'undecided', text);
}

/** The name of no profile. */
const NOBODYS = '';

function anomalyAnnotation(calls: number): Annotation {
  return { level: 'error', title: 'Session anomalies', message: anomalyText(calls) };
}

function resultOf(
  { gaps, undetermined }: ComplianceCounts,
  anomalous: number,
  isComplete: boolean,
  caveats: readonly Caveat[],
): string {
  if (gaps > 0) return `${gaps} profile(s) with compliance gaps`;
  if (anomalous > 0) return anomalyText(anomalous);
  if (!isComplete) return 'Incomplete - no gap in what could be read';
  if (undetermined > 0) return `${undetermined} profile(s) undetermined`;
  const undecided = caveats.find(({ weight }) => weight === 'undecided');
  if (undecided !== undefined) return `Undecided - ${undecided.text}`;
  return nothingJudged(caveats) ?? 'All required profiles fully compliant';
}
