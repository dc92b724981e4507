import { isOtherRole } from '../model/attribution/disagreement.js';
import { roleClaims } from '../model/attribution/role-claims.js';
import type { RoleCall } from '../model/role-call/role-call.js';
import { allowing } from '../model/verdict/allow-rule.js';
import { isFinding } from '../model/verdict/attributed-verdict.js';
import type { JudgeRules, Verdict } from '../model/verdict/verdict.js';
import type { AuditOptions } from '../options/check/audit-options.js';
import { wildcard } from '../text/wildcard.js';
import { explicitClaims } from './claims-of.js';

/** The rules by which the options say that calls are judged. */
export function rulesOf({ readIdentity, brokers, knownRoles }: AuditOptions): JudgeRules {
  const patterns = brokers.map(wildcard);
  const isBroker = ({ callerArn = '', callerRoleArn = '' }: RoleCall): boolean =>
    patterns.some((matches) => matches(callerArn) || matches(callerRoleArn));
  const claims = roleClaims(explicitClaims(knownRoles), []);
  return {
    readIdentity,
    isBroker: brokers.length === 0 ? undefined : isBroker,
    isOtherRole: (profile, roleArn) => isOtherRole(claims, profile, roleArn),
  };
}

/** Marks what the allow list permits: its rules are asked only about would-be findings. */
export function permittedBy({ allow }: AuditOptions): (verdict: Verdict) => Verdict {
  const ruleFor = allowing(allow);
  return (verdict) => {
    const rule = isFinding(verdict) ? ruleFor(verdict.call) : undefined;
    return rule === undefined ? verdict : { ...verdict, allowedBy: rule.name };
  };
}
