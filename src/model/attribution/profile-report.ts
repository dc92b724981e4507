import { complianceRate } from '../report/audit-summary.js';
import type { Column } from '../columns/session-columns.js';
import type { AttributedBy, RoleProfiles } from './role-profiles.js';
import { FINDING_CATEGORIES, type FindingCategory } from '../verdict/verdict.js';

/** Untracked events in which one role was assumed, by category; those of which nobody can tell apart. */
export interface RoleUse {
  readonly found: Partial<Record<FindingCategory, number>>;
  readonly unverifiable: Partial<Record<FindingCategory, number>>;
}

/** Is a profile required to be tracked, and by which rule? */
export type RequirementOf = (profile: string) => {
  readonly required: boolean;
  readonly rule: string | undefined;
};

/** One profile: what its policy demands, and what was seen. */
export interface ProfileCompliance {
  readonly profile: string;
  readonly required: boolean;
  /** The first rule that requires it. */
  readonly rule: string | undefined;
  readonly tracked: number;
  /** Orphaned ones among them. */
  readonly untracked: number;
  /** Required, and used untracked. */
  readonly hasGap: boolean;
  /** Required, and no role is known, while some untracked use could not be placed: neither compliant nor a gap. */
  readonly undetermined: boolean;
  /** A gap that is told beyond doubt, of the categories that count. */
  readonly fails: boolean;
}

export interface ProfileReport {
  /** Sorted by profile. */
  readonly profiles: readonly ProfileCompliance[];
  /** Untracked events that only the name of their role could place. */
  readonly unattributed: number;
  /** Those that count against a profile, too, by events alone that cannot be right or may be second hops. */
  readonly doubtful: number;
  /** Untracked events by the way in which their role was placed. */
  readonly attributedBy: Readonly<Partial<Record<AttributedBy, number>>>;
}

export interface ReportInput {
  readonly roles: RoleProfiles;
  readonly trackedByProfile: ReadonlyMap<string | undefined, number>;
  readonly untrackedByRole: ReadonlyMap<string | undefined, RoleUse>;
  readonly requirementOf: RequirementOf;
  /** Profiles that are listed though nothing was seen of them, if they are required. */
  readonly named: readonly string[];
  /** A profile that is asked for, and listed in any case. */
  readonly asked: string | undefined;
  readonly failOn: ReadonlySet<string>;
}

/** Under what events without a role, or of a session without a profile, are listed. */
const UNKNOWN = 'unknown';
const NONE = { all: 0, failing: 0 };

/**
 * The report for each profile. Doubt never hides a gap: a role that several profiles use counts, for its
 * untracked events, against every required one of them, and the one that is asked for; where there is none,
 * against the one that uses it most.
 */
export function reportProfiles(input: ReportInput): ProfileReport {
  const { roles, trackedByProfile, untrackedByRole, requirementOf, failOn } = input;
  const untracked = new Map<string, { all: number; failing: number }>();
  const attributedBy: Partial<Record<AttributedBy, number>> = {};
  const seen = [...trackedByProfile.keys()].map((profile) => profile ?? UNKNOWN);
  const isConcerned = (profile: string): boolean =>
    requirementOf(profile).required || profile === input.asked;
  let doubtful = 0;
  for (const [roleArn, use] of untrackedByRole) {
    const { profiles, suspected, by } =
      roleArn === undefined
        ? { profiles: [UNKNOWN], suspected: [], by: 'role_name' as const }
        : roles.profilesOf(roleArn);
    const all = eventsOf(use);
    const failing = total(
      use.found,
      FINDING_CATEGORIES.filter((category) => failOn.has(category)),
    );
    attributedBy[by] = (attributedBy[by] ?? 0) + all;
    const namesakes = roleArn === undefined ? [] : roles.namesakesOf(roleArn);
    const sure = [...new Set([...profiles, ...namesakes])].filter(isConcerned);
    const doubted = suspected.filter((profile) => isConcerned(profile) && !sure.includes(profile));
    if (doubted.length > 0) doubtful += all;
    for (const profile of [...(sure.length > 0 ? sure : profiles.slice(0, 1)), ...doubted]) {
      const counts = untracked.get(profile) ?? NONE;
      untracked.set(profile, { all: counts.all + all, failing: counts.failing + failing });
    }
  }
  const unattributed = attributedBy.role_name ?? 0;
  const listed = input.named.filter((profile) => requirementOf(profile).required);
  if (input.asked !== undefined) listed.push(input.asked);
  const profiles = [...new Set([...seen, ...untracked.keys(), ...listed])]
    .toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map((profile) => {
      const { required, rule } = requirementOf(profile);
      const { all, failing } = untracked.get(profile) ?? NONE;
      const hasGap = required && all > 0;
      return {
        profile,
        required,
        rule,
        tracked:
          (trackedByProfile.get(profile) ?? 0) +
          (profile === UNKNOWN ? (trackedByProfile.get(undefined) ?? 0) : 0),
        untracked: all,
        hasGap,
        undetermined: required && !hasGap && unattributed > 0 && !roles.knows(profile),
        fails: required && failing > 0,
      };
    });
  return { profiles, unattributed, doubtful, attributedBy };
}

/** How many events there were, of all categories. */
export function eventsOf({ found, unverifiable }: RoleUse): number {
  return total(found, FINDING_CATEGORIES) + total(unverifiable, FINDING_CATEGORIES);
}

/** Tracked of all uses of the profile, in percent. */
export function rateOf({ tracked, untracked }: ProfileCompliance): number {
  return complianceRate(tracked, tracked + untracked);
}

/** The columns of a profile's row in CSV, NDJSON and JSON. */
export const PROFILE_COLUMNS: readonly Column<ProfileCompliance>[] = [
  column('profile', 'Profile', 20, ({ profile }) => profile),
  column('policy_required', 'Policy Required', 15, ({ required }) => required),
  column('policy_rule', 'Policy Rule', 32, ({ rule }) => rule),
  column('tracked_count', 'Tracked', 10, ({ tracked }) => tracked),
  column('untracked_count', 'Untracked', 10, ({ untracked }) => untracked),
  column('compliance_rate', 'Compliance', 10, rateOf),
  column('has_gap', 'Gap', 6, ({ hasGap }) => hasGap),
  column('undetermined', 'Undetermined', 12, ({ undetermined }) => undetermined),
];

function total(
  counts: Partial<Record<FindingCategory, number>>,
  categories: readonly FindingCategory[],
): number {
  return categories.reduce((sum, category) => sum + (counts[category] ?? 0), 0);
}

function column(
  name: string,
  title: string,
  width: number,
  of: Column<ProfileCompliance>['of'],
): Column<ProfileCompliance> {
  return { name, title, width, of };
}
