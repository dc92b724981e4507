import { type AuditSummary, complianceRate, formatRate } from '../model/report/audit-summary.js';
import { SET_ASIDE_TITLES, type SetAside } from '../model/report/set-aside.js';
import { count } from '../run/run.js';

/** The summary of an audit where standard output has rows only. */
export function summaryLines(summary: AuditSummary): string[] {
  const { total, tracked, untracked, orphaned, excluded } = summary;
  const rate = formatRate(complianceRate(tracked, total));
  const apart = (Object.keys(SET_ASIDE_TITLES) as (keyof SetAside)[])
    .map((name) => `${excluded[name].toLocaleString('en')} ${SET_ASIDE_TITLES[name].toLowerCase()}`)
    .join(', ');
  const lines = [
    `${count(total, 'event')} judged: ${tracked.toLocaleString('en')} tracked (${rate}), ` +
      `${untracked.toLocaleString('en')} untracked, ${orphaned.toLocaleString('en')} orphaned`,
    `counted apart: ${apart}`,
  ];
  const anomalies = Object.entries(summary.anomalies).map(([name, number]) => `${number} ${name}`);
  return anomalies.length === 0 ? lines : [...lines, `anomalies: ${anomalies.join(', ')}`];
}
