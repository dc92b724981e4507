import type { Caveat } from '../../model/report/caveat.js';
import { formatRate } from '../../model/report/rate.js';
import type { Entry } from '../../model/report/report.js';
import { type AttributedVerdict, reasonOf } from '../../model/verdict/attributed-verdict.js';
import { count, grouped } from '../../text/quantity.js';
import type { CallTotals } from './call-totals.js';

/** The numbers of an audit, as a person reads them. */
export function summaryOf(
  { total, tracked, untracked, orphaned, unverifiable }: CallTotals,
  rate: number | undefined,
): readonly (readonly [string, string])[] {
  return [
    ['Total events', String(total)],
    ['Tracked', `${tracked}${rate === undefined ? '' : ` (${formatRate(rate)})`}`],
    ['Untracked', String(untracked)],
    ['Orphaned', String(orphaned)],
    ...(unverifiable > 0 ? [['Unverifiable', String(unverifiable)] as const] : []),
  ];
}

/** The summary where standard output has rows only. */
export function summaryLines(
  { total, tracked, untracked, orphaned, unverifiable, anomalies }: CallTotals,
  rate: number | undefined,
  apart: string,
): readonly string[] {
  const share = rate === undefined ? '' : ` (${formatRate(rate)})`;
  const unsure = unverifiable > 0 ? `, ${grouped(unverifiable)} unverifiable` : '';
  const odd = Object.entries(anomalies).map(([name, number]) => `${number} ${name}`);
  return [
    `${count(total, 'event')} judged: ${grouped(tracked)} tracked${share}, ${grouped(untracked)} untracked, ${grouped(orphaned)} orphaned${unsure}`,
    apart,
    ...(odd.length === 0 ? [] : [`anomalies: ${odd.join(', ')}`]),
  ];
}

/** What is said where nobody assumed the role that is asked for. */
export function nothingJudged(caveats: readonly Caveat[]): string | undefined {
  const unseen = caveats.find(({ code }) => code === 'unknown_role');
  return unseen && `Nothing to judge - ${unseen.text}`;
}

/** What is said of anomalies that make a run fail. */
export function anomalyText(anomalies: number): string {
  return `${count(anomalies, 'anomaly', 'anomalies')} in tracked sessions`;
}

/** A finding over several lines. */
export function findingEntry(finding: AttributedVerdict): Entry {
  const { call, category } = finding;
  return {
    head: `[${category}] ${call.eventTime}`,
    fields: [
      ['Event ID', call.eventId],
      ['Role', call.roleArn],
      ['Source IP', call.sourceIp],
      ['Source Identity', call.sourceIdentity],
      ['Reason', reasonOf(finding)],
    ],
  };
}

/** A tracked call with an anomaly, likewise. */
export function anomalyEntry({ call, anomalies, match }: AttributedVerdict): Entry {
  const { id, user, profile } = match?.session ?? {};
  return {
    head: `[${anomalies.join(', ')}] ${call.eventTime}`,
    fields: [
      ['Event ID', call.eventId],
      ['Role', call.roleArn],
      ['Source IP', call.sourceIp],
      ['Caller', call.callerArn ?? call.principalId],
      ['Session', `${id} (${[user, profile].filter(Boolean).join(', ')})`],
    ],
  };
}
