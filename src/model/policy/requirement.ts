import {
  type Device,
  type DeviceCondition,
  type Policy,
  type PolicyRequest,
  type PolicyRule,
  names,
  suits,
} from './policy.js';
import { type Span, secondOf, spansOf } from './policy-time.js';

/** Whether a policy requires tracked sessions for a profile. */
export interface Requirement {
  readonly required: boolean;
  /** The first rule, in the order of the file, that requires it. */
  readonly rule: string | undefined;
  /** One clause for a reader: what requires it, or what stands against it. Rule names are as written. */
  readonly why: string;
  /** A request for which the rule is the first to match. */
  readonly witness: PolicyRequest | undefined;
}

/**
 * A profile is required when there is a user, an instant and a device for which, in server mode, the first
 * rule that matches is a `require_server_session` one. Decided, not sampled: the search is complete for the
 * instants of 2020 to 2039, whichever day it runs on.
 */
export function requirementOf(policy: Policy, profile: string): Requirement {
  const naming = policy.rules.filter(({ profiles }) => names(profiles, profile));
  const rules = naming.filter(({ mode }) => names(mode, 'server'));
  const spans = spansOf(rules);
  const obstacles: string[] = [];
  for (const [at, rule] of rules.entries()) {
    if (rule.effect !== 'require_server_session') continue;
    const reach = (others: readonly PolicyRule[]): PolicyRequest | undefined =>
      firstReached(rule, others, profile, spans);
    const earlier = rules.slice(0, at);
    const witness = reach(earlier);
    if (witness !== undefined) {
      return { required: true, rule: rule.name, why: `rule "${rule.name}"`, witness };
    }
    obstacles.push(obstacleOf(rule, earlier, reach));
  }
  for (const { effect, mode, name } of naming) {
    const isTracked = effect === 'require_server_session';
    if (isTracked && !names(mode, 'server'))
      obstacles.push(`rule "${name}" is not for server mode`);
  }
  if (obstacles.length === 0) obstacles.push('no require_server_session rule names it');
  const why = [...new Set(obstacles)].join('; ');
  return { required: false, rule: undefined, why, witness: undefined };
}

/** Each profile's requirement, found once; without a policy nothing is required. */
export function requirements(
  policy: Policy | undefined,
): (profile: string) => Pick<Requirement, 'required' | 'rule'> {
  const known = new Map<string, Pick<Requirement, 'required' | 'rule'>>();
  return (profile) => {
    const requirement =
      known.get(profile) ??
      (policy === undefined
        ? { required: false, rule: undefined }
        : requirementOf(policy, profile));
    known.set(profile, requirement);
    return requirement;
  };
}

function obstacleOf(
  { name }: PolicyRule,
  earlier: readonly PolicyRule[],
  reach: (others: readonly PolicyRule[]) => PolicyRequest | undefined,
): string {
  if (reach([]) === undefined) return `the hours of rule "${name}" never come`;
  const first = earlier.find((other) => reach([other]) === undefined);
  const who = first === undefined ? 'earlier rules come' : `rule "${first.name}" comes`;
  return `${who} first for every request that rule "${name}" matches`;
}

/**
 * A request that the rule matches and no earlier rule does. Whoever is named, and whatever a device shows,
 * only lets more rules match: so no user but the rule's own, or one whom nobody names, and no device but
 * those that show just what the rule asks for, need be tried.
 */
function firstReached(
  rule: PolicyRule,
  earlier: readonly PolicyRule[],
  profile: string,
  spans: () => readonly Span[],
): PolicyRequest | undefined {
  const users = rule.users.length > 0 ? rule.users : [someoneElse(earlier)];
  const tried = new Set<string>();
  for (const device of leastDevices(rule.device)) {
    const suited = earlier.filter((other) => suits(other.device, device));
    for (const user of users) {
      const rivals = suited.filter((other) => names(other.users, user));
      const key = rivals.map((rival) => earlier.indexOf(rival)).join();
      if (tried.has(key)) continue;
      tried.add(key);
      const seconds = secondOf(rule, rivals, spans);
      if (seconds !== undefined) {
        return { user, profile, mode: 'server', at: { seconds, nanos: 0 }, device };
      }
    }
  }
  return undefined;
}

function someoneElse(rules: readonly PolicyRule[]): string {
  const named = new Set(rules.flatMap(({ users }) => users));
  let user = 'anyone';
  while (named.has(user)) user += '1';
  return user;
}

/** One for each operating system that the condition allows; nothing known where it asks for nothing. */
function leastDevices(condition: DeviceCondition | undefined): readonly (Device | undefined)[] {
  if (condition === undefined || suits(condition, undefined)) return [undefined];
  const least = {
    diskEncrypted: condition.requireEncryption,
    mdmEnrolled: condition.requireMdm,
    mdmCompliant: condition.requireMdmCompliant,
    firewallEnabled: condition.requireFirewall,
    osVersion: condition.minOsVersion,
  };
  const { allowedOsTypes = [] } = condition;
  if (allowedOsTypes.length === 0) return [least];
  return allowedOsTypes.map((osType) => ({ ...least, osType }));
}
