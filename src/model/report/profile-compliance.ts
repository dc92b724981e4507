import { type Column, column } from '../columns/column.js';
import { complianceRate } from './rate.js';

/** One profile: what its policy demands, and what was seen. */
export interface ProfileCompliance {
  readonly profile: string;
  readonly required: boolean;
  /** The first rule that requires it. */
  readonly rule: string | undefined;
  readonly tracked: number;
  /** Orphaned calls among them; those that cannot be verified are not. */
  readonly untracked: number;
  readonly unverifiable: number;
  /** False where the profile or the role that is asked for is not known: then nothing was judged. */
  readonly isKnown: boolean;
  /** Required, and used untracked. */
  readonly hasGap: boolean;
  /** Required, without a gap, and calls that do not count for it may be of it: they could not be placed, or sessions of their role are gone. */
  readonly mayHideCalls: boolean;
  /** The same, and no role is known to be its own. */
  readonly isWithoutRole: boolean;
  /** Required, without a gap, and calls that cannot be verified or placed may be of it: not compliant either. */
  readonly undetermined: boolean;
  /** A gap by calls of the categories that make a run fail. */
  readonly fails: boolean;
}

/** Tracked of all uses of the profile that could be judged, in percent; undefined where none could. */
export function profileRate({
  tracked,
  untracked,
  unverifiable,
  isKnown,
}: ProfileCompliance): number | undefined {
  const judged = tracked + untracked;
  return judged === 0 && (unverifiable > 0 || !isKnown)
    ? undefined
    : complianceRate(tracked, judged);
}

/** How many profiles are what. */
export interface ComplianceCounts {
  readonly required: number;
  readonly compliant: number;
  readonly gaps: number;
  readonly undetermined: number;
}

export function countProfiles(profiles: readonly ProfileCompliance[]): ComplianceCounts {
  const required = profiles.filter((profile) => profile.required);
  const gaps = required.filter(({ hasGap }) => hasGap).length;
  const undetermined = required.filter((profile) => profile.undetermined).length;
  const compliant = required.filter((one) => one.isKnown && !one.hasGap && !one.undetermined);
  return {
    required: required.length,
    compliant: compliant.length,
    gaps,
    undetermined,
  };
}

/** The columns of a profile's row in CSV, NDJSON and JSON. */
export const PROFILE_COLUMNS: readonly Column<ProfileCompliance>[] = [
  column('profile', 'Profile', 20, ({ profile }) => profile),
  column('policy_required', 'Policy Required', 15, ({ required }) => required, 'flag'),
  column('policy_rule', 'Policy Rule', 32, ({ rule }) => rule || undefined),
  column('tracked_count', 'Tracked', 10, ({ tracked }) => tracked, 'count'),
  column('untracked_count', 'Untracked', 10, ({ untracked }) => untracked, 'count'),
  column('unverifiable_count', 'Unverifiable', 12, ({ unverifiable }) => unverifiable, 'count'),
  column('compliance_rate', 'Compliance', 10, profileRate, 'rate'),
  column('has_gap', 'Gap', 6, ({ hasGap }) => hasGap, 'flag'),
  column('undetermined', 'Undetermined', 12, ({ undetermined }) => undetermined, 'flag'),
];
