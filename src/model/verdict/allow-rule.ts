import type { RoleCall } from '../role-call/role-call.js';
import { type Instant, compareInstants, parseInstant } from '../time/instant.js';
import { wildcard } from '../../text/wildcard.js';

/**
 * What is known and permitted: calls for which every given condition holds. Conditions are exact, or
 * patterns with `*`; at least one is given.
 */
export interface AllowRule {
  readonly name: string;
  readonly reason: string;
  /** The role that was assumed. */
  readonly role?: string | undefined;
  /** The caller's own ARN, or that of the role behind it. */
  readonly caller?: string | undefined;
  readonly eventName?: string | undefined;
  readonly sourceIdentity?: string | undefined;
  /** From this instant on nothing is permitted any more: it is compared with the event's time. */
  readonly until?: Instant | undefined;
}

type Condition = (event: RoleCall) => boolean;

/**
 * The first of the rules, in their order, that permits an event; undefined when none does. What an event
 * does not carry matches no condition, not even `*`.
 */
export function allowing(rules: readonly AllowRule[]): (event: RoleCall) => AllowRule | undefined {
  const ready = rules.map((rule) => ({ rule, conditions: conditionsOf(rule) }));
  return (event) => ready.find(({ conditions }) => conditions.every((holds) => holds(event)))?.rule;
}

function conditionsOf({ role, caller, eventName, sourceIdentity, until }: AllowRule): Condition[] {
  return [
    ...matching(role, (event) => [event.roleArn]),
    ...matching(caller, (event) => [event.callerArn, event.callerRoleArn]),
    ...matching(eventName, (event) => [event.eventName]),
    ...matching(sourceIdentity, (event) => [event.sourceIdentity]),
    ...(until === undefined ? [] : [(event: RoleCall) => isBefore(event, until)]),
  ];
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
