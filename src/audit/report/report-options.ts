import type { AuditOptions } from '../../options/check/audit-options.js';
import type { Instant } from '../../model/time/instant.js';
import type { AllowRule } from '../../model/verdict/allow-rule.js';
import type { KnownRoles } from '../../model/attribution/known-roles.js';
import type { Selected } from './selection.js';

/** What a report is asked for, as far as its caveats depend on it. */
export interface CaveatOptions extends Selected {
  readonly failOn: ReadonlySet<string>;
  readonly allow: readonly AllowRule[];
  readonly knownRoles: KnownRoles;
  /** Did anybody say which callers may hand out credentials? */
  readonly hasBrokers: boolean;
  readonly now: Instant;
}

/** What a report depends on, of the options of an audit. */
export function reportOptions(
  { role, profile, failOn, allow, knownRoles, brokers }: AuditOptions,
  now: Instant,
): CaveatOptions {
  return { role, profile, failOn, allow, knownRoles, hasBrokers: brokers.length > 0, now };
}
