import { ExitCode } from '../errors.js';
import { type AuditSummary, complianceRate } from '../model/report/audit-summary.js';
import {
  ANOMALY_COLUMNS,
  FINDING_COLUMNS,
  type AttributedVerdict,
  isFinding,
} from '../model/verdict/attributed-verdict.js';
import { formatInstant } from '../model/time/instant.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import { type Sink, pipe } from '../pipeline/pipe.js';
import type { Done, Run } from '../run/run.js';
import { chosenColumns, openSink, openWriter } from '../sinks/open.js';
import { filter } from '../transforms/filter.js';
import { type Audit, isOfProfile, judgeEvents } from '../audit/judge-calls.js';
import { pointOutRules, pointOutRoleless, pointOutUnknown } from '../audit/audit-doubts.js';
import { summarize } from '../audit/summarize.js';
import { countFields, evidenceFields, windowFields } from '../audit/summary-fields.js';
import { summaryLines } from '../audit/summary-lines.js';

/** Judges every role event of the window, and reports those without a tracked session behind them. */
export async function untrackedSessions(options: AuditOptions, run: Run): Promise<Done> {
  const audit = await judgeEvents(
    options,
    run,
    (verdict) => isFinding(verdict) || verdict.anomalies.length > 0,
  );
  try {
    const summary = summarize(audit, options, run);
    const ofProfile = filter(isOfProfile(audit, options.profile));
    await pipe(
      ofProfile(audit.findings()),
      filter<AttributedVerdict>(isFinding),
      await openReport(audit, summary, options, run),
    );
    pointOutRules(audit.tally, options, run);
    pointOutRoleless(audit.tally, options, run);
    pointOutUnknown(audit.tally, summary, options, run);
    return {
      lines: options.output.format === 'table' ? [] : summaryLines(summary),
      exitCode: exitCodeOf(summary),
    };
  } finally {
    await audit.dispose();
  }
}

async function openReport(
  audit: Audit,
  summary: AuditSummary,
  options: AuditOptions,
  { world }: Run,
): Promise<Sink<AttributedVerdict>> {
  const { output, columns } = options;
  const findingColumns = chosenColumns(FINDING_COLUMNS, columns);
  const isAnomaly = (finding: AttributedVerdict): boolean => finding.anomalies.length > 0;
  const anomalies = filter(isAnomaly)(
    filter(isOfProfile(audit, options.profile))(audit.findings()),
  );
  if (output.format === 'table') {
    const { untrackedReport } = await import('../sinks/reports/untracked-report.js');
    const hints = hintsFor(summary, audit);
    return untrackedReport({ summary, anomalies, hints }, openWriter(output, world));
  }
  if (output.format === 'json') {
    const { json } = await import('../sinks/json.js');
    return json('untracked_sessions', findingColumns, openWriter(output, world), {
      fields: summaryFields(summary),
      also: { list: 'anomalous_sessions', columns: ANOMALY_COLUMNS, rows: anomalies },
    });
  }
  return openSink(output, world, {
    list: 'untracked_sessions',
    columns: findingColumns,
    color: false,
    empty: '',
  });
}

/** The members of the JSON document before its lists. */
function summaryFields(summary: AuditSummary): Readonly<Record<string, unknown>> {
  return {
    ...windowFields(summary),
    ...countFields(summary),
    unattributed_events: summary.unattributed,
    compliance_rate: complianceRate(summary.tracked, summary.total),
    ...evidenceFields(summary),
  };
}

/** Evidence that is too thin is a failure to tell, unless something else was found. */
function exitCodeOf({ failing, unverifiable, unattributed, unchecked }: AuditSummary): ExitCode {
  if (failing > 0) return ExitCode.Findings;
  return unverifiable + unattributed + unchecked > 0 ? ExitCode.Failed : ExitCode.Clean;
}

/** Sentences for those who see many findings of one cause. */
function hintsFor(summary: AuditSummary, { tally, coverage }: Audit): string[] {
  const hints: string[] = [];
  if (summary.total > 0 && !tally.hasIdentities && !tally.hasTags) {
    hints.push(
      'no event carries a SourceIdentity: that is one problem of configuration, not one bypass each',
    );
  } else if (
    summary.tracked === 0 &&
    summary.total > 0 &&
    coverage?.hasIdentities === false &&
    !tally.hasTags
  ) {
    hints.push(
      'no session carries a source identity and no event a SentinelSessionID tag: they can only be joined by a session id within the identity',
    );
  }
  if (summary.unverifiable > 0) {
    const oldest =
      coverage?.oldest === undefined
        ? 'no session was read'
        : `the oldest session that was read is of ${formatInstant({ seconds: Math.floor(coverage.oldest), nanos: 0 })}`;
    hints.push(`orphaned events are older: ${oldest}; add archives with --sessions`);
  }
  return hints;
}
