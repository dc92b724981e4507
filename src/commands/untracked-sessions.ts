import { deliverReport } from '../audit/report/deliver-report.js';
import { judgeCalls } from '../audit/judge-calls.js';
import { reportOptions } from '../audit/report/report-options.js';
import { untrackedReport } from '../audit/report/untracked-report.js';
import { isFinding } from '../model/verdict/attributed-verdict.js';
import type { Verdict } from '../model/verdict/verdict.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import { readCaveats } from '../run/read-caveats.js';
import type { Done, Run } from '../run/run.js';

/** Judges every role call of the window, and reports those without a tracked session behind them. */
export async function untrackedSessions(options: AuditOptions, run: Run): Promise<Done> {
  for (const warning of options.policy?.warnings ?? []) run.context.note(warning);
  const { evidence, verdicts, dispose } = await judgeCalls(options, run, isReported);
  try {
    const unread = readCaveats(run.context.meter);
    const report = untrackedReport(
      evidence,
      verdicts,
      reportOptions(options, run.world.now),
      unread,
    );
    return await deliverReport(report, options, run);
  } finally {
    await dispose();
  }
}

function isReported(verdict: Verdict): boolean {
  return isFinding(verdict) || verdict.anomalies.length > 0;
}
