import type { RoleCall } from '../role-call/role-call.js';
import { type Instant, compareInstants, parseInstant } from '../time/instant.js';
import { wildcard } from '../../text/wildcard.js';

/**
 * Calls that are known and permitted: those for which every given condition holds. Conditions are exact, or
 * patterns with `*`; at least one is given.
 */
export interface AllowRule {
  readonly name: string;
  readonly reason: string;
  /** The role that was assumed. */
  readonly role?: string | undefined;
  /**
   * The caller's own ARN, or that of the role behind it. A caller of another account may be recorded without
   * an ARN; it is compared as `arn:aws:iam::ACCOUNT:root`, which is how trust policies name an account.
   */
  readonly caller?: string | undefined;
  /** The account of the caller, 12 digits. */
  readonly callerAccount?: string | undefined;
  /** The provider of a federated caller. */
  readonly identityProvider?: string | undefined;
  readonly eventName?: string | undefined;
  readonly sourceIdentity?: string | undefined;
  /** The rule permits nothing at or after this instant, by the time of the event. */
  readonly until?: Instant | undefined;
}

type Condition = (event: RoleCall) => boolean;

/**
 * The first of the rules, in their order, that permits an event; undefined when none does. A field that an
 * event does not have matches no condition, not even `*`.
 */
export function allowing(rules: readonly AllowRule[]): (event: RoleCall) => AllowRule | undefined {
  const ready = rules.map((rule) => ({ rule, conditions: conditionsOf(rule) }));
  return (event) => ready.find(({ conditions }) => conditions.every((holds) => holds(event)))?.rule;
}

function conditionsOf(rule: AllowRule): Condition[] {
  const { until } = rule;
  return [
    ...matching(rule.role, (event) => [event.roleArn]),
    ...matching(rule.caller, callerNames),
    ...matching(rule.callerAccount, (event) => [event.callerAccountId]),
    ...matching(rule.identityProvider, (event) => [event.identityProvider]),
    ...matching(rule.eventName, (event) => [event.eventName]),
    ...matching(rule.sourceIdentity, (event) => [event.sourceIdentity]),
    ...(until === undefined ? [] : [(event: RoleCall) => isBefore(event, until)]),
  ];
}

function callerNames(event: RoleCall): readonly (string | undefined)[] {
  const { callerArn, callerRoleArn, callerAccountId, roleArn } = event;
  if (callerArn !== undefined || callerAccountId === undefined) return [callerArn, callerRoleArn];
  const partition = /^arn:([a-z-]+):/.exec(roleArn ?? '')?.[1] ?? 'aws';
  return [callerRoleArn, `arn:${partition}:iam::${callerAccountId}:root`];
}

function matching(
  pattern: string | undefined,
  textsOf: (event: RoleCall) => readonly (string | undefined)[],
): Condition[] {
  if (pattern === undefined) return [];
  const matches = wildcard(pattern);
  return [(event) => textsOf(event).some((text) => text !== undefined && matches(text))];
}

function isBefore({ eventTime }: RoleCall, until: Instant): boolean {
  const time = parseInstant(eventTime);
  return time !== undefined && compareInstants(time, until) < 0;
}
