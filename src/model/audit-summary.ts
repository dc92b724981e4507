import type { Excluded } from './excluded.js';
import type { Anomaly } from './verdict.js';
import type { Instant } from './timestamp.js';

/** What an audit of role events found, in numbers. */
export interface AuditSummary {
  readonly since: Instant;
  readonly until: Instant;
  /** total = tracked + untracked + orphaned. */
  readonly total: number;
  readonly tracked: number;
  readonly untracked: number;
  readonly orphaned: number;
  /** Orphaned ones of which nobody can tell. */
  readonly unverifiable: number;
  readonly anomalies: Readonly<Partial<Record<Anomaly, number>>>;
  readonly excluded: Excluded;
  readonly rejected: number;
  /** Has everything been read? */
  readonly complete: boolean;
  /** Of CloudTrail, the regions that were asked; of files, those of the events. */
  readonly regions: readonly string[];
  /** Set when the window ends so late that CloudTrail may still be delivering: up to here it has. */
  readonly freshUntil: Instant | undefined;
}

/** Tracked of all, in percent; 100 of nothing. */
export function complianceRate(tracked: number, total: number): number {
  return total === 0 ? 100 : (tracked / total) * 100;
}

/** `90.5%`; what is below 100 never looks like it. */
export function formatRate(rate: number): string {
  const rounded = rate.toFixed(1);
  return `${rate < 100 && rounded === '100.0' ? '99.9' : rounded}%`;
}
