import type { AthenaCost, AuditSummary } from '../model/report/audit-summary.js';
import type { Counters } from '../pipeline/read-context.js';
import { FINDING_CATEGORIES } from '../model/verdict/verdict.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import type { Run } from '../run/run.js';
import { countUnattributed } from './audit-doubts.js';
import type { Audit } from './judge-calls.js';

/** What needs the session's status and times. */
const TIMED = ['after_revocation', 'outside_session'];

/** The numbers of an audit, of one profile when one is asked for. */
export function summarize(
  { tally, regions }: Audit,
  { from, profile, freshUntil, failOn }: AuditOptions,
  { context }: Run,
): AuditSummary {
  const anomalies = tally.anomaliesOf(profile);
  let [untracked, orphaned, unverifiable, failing] = [0, 0, 0, 0];
  for (const [roleArn, use] of tally.untrackedByRole) {
    if (profile !== undefined && !tally.mayBeOf(roleArn, profile)) continue;
    for (const category of FINDING_CATEGORIES) {
      const [found, thin] = [use.found[category] ?? 0, use.unverifiable[category] ?? 0];
      if (category === 'orphaned') orphaned += found + thin;
      else untracked += found + thin;
      unverifiable += thin;
      if (failOn.has(category)) failing += found;
    }
  }
  for (const [anomaly, number] of Object.entries(anomalies)) {
    if (failOn.has(anomaly)) failing += number;
  }
  const tracked = tally.trackedOf(profile);
  return {
    ...from.window,
    total: tracked + untracked + orphaned,
    tracked,
    untracked,
    orphaned,
    unverifiable,
    unattributed: profile === undefined ? 0 : countUnattributed(tally, profile),
    unchecked: TIMED.some((anomaly) => failOn.has(anomaly)) ? tally.uncheckedOf(profile) : 0,
    failing,
    anomalous: tally.anomalousOf(profile),
    anomalies,
    excluded: tally.excluded,
    rejected: context.meter.rejected,
    complete: context.meter.complete,
    regions,
    freshUntil,
    athena: costOf(context.meter),
  };
}

function costOf({ queries, scannedBytes, dollars }: Counters): AthenaCost | undefined {
  if (queries === 0) return undefined;
  const cost = Number(dollars.toFixed(6));
  return { queries, bytes_scanned: scannedBytes, estimated_cost_usd: cost };
}
