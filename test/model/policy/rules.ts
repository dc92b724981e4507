import type { PolicyRequest, PolicyRule } from '../../../src/model/policy/policy.js';
import { parseInstant } from '../../../src/model/time/instant.js';

/** A rule that permits everybody everything, with these differences. */
export function rule(given: Partial<PolicyRule>): PolicyRule {
  return { name: 'r', effect: 'allow', profiles: [], users: [], mode: [], ...given };
}

/** A rule that requires a tracked session. */
export const tracked = (given: Partial<PolicyRule>): PolicyRule =>
  rule({ name: 'tracked', effect: 'require_server_session', ...given });

/** What Alice asks for of `prod` in server mode on a Monday at noon, with these differences. */
export function request(
  given: Partial<Omit<PolicyRequest, 'at'>> & { at?: string },
): PolicyRequest {
  const at = parseInstant(given.at ?? '2026-01-19T12:00:00Z')!;
  return { user: 'alice', profile: 'prod', mode: 'server', device: undefined, ...given, at };
}
