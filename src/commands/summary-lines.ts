import { type AuditSummary, complianceRate, formatRate } from '../model/audit-summary.js';
import { EXCLUDED_TITLES, type Excluded } from '../model/excluded.js';
import { count } from '../run.js';

/** The summary of an audit where standard output has rows only. */
export function summaryLines(summary: AuditSummary): string[] {
  const { total, tracked, untracked, orphaned, excluded } = summary;
  const rate = formatRate(complianceRate(tracked, total));
  const apart = (Object.keys(EXCLUDED_TITLES) as (keyof Excluded)[])
    .map((name) => `${excluded[name].toLocaleString('en')} ${EXCLUDED_TITLES[name].toLowerCase()}`)
    .join(', ');
  const lines = [
    `${count(total, 'event')} judged: ${tracked.toLocaleString('en')} tracked (${rate}), ` +
      `${untracked.toLocaleString('en')} untracked, ${orphaned.toLocaleString('en')} orphaned`,
    `counted apart: ${apart}`,
  ];
  const anomalies = Object.entries(summary.anomalies).map(([name, number]) => `${number} ${name}`);
  return anomalies.length === 0 ? lines : [...lines, `anomalies: ${anomalies.join(', ')}`];
}
