import type { CallerIdentity } from '../coverage/caller-identity.js';
import type { Caveat } from '../report/caveat.js';
import { type ProfileCompliance, profileRate } from '../report/profile-compliance.js';
import type { Annotation } from '../report/report.js';
import type { Instant } from '../time/instant.js';
import { accountOf } from './call-objects.js';
import { type OcsfMapping, type ToOcsf, baseOf, metadataOf, toMillis } from './document.js';
import {
  COMPLIANCE_STATUSES,
  type ComplianceStatusId,
  FINDING_STATUSES,
  type FindingStatusId,
  type SeverityId,
} from './enums.js';
import type { OcsfEvent } from './schema.js';

/** What a report says besides its profiles. */
export interface ComplianceFacts {
  readonly window: { readonly since: Instant; readonly until: Instant };
  readonly identity: CallerIdentity | undefined;
  readonly caveats: readonly Caveat[];
  /** What is said of a gap, and of a profile that is undetermined. */
  readonly annotationOf: (row: ProfileCompliance) => Annotation | undefined;
}

/** How a profile stands: the status of its compliance, and what the finding makes of that. */
const STANDINGS = {
  notRequired: [99, 1, 99],
  pass: [1, 1, 4],
  warning: [2, 3, 1],
  fail: [3, 4, 1],
  unknown: [0, 0, 0],
} as const satisfies Readonly<
  Record<string, readonly [ComplianceStatusId, SeverityId, FindingStatusId]>
>;
type Standing = keyof typeof STANDINGS;

const NOT_REQUIRED = 'Not Required';

/**
 * Profiles as Compliance Finding (2003), one each. Where anything could not be read, or could not be decided and may be of any profile, no
 * profile passes. `finding_info.uid` is the same in every run that the same account asks for.
 */
export function complianceToOcsf(facts: ComplianceFacts): ToOcsf<ProfileCompliance> {
  const { window, identity } = facts;
  const doubts = facts.caveats.filter(isOfAnyProfile);
  return (row, context) => {
    const { profile, required, rule } = row;
    const standing = standingOf(row, doubts.length > 0);
    const [status, severity, findingStatus] = STANDINGS[standing];
    const detail = facts.annotationOf(row)?.message ?? detailOf(standing, doubts);
    const document: OcsfEvent<'compliance_finding'> = {
      ...baseOf('compliance_finding', { id: 1, name: 'Create' }, severity, window.until),
      status_id: findingStatus,
      status: findingStatus === 99 ? NOT_REQUIRED : FINDING_STATUSES[findingStatus],
      message: detail,
      metadata: { ...metadataOf(context, ['cloud']), log_provider: 'AWS CloudTrail' },
      cloud: { provider: 'AWS', account: accountOf(identity?.account) },
      start_time: toMillis(window.since),
      end_time: toMillis(window.until),
      finding_info: {
        uid: context.hash(
          JSON.stringify([identity?.account ?? null, 'session-compliance', profile]),
        ),
        title: `Tracked sessions of the profile ${profile}`,
        types: ['session-compliance'],
        data_sources: ['AWS CloudTrail', 'Sentinel sessions'],
      },
      compliance: {
        standards: ['Sentinel access policy'],
        requirements: required ? ['require_server_session'] : [],
        control: rule ?? 'require_server_session',
        status_id: status,
        status: status === 99 ? NOT_REQUIRED : COMPLIANCE_STATUSES[status],
        status_detail: detail,
      },
      resources: [{ name: profile, type: 'Sentinel profile' }],
      unmapped: {
        policy_required: required,
        policy_rule: rule,
        tracked_count: row.tracked,
        untracked_count: row.untracked,
        unverifiable_count: row.unverifiable,
        compliance_rate: profileRate(row),
        has_gap: row.hasGap,
        undetermined: row.undetermined,
      },
    };
    return document;
  };
}

/** Profiles in OCSF. */
export function profilesInOcsf(facts: ComplianceFacts): OcsfMapping<ProfileCompliance> {
  return { classes: ['compliance_finding'], toOcsf: complianceToOcsf(facts) };
}

/** What only some profiles are in doubt by stands in their rows. */
const OF_SOME_PROFILES: ReadonlySet<Caveat['code']> = new Set([
  'undetermined_profile',
  'unverifiable_profile',
  'unverifiable_calls',
]);

/** Was anything not read, or not decided, that may be of any profile? */
function isOfAnyProfile({ code, weight }: Caveat): boolean {
  return weight === 'incomplete' || (weight === 'undecided' && !OF_SOME_PROFILES.has(code));
}

function standingOf(row: ProfileCompliance, isInDoubt: boolean): Standing {
  if (row.hasGap) return 'fail';
  if (!row.isKnown) return 'unknown';
  if (!row.required) return 'notRequired';
  return row.undetermined || isInDoubt ? 'warning' : 'pass';
}

function detailOf(standing: Standing, doubts: readonly Caveat[]): string {
  if (standing === 'pass') return 'every call of the profile that was judged is tracked';
  if (standing === 'notRequired') return 'the policy does not require tracked sessions';
  return doubts.map(({ text }) => text).join('; ') || 'it could not be decided';
}
