import type { Report } from '../../model/report/report.js';
import type { AuditOptions } from '../../options/check/audit-options.js';
import { identityLines } from '../../run/who-asks.js';
import type { Done, Run } from '../../run/run.js';
import { writeReport } from '../../sinks/reports/write-report.js';

/** Writes a report where the options say; its summary goes beside the rows where they stand alone. */
export async function deliverReport<R>(
  report: Report<R>,
  { output, format, columns }: AuditOptions,
  { world }: Run,
): Promise<Done> {
  await writeReport(report, { ...output, format, columns }, world);
  const { summary, identity, findings, caveats } = report;
  return {
    lines: [...(isWhole(format) ? [] : summary), ...identityLines(identity)],
    findings,
    caveats,
  };
}

/** Has the output the summary in it? */
function isWhole(format: AuditOptions['format']): boolean {
  return format === 'table' || format === 'markdown';
}
