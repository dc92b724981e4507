import type { AuditSummary } from '../model/report/audit-summary.js';
import { eventsOf } from '../model/attribution/profile-report.js';
import { compareInstants, formatInstant } from '../model/time/instant.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import { type Run, count } from '../run/run.js';
import type { Tally } from './tally.js';

/**
 * Untracked events that may be of the profile, and are not listed under it: no role of it is known, and
 * only the names of theirs could place them.
 */
export function countUnattributed({ untrackedByRole, profiles }: Tally, profile: string): number {
  if (profiles.knows(profile)) return 0;
  let number = 0;
  for (const [roleArn, use] of untrackedByRole) {
    if (roleArn === undefined) continue;
    const placed = profiles.profilesOf(roleArn);
    if (placed.by === 'role_name' && !profiles.mayBeOf(roleArn, profile)) number += eventsOf(use);
  }
  return number;
}

/** Says what is kept though it says no role. */
export function pointOutRoleless(
  { rolelessEvents }: Tally,
  { role, profile }: AuditOptions,
  { context }: Run,
): void {
  const asked = role ?? profile;
  if (asked === undefined || rolelessEvents === 0) return;
  const events = count(rolelessEvents, 'finding says no role', 'findings say no role');
  context.note(`${events}: kept, for they may be of ${asked}`);
}

/** Says what nobody can tell of the role or the profile that is asked for. */
export function pointOutUnknown(
  tally: Tally,
  { unattributed }: AuditSummary,
  { role, profile, knownRoles }: AuditOptions,
  { context }: Run,
): void {
  const unused = [...knownRoles.explicit.keys()].filter((known) => !tally.hasRole(known));
  if (unused.length > 0 && role === undefined) {
    context.note(`no event assumed these roles of the profile map: ${unused.join(', ')}`);
  }
  const unchecked = tally.uncheckedOf(profile);
  if (unchecked > 0) {
    const events = count(unchecked, 'tracked event');
    context.note(
      `${events} could not be checked for after_revocation and outside_session: the sessions lack status, started_at, expires_at or updated_at; archive them with --columns all`,
    );
  }
  if (unattributed > 0) {
    const events = count(unattributed, 'untracked event');
    context.note(`${events} may be of ${profile}, of which no role is known: give --profile-map`);
  }
}

/** A rule that no longer holds, or that nothing needs, is pointed out. */
export function pointOutRules({ allowed }: Tally, { allow }: AuditOptions, run: Run): void {
  for (const { name, until } of allow) {
    const used = allowed.get(name) ?? 0;
    if (until !== undefined && compareInstants(until, run.world.now) <= 0) {
      run.context.note(`the rule "${name}" of the allow list expired ${formatInstant(until)}`);
    } else if (used === 0) {
      run.context.note(`the rule "${name}" of the allow list matched nothing`);
    } else {
      run.context.detail(`the rule "${name}" of the allow list permitted ${count(used, 'event')}`);
    }
  }
}
