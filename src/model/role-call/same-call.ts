import { formatInstant, parseInstant } from '../time/instant.js';
import { type RoleCall, isFailedCall } from './role-call.js';

/** What two records of one call cannot differ in: time, name and success as one text, and the role. */
export interface CallFacts {
  readonly fixed: string;
  /** Undefined where a record does not say it; then it differs from nothing. */
  readonly roleArn: string | undefined;
}

export function callFactsOf(call: RoleCall): CallFacts {
  const { eventTime, eventName, roleArn } = call;
  return { fixed: `${timeOf(eventTime)} ${eventName} ${isFailedCall(call)}`, roleArn };
}

/** The instant, however it is spelt. CloudTrail spells it in one way, which need not be read. */
function timeOf(eventTime: string): string {
  return eventTime.length === 20 ? eventTime : formatInstant(parseInstant(eventTime)!);
}

/** May two records with one id, or with one shared id, be of the same call? */
export function mayBeSameCall(a: CallFacts, b: CallFacts): boolean {
  return (
    a.fixed === b.fixed &&
    (a.roleArn === undefined || b.roleArn === undefined || a.roleArn === b.roleArn)
  );
}
