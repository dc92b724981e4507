import type { AuditSummary } from '../model/report/audit-summary.js';
import { formatInstant } from '../model/time/instant.js';

type Fields = Readonly<Record<string, unknown>>;

/** What the JSON documents of both audits say of the window; times as RFC 3339. */
export function windowFields({ since, until }: AuditSummary): Fields {
  return { start_time: formatInstant(since), end_time: formatInstant(until) };
}

/** How many events were what. */
export function countFields(summary: AuditSummary): Fields {
  return {
    total_events: summary.total,
    tracked_events: summary.tracked,
    untracked_events: summary.untracked,
    orphaned_events: summary.orphaned,
    unverifiable_events: summary.unverifiable,
  };
}

/** What the numbers rest on. */
export function evidenceFields(summary: AuditSummary): Fields {
  return {
    complete: summary.complete,
    rejected: summary.rejected,
    regions: summary.regions,
    fresh_until: summary.freshUntil && formatInstant(summary.freshUntil),
    excluded: summary.excluded,
    athena: summary.athena,
    anomalies: summary.anomalies,
  };
}
