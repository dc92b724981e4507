import type { SetAside } from './set-aside.js';
import type { Anomaly } from '../verdict/verdict.js';
import type { Instant } from '../time/instant.js';

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
  /** Untracked ones that may be of the profile that is asked for, of which no role is known; not in the total. */
  readonly unattributed: number;
  /** Tracked events of sessions that lack what an anomaly is told by, where that is to make the run fail. */
  readonly unchecked: number;
  /** Findings and anomalies that are to make the run fail, and of which somebody can tell. */
  readonly failing: number;
  /** Tracked events that cannot be right. */
  readonly anomalous: number;
  readonly anomalies: Readonly<Partial<Record<Anomaly, number>>>;
  readonly excluded: SetAside;
  readonly rejected: number;
  /** Has everything been read? */
  readonly complete: boolean;
  /** Of CloudTrail, the regions that were asked; of files, those of the events. */
  readonly regions: readonly string[];
  /** Set when the window ends so late that CloudTrail may still be delivering: up to here it has. */
  readonly freshUntil: Instant | undefined;
  /** What Athena was asked and what it cost, about; undefined where it was not. */
  readonly athena: AthenaCost | undefined;
}

/** As JSON has it. */
export interface AthenaCost {
  readonly queries: number;
  readonly bytes_scanned: number;
  readonly estimated_cost_usd: number;
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
