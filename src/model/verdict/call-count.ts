import { type Hop, isFailedCall } from '../role-call/role-call.js';
import type { SessionSummary } from '../session/session-lookup.js';
import type { Anomaly, Verdict } from './verdict.js';

/** Which part of Sentinel names a role session so (AWS facts: its TVM and its CLI). */
type SessionNaming = 'tvm' | 'cli';

/** Judged calls that are alike in everything a report counts by, and how many they are. */
export interface CallCount {
  readonly roleArn: string | undefined;
  readonly category: Verdict['category'];
  readonly unverifiable: boolean;
  /** The name of the rule of the allow list that permits them. */
  readonly allowedBy: string | undefined;
  /** Of tracked calls, the profile of their session. */
  readonly sessionProfile: string | undefined;
  readonly anomalies: readonly Anomaly[];
  /** Has their session what `after_revocation` and `outside_session` are told by? True of untracked calls. */
  readonly isChecked: boolean;
  readonly hop: Hop;
  /** The caller's role, where only that can tell whether the call is of a later hop. */
  readonly callerRoleArn: string | undefined;
  readonly hasIdentity: boolean;
  readonly hasTag: boolean;
  readonly isFailed: boolean;
  readonly naming: SessionNaming | undefined;
  readonly calls: number;
}

/** What a verdict is counted under, with the number of its calls. */
export function callCountOf(verdict: Verdict): CallCount {
  const { call, match } = verdict;
  return {
    roleArn: call.roleArn,
    category: verdict.category,
    unverifiable: verdict.unverifiable,
    allowedBy: verdict.allowedBy,
    sessionProfile: match?.session.profile,
    anomalies: verdict.anomalies,
    isChecked: match === undefined || isChecked(match.session),
    hop: call.hop,
    callerRoleArn: call.hop === 'unknown' ? call.callerRoleArn : undefined,
    hasIdentity: call.sourceIdentity !== undefined,
    hasTag: call.sessionTag !== undefined,
    isFailed: isFailedCall(call),
    naming: namingOf(call.roleSessionName),
    calls: call.weight,
  };
}

/** Two counts with the same key are counted as one. */
export function keyOfCallCount(count: CallCount): string {
  const { roleArn, allowedBy, sessionProfile, callerRoleArn } = count; // texts of others: told by their lengths
  const { category, unverifiable, anomalies, hop, naming } = count;
  const { hasIdentity, hasTag, isFailed } = count;
  return (
    `${keyOf(roleArn)}${keyOf(allowedBy)}${keyOf(sessionProfile)}${keyOf(callerRoleArn)}` +
    `${category} ${unverifiable} ${anomalies.join()} ${count.isChecked} ${hop} ${naming} ${hasIdentity} ${hasTag} ${isFailed}`
  );
}

function keyOf(text: string | undefined): string {
  return text === undefined ? '- ' : `${text.length}:${text} `;
}

/** The sum of two counts with the same key. */
export function addCallCounts(a: CallCount, b: CallCount): CallCount {
  return { ...a, calls: a.calls + b.calls };
}

/** How many calls some counts hold. */
export function callsIn(counts: readonly CallCount[]): number {
  return counts.reduce((sum, { calls }) => sum + calls, 0);
}

function isChecked({ status, startedAt, expiresAt, updatedAt }: SessionSummary): boolean {
  const isDated = startedAt !== undefined && expiresAt !== undefined;
  return isDated && status !== undefined && (status !== 'revoked' || updatedAt !== undefined);
}

/** Sentinel's TVM names role sessions `tvm-USER-REQUEST`, its CLI `sentinel-` and a time in nanoseconds. */
function namingOf(roleSessionName: string | undefined): SessionNaming | undefined {
  if (roleSessionName === undefined) return undefined;
  if (roleSessionName.startsWith('tvm-')) return 'tvm';
  return /^sentinel-\d{16,}$/.test(roleSessionName) ? 'cli' : undefined;
}
