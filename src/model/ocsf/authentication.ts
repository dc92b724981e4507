import { type RoleCall, isFailedCall } from '../role-call/role-call.js';
import { parseInstant } from '../time/instant.js';
import { actorOf, apiOf, cloudOf, endpointOf, operationOf, roleSessionOf } from './call-objects.js';
import {
  type OcsfContext,
  type OcsfMapping,
  type ToOcsf,
  baseOf,
  metadataOf,
  typeUidOf,
} from './document.js';
import { EVENT_STATUSES } from './enums.js';
import type { OcsfEvent, OcsfObject } from './schema.js';

/** Authentication, Logon: what Security Lake makes of a call for role credentials. */
const LOGON = { id: 1, name: 'Logon' } as const;

/**
 * A role call as Authentication (3002), as Security Lake maps it; as API Activity (6003) where the record says
 * neither the role nor the name of its session, as of a denied call: Authentication needs a user.
 */
export const callToOcsf: ToOcsf<RoleCall> = (call, context) => {
  const user = roleSessionOf(call);
  return user === undefined ? apiActivity(call, context) : authentication(call, user, context);
};

/** Role calls in OCSF. */
export const CALLS_IN_OCSF: OcsfMapping<RoleCall> = {
  classes: ['authentication', 'api_activity'],
  toOcsf: callToOcsf,
};

/** What {@link callToOcsf} makes of a call: its `type_name` and `type_uid`. */
export function typeOfCall(call: RoleCall): { readonly type: string; readonly type_uid: number } {
  return roleSessionOf(call) === undefined
    ? { type: 'API Activity: Other', type_uid: typeUidOf('api_activity', 99) }
    : { type: 'Authentication: Logon', type_uid: typeUidOf('authentication', LOGON.id) };
}

function authentication(
  call: RoleCall,
  user: OcsfObject<'user'>,
  context: OcsfContext,
): OcsfEvent<'authentication'> {
  const { service, operation } = operationOf(call);
  return {
    ...baseOf('authentication', LOGON, 1, parseInstant(call.eventTime)!),
    ...commonOf(call, context, ['cloud', 'host']),
    user,
    service: { name: service },
    actor: actorOf(call),
    api: apiOf(call),
    src_endpoint: endpointOf(call),
    ...protocolOf(operation),
  };
}

function apiActivity(call: RoleCall, context: OcsfContext): OcsfEvent<'api_activity'> {
  const { operation } = operationOf(call);
  const nobody = { user: { name: 'Unknown', type: 'Unknown', type_id: 0 } };
  return {
    ...baseOf('api_activity', { id: 99, name: operation }, 1, parseInstant(call.eventTime)!),
    ...commonOf(call, context, ['cloud']),
    actor: actorOf(call) ?? nobody,
    api: apiOf(call),
    src_endpoint: endpointOf(call) ?? { name: 'Unknown' },
  };
}

/** What both classes say of a call. */
function commonOf(call: RoleCall, context: OcsfContext, profiles: readonly string[]) {
  const status = isFailedCall(call) ? 2 : 1;
  const { userAgent, sourceIdentity, sessionTag } = call;
  return {
    status_id: status,
    status: EVENT_STATUSES[status],
    status_code: call.errorCode,
    metadata: {
      ...metadataOf(context, profiles),
      uid: call.eventId,
      event_code: call.eventName,
      correlation_uid: call.sharedEventId,
      log_provider: 'AWS CloudTrail',
      original_time: call.eventTime,
    },
    cloud: cloudOf(call),
    http_request: userAgent === undefined ? undefined : { user_agent: userAgent },
    unmapped:
      (sourceIdentity ?? sessionTag) === undefined
        ? undefined
        : { source_identity: sourceIdentity, session_tag: sessionTag },
  };
}

function protocolOf(
  operation: string,
): Pick<OcsfEvent<'authentication'>, 'auth_protocol' | 'auth_protocol_id'> {
  if (operation === 'AssumeRoleWithSAML') return { auth_protocol: 'SAML', auth_protocol_id: 5 };
  if (operation !== 'AssumeRoleWithWebIdentity') return {};
  return { auth_protocol: 'OpenID', auth_protocol_id: 4 };
}
