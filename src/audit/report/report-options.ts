import type { AuditOptions } from '../../options/check/audit-options.js';
import type { Instant } from '../../model/time/instant.js';
import type { CaveatOptions } from './caveats.js';

/** What a report depends on, of the options of an audit. */
export function reportOptions(
  { role, profile, failOn, allow, knownRoles, brokers }: AuditOptions,
  now: Instant,
): CaveatOptions {
  return { role, profile, failOn, allow, knownRoles, hasBrokers: brokers.length > 0, now };
}
