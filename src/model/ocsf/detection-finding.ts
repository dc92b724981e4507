import { isFailedCall } from '../role-call/role-call.js';
import { parseInstant } from '../time/instant.js';
import { type AttributedVerdict, reasonOf } from '../verdict/attributed-verdict.js';
import type { Anomaly, FindingCategory } from '../verdict/verdict.js';
import { typeOfCall } from './authentication.js';
import { actorOf, apiOf, cloudOf, endpointOf, roleOf, roleSessionOf } from './call-objects.js';
import {
  type OcsfContext,
  type OcsfMapping,
  type ToOcsf,
  baseOf,
  metadataOf,
  toMillis,
} from './document.js';
import { FINDING_STATUSES, type FindingStatusId, type SeverityId } from './enums.js';
import type { OcsfEvent, OcsfObject } from './schema.js';

const CREATE = { id: 1, name: 'Create' } as const;

const SEVERITY: Readonly<Record<FindingCategory, SeverityId>> = {
  no_source_identity: 4,
  orphaned: 4,
  non_sentinel_format: 3,
};

const TITLES: Readonly<Record<FindingCategory, string>> = {
  no_source_identity: 'Role assumed without a source identity',
  orphaned: 'Role assumed with the identity of a session that does not exist',
  non_sentinel_format: 'Role assumed with a source identity that is not from Sentinel',
};

/** `outside_session` may be a matter of clocks and of late use; the others are not. */
const ANOMALY_SEVERITY: Readonly<Record<Anomaly, SeverityId>> = {
  after_revocation: 4,
  outside_session: 3,
  user_mismatch: 4,
  unexpected_caller: 4,
  role_mismatch: 4,
};

/** A verdict as Detection Finding (2004). Its `finding_info.uid` is the same in every run. */
export const verdictToOcsf: ToOcsf<AttributedVerdict> = (verdict, context) => {
  const { call } = verdict;
  const role = roleOf(call);
  const [actor, api] = [actorOf(call), apiOf(call)];
  const document: OcsfEvent<'detection_finding'> = {
    ...baseOf('detection_finding', CREATE, severityOf(verdict), parseInstant(call.eventTime)!),
    ...statusOf(verdict),
    message: messageOf(verdict),
    metadata: { ...metadataOf(context, ['cloud', 'host']), log_provider: 'AWS CloudTrail' },
    cloud: cloudOf(call),
    finding_info: infoOf(verdict, context),
    actor,
    api,
    resources: role && [role],
    evidences: [{ actor, api, src_endpoint: endpointOf(call), user: roleSessionOf(call) }],
    unmapped: unmappedOf(verdict),
  };
  return document;
};

/** Verdicts in OCSF. */
export const VERDICTS_IN_OCSF: OcsfMapping<AttributedVerdict> = {
  classes: ['detection_finding'],
  toOcsf: verdictToOcsf,
};

/** What cannot be verified has no severity; a failed call gave nothing away. */
function severityOf({ call, category, anomalies, unverifiable }: AttributedVerdict): SeverityId {
  if (unverifiable) return 0;
  if (category === 'tracked') {
    const severities = anomalies.map((anomaly) => ANOMALY_SEVERITY[anomaly]);
    return Math.max(1, ...severities) as SeverityId;
  }
  return isFailedCall(call) ? 2 : SEVERITY[category];
}

function statusOf(
  verdict: AttributedVerdict,
): Pick<OcsfEvent<'detection_finding'>, 'status_id' | 'status' | 'status_detail'> {
  const { category, anomalies, unverifiable } = verdict;
  if (category === 'tracked' && anomalies.length === 0) return { status_id: 99, status: 'Tracked' };
  const id: FindingStatusId = unverifiable ? 0 : 1;
  return {
    status_id: id,
    status: FINDING_STATUSES[id],
    status_detail: unverifiable
      ? 'unverifiable: the sessions that were read do not cover the time of the call'
      : undefined,
  };
}

function messageOf(verdict: AttributedVerdict): string {
  const { anomalies } = verdict;
  if (anomalies.length > 0) return `Tracked session with an anomaly: ${anomalies.join(', ')}`;
  return reasonOf(verdict) ?? 'Tracked session';
}

function infoOf(verdict: AttributedVerdict, { hash }: OcsfContext): OcsfObject<'finding_info'> {
  const { call, category, anomalies } = verdict;
  const { accountId, eventId, eventTime } = call;
  const at = toMillis(parseInstant(eventTime)!);
  return {
    uid: hash(JSON.stringify([accountId ?? null, eventId, category])),
    title: category === 'tracked' ? trackedTitle(anomalies) : TITLES[category],
    desc: messageOf(verdict),
    types: [category, ...anomalies],
    analytic: { name: category, uid: category, type: 'Rule', type_id: 1 },
    data_sources: ['AWS CloudTrail', 'Sentinel sessions'],
    first_seen_time: at,
    last_seen_time: at,
    related_events: [{ uid: eventId, ...typeOfCall(call) }],
  };
}

function trackedTitle(anomalies: readonly Anomaly[]): string {
  return anomalies.length === 0
    ? 'Role assumed with a tracked session'
    : 'Role assumed with a tracked session that cannot be right';
}

/** What OCSF has no attribute for. */
function unmappedOf(verdict: AttributedVerdict): Readonly<Record<string, unknown>> {
  const { call, match, anomalies, unverifiable, profiles } = verdict;
  return {
    source_identity: call.sourceIdentity,
    session_tag: call.sessionTag,
    user_agent: call.userAgent,
    profiles,
    matched_by: match?.matchedBy,
    session_id: match?.session.id,
    session_user: match?.session.user,
    anomalies: anomalies.length === 0 ? undefined : anomalies,
    unverifiable: unverifiable ? true : undefined,
  };
}
