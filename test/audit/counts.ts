import type { CallCount } from '../../src/model/verdict/call-count.js';

export const arn = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;

/** A count of one call without a source identity, with these differences. */
export function callCount(more: Partial<CallCount> = {}): CallCount {
  return {
    roleArn: arn('Admin'),
    category: 'no_source_identity',
    unverifiable: false,
    allowedBy: undefined,
    sessionProfile: undefined,
    anomalies: [],
    isChecked: true,
    hop: 'first',
    callerRoleArn: undefined,
    hasIdentity: false,
    hasTag: false,
    isFailed: false,
    naming: undefined,
    calls: 1,
    ...more,
  };
}

/** A count of one tracked call. */
export function trackedCount(profile: string, more: Partial<CallCount> = {}): CallCount {
  return callCount({ category: 'tracked', sessionProfile: profile, hasIdentity: true, ...more });
}
