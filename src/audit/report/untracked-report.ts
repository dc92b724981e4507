import { VERDICTS_IN_OCSF } from '../../model/ocsf/detection-finding.js';
import { type Caveat, caveat } from '../../model/report/caveat.js';
import type { Entry, Report } from '../../model/report/report.js';
import {
  ANOMALY_COLUMNS,
  type AttributedVerdict,
  FINDING_COLUMNS,
  isFinding,
} from '../../model/verdict/attributed-verdict.js';
import type { Source } from '../../pipeline/pipe.js';
import { through } from '../../pipeline/through.js';
import { count } from '../../text/quantity.js';
import { filter } from '../../transforms/filter.js';
import { type CallTotals, failingIn, rateOfTotals, totalFields, totalsOf } from './call-totals.js';
import { caveatsOf } from './caveats/caveats.js';
import { type CallCount, callsIn } from '../../model/verdict/call-count.js';
import type { Evidence } from '../evidence.js';
import { evidenceFields, windowFields } from './evidence-fields.js';
import { evidencePart, setAsideLine, setAsidePart } from './evidence-parts.js';
import { isPlacedByName } from './caveats/hidden-calls.js';
import type { CaveatOptions } from './report-options.js';
import { select } from './selection.js';
import {
  anomalyEntry,
  anomalyText,
  findingEntry,
  nothingJudged,
  summaryLines,
  summaryOf,
} from './untracked-text.js';

/**
 * The report of the role calls without a tracked session. `verdicts` are the findings and the anomalies, as
 * often as they are asked for; `unread` says what could not be read.
 */
export function untrackedReport(
  evidence: Evidence,
  verdicts: () => Source<AttributedVerdict>,
  options: CaveatOptions,
  unread: readonly Caveat[],
): Report<AttributedVerdict> {
  const selection = select(evidence, options);
  const totals = totalsOf(selection.counts);
  const caveats = [
    ...caveatsOf(evidence, selection, options),
    ...withoutRole(selection.counts, options),
    ...unread,
  ];
  const isKnown = evidence.complete && !caveats.some(({ code }) => UNKNOWN.has(code));
  const rate = rateOfTotals(totals, isKnown);
  const rows = (passes: (verdict: AttributedVerdict) => boolean) => (): Source<AttributedVerdict> =>
    through(verdicts(), filter(selection.isListed), filter(passes));
  const isAnomaly = ({ anomalies }: AttributedVerdict): boolean => anomalies.length > 0;
  const found = totals.untracked + totals.orphaned;
  const failing = failingIn(selection.counts, options.failOn);
  return {
    title: 'Untracked Session Detection',
    identity: evidence.identity,
    window: evidence.window,
    list: { name: 'untracked_sessions', columns: FINDING_COLUMNS, rows: rows(isFinding) },
    also: { name: 'anomalous_sessions', columns: ANOMALY_COLUMNS, rows: rows(isAnomaly) },
    head: {
      ...windowFields(evidence),
      ...totalFields(totals),
      unattributed_events: callsIn(
        evidence.counts.filter((one) => isPlacedByName(one, evidence.claims)),
      ),
      compliance_rate: rate,
      ...evidenceFields(evidence, selection.setAside, caveats),
      anomalies: totals.anomalies,
    },
    tail: {},
    parts: [
      { kind: 'facts', title: 'Summary', facts: summaryOf(totals, rate) },
      setAsidePart(selection.setAside),
      evidencePart(evidence),
      ...listed(`Untracked Sessions (${found})`, found, rows(isSure), findingEntry),
      ...listed(
        `Unverifiable (${totals.unverifiable})`,
        totals.unverifiable,
        rows(isUnsure),
        findingEntry,
      ),
      ...listed(`Anomalies (${totals.anomalous})`, totals.anomalous, rows(isAnomaly), anomalyEntry),
    ],
    result: resultOf(totals, failing, evidence.complete, caveats),
    summary: summaryLines(totals, rate, setAsideLine(selection.setAside)),
    ocsf: VERDICTS_IN_OCSF,
    findings: failing,
    caveats,
  };
}

/** Calls that are listed though nothing says that they are of the role or the profile that is asked for. */
function withoutRole(
  counts: readonly CallCount[],
  { role, profile }: CaveatOptions,
): readonly Caveat[] {
  const asked = role ?? profile;
  const calls = callsIn(
    counts.filter(({ category, roleArn }) => category !== 'tracked' && roleArn === undefined),
  );
  const findings = count(calls, 'finding has', 'findings have');
  const text = `${findings} no role ARN; included because they may belong to ${asked}`;
  return asked === undefined ? [] : caveat('calls_without_role', calls, 'note', text);
}

/** What nobody knows has no rate. */
export const UNKNOWN: ReadonlySet<Caveat['code']> = new Set([
  'unknown_role',
  'unknown_profile',
  'unattributed_calls',
]);

function isSure(verdict: AttributedVerdict): boolean {
  return isFinding(verdict) && !verdict.unverifiable;
}

function isUnsure({ unverifiable }: AttributedVerdict): boolean {
  return unverifiable;
}

function listed(
  title: string,
  calls: number,
  rows: () => Source<AttributedVerdict>,
  entryOf: (verdict: AttributedVerdict) => Entry,
): Report<AttributedVerdict>['parts'] {
  return calls === 0 ? [] : [{ kind: 'entries', title, rows, entryOf }];
}

function resultOf(
  { untracked, orphaned, unverifiable }: CallTotals,
  failing: number,
  isComplete: boolean,
  caveats: readonly Caveat[],
): string {
  const found = untracked + orphaned;
  if (found > 0) return `${found} untracked session(s) detected - compliance gap`;
  if (failing > 0) return anomalyText(failing);
  if (!isComplete) return 'Incomplete - nothing untracked in what could be read';
  if (unverifiable > 0) return `${unverifiable} session(s) could not be verified`;
  const undecided = caveats.find(({ weight }) => weight === 'undecided');
  if (undecided !== undefined) return `Undecided - ${undecided.text}`;
  return nothingJudged(caveats) ?? 'All sessions properly tracked';
}
