import { complianceRate } from '../../model/report/rate.js';
import type { Fields } from '../../model/report/report.js';
import { type CallCount, callsIn } from '../../model/verdict/call-count.js';
import { ANOMALIES, type Anomaly } from '../../model/verdict/verdict.js';

/** How many calls are what: total = tracked + untracked + orphaned + unverifiable. */
export interface CallTotals {
  readonly total: number;
  readonly tracked: number;
  readonly untracked: number;
  readonly orphaned: number;
  readonly unverifiable: number;
  /** Tracked calls with an anomaly. */
  readonly anomalous: number;
  readonly anomalies: Readonly<Partial<Record<Anomaly, number>>>;
  /** Tracked calls whose session lacks what an anomaly is told by. */
  readonly unchecked: number;
}

export function totalsOf(counts: readonly CallCount[]): CallTotals {
  const of = (passes: (count: CallCount) => boolean): number => callsIn(counts.filter(passes));
  const sums = ANOMALIES.map(
    (anomaly) => [anomaly, of(({ anomalies }) => anomalies.includes(anomaly))] as const,
  );
  return {
    total: callsIn(counts),
    tracked: of(({ category }) => category === 'tracked'),
    untracked: of(
      ({ category, unverifiable }) =>
        !unverifiable && category !== 'tracked' && category !== 'orphaned',
    ),
    orphaned: of(({ category, unverifiable }) => !unverifiable && category === 'orphaned'),
    unverifiable: of(({ unverifiable }) => unverifiable),
    anomalous: of(({ anomalies }) => anomalies.length > 0),
    anomalies: Object.fromEntries(sums.filter(([, calls]) => calls > 0)),
    unchecked: of(({ isChecked }) => !isChecked),
  };
}

/** Findings and anomalies that are to make a run fail; what cannot be verified is none. */
export function failingIn(counts: readonly CallCount[], failOn: ReadonlySet<string>): number {
  const failing = counts.map(({ category, unverifiable, anomalies, calls }) => {
    const kinds = [...(unverifiable ? [] : [category]), ...anomalies];
    return kinds.filter((kind) => failOn.has(kind)).length * calls;
  });
  return failing.reduce((sum, calls) => sum + calls, 0);
}

/** In percent; undefined where the calls that were judged for sure do not tell. */
export function rateOfTotals(
  { tracked, untracked, orphaned, unverifiable }: CallTotals,
  isKnown: boolean,
): number | undefined {
  const sure = tracked + untracked + orphaned;
  return sure === 0 && (!isKnown || unverifiable > 0) ? undefined : complianceRate(tracked, sure);
}

/** The numbers as the JSON documents of both audits have them. */
export function totalFields(totals: CallTotals): Fields {
  return {
    total_events: totals.total,
    tracked_events: totals.tracked,
    untracked_events: totals.untracked,
    orphaned_events: totals.orphaned,
    unverifiable_events: totals.unverifiable,
  };
}
