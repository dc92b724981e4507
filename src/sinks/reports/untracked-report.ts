import { type AuditSummary, complianceRate, formatRate } from '../../model/report/audit-summary.js';
import { type AttributedVerdict, reasonOf } from '../../model/verdict/attributed-verdict.js';
import { printable } from '../../text/terminal-text.js';
import type { Sink, Source } from '../../pipeline/pipe.js';
import { counted, countedApart, headOf, underlined } from './report-text.js';
import type { WriteText } from '../write-text.js';

export interface UntrackedReport {
  readonly summary: AuditSummary;
  /** Tracked events that cannot be right, listed after the findings. */
  readonly anomalies: Source<AttributedVerdict>;
  /** Sentences that help where they stand. */
  readonly hints: readonly string[];
}

/** The report of `untracked-sessions` for people; the sink takes the findings. Holds one batch. */
export function untrackedReport(
  report: UntrackedReport,
  write: WriteText,
): Sink<AttributedVerdict> {
  return (findings) => write(reportText(report, findings));
}

async function* reportText(
  { summary, anomalies, hints }: UntrackedReport,
  findings: Source<AttributedVerdict>,
): AsyncGenerator<string> {
  const found = summary.untracked + summary.orphaned;
  // With the first findings, or when there are none: a source that fails at once leaves no report.
  let text = headText(summary);
  if (found > 0) text += `\n${underlined(`Untracked Sessions (${found})`, '-')}`;
  for await (const batch of findings) {
    yield text + batch.map(findingText).join('');
    text = '';
  }
  if (text !== '') yield text;
  if (summary.anomalous > 0) {
    yield `\n${underlined(`Anomalies (${summary.anomalous})`, '-')}`;
    for await (const batch of anomalies) yield batch.map(anomalyText).join('');
  }
  if (hints.length > 0) yield `\n${hints.map((hint) => `Hint: ${hint}\n`).join('')}`;
  yield `\nResult: ${resultText(found, summary)}\n`;
}

function resultText(found: number, summary: AuditSummary): string {
  const { complete, unattributed, unchecked } = summary;
  if (found > 0) return `${found} untracked session(s) detected - compliance gap`;
  if (unattributed > 0) return `Undecided - ${unattributed} untracked session(s) may be of it`;
  if (unchecked > 0) return `Undecided - ${unchecked} tracked session(s) could not be checked`;
  if (complete) return 'All sessions properly tracked';
  return 'Incomplete - nothing untracked in what could be read';
}

function headText(summary: AuditSummary): string {
  const { total, tracked, untracked, orphaned, unverifiable } = summary;
  const rate = formatRate(complianceRate(tracked, total));
  const thin = unverifiable > 0 ? ` (${unverifiable} unverifiable)` : '';
  return `${headOf('Untracked Session Detection', summary)}
${underlined('Summary', '-')}${counted('Total events', total)}
${counted('Tracked', tracked)} (${rate})
${counted('Untracked', untracked)}
${counted('Orphaned', orphaned)}${thin}

${countedApart(summary.excluded)}`;
}

function findingText(finding: AttributedVerdict): string {
  const { event, category, unverifiable } = finding;
  const doubt = unverifiable ? ' - from before the oldest session that was read' : '';
  return entry(`[${category}] ${event.eventTime}`, [
    ['Event ID', event.eventId],
    ['Role', event.roleArn],
    ['Source IP', event.sourceIp],
    ['Source Identity', event.sourceIdentity],
    ['Reason', `${reasonOf(finding)}${doubt}`],
  ]);
}

function anomalyText({ event, anomalies, match }: AttributedVerdict): string {
  const { id, user, profile } = match?.session ?? {};
  return entry(`[${anomalies.join(', ')}] ${event.eventTime}`, [
    ['Event ID', event.eventId],
    ['Role', event.roleArn],
    ['Source IP', event.sourceIp],
    ['Caller', event.callerArn ?? event.principalId],
    ['Session', `${id} (${[user, profile].filter(Boolean).join(', ')})`],
  ]);
}

function entry(head: string, fields: readonly (readonly [string, string | undefined])[]): string {
  const lines = fields
    .filter(([, value]) => value !== undefined)
    .map(([name, value = '']) => `  ${name}: ${printable(value)}\n`);
  return `${printable(head)}\n${lines.join('')}`;
}
