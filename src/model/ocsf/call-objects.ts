import type { RoleCall } from '../role-call/role-call.js';
import { isIpAddress } from './ip-address.js';
import type { OcsfObject } from './schema.js';

/** Who called, on whose behalf; undefined where the record says nothing of it. */
export function actorOf(call: RoleCall): OcsfObject<'actor'> | undefined {
  const user = callerOf(call);
  const { callerRoleArn, identityProvider, invokedBy } = call;
  if ((user ?? callerRoleArn ?? invokedBy) === undefined) return undefined;
  return {
    user,
    session: callerRoleArn === undefined ? undefined : { issuer: callerRoleArn },
    idp: identityProvider === undefined ? undefined : { name: identityProvider },
    invoked_by: invokedBy,
  };
}

function callerOf(call: RoleCall): OcsfObject<'user'> | undefined {
  const { callerArn, principalId, callerType, callerAccountId } = call;
  const uid = callerArn ?? principalId ?? callerAccountId;
  if (uid === undefined) return undefined;
  return {
    uid,
    uid_alt: callerArn === undefined ? undefined : principalId,
    ...typeOf(callerType),
    account: accountOf(callerAccountId),
  };
}

/** Types of CloudTrail that OCSF has a number for; every other is 99 under its own name. */
const USER_TYPES: ReadonlyMap<string | undefined, number> = new Map([
  [undefined, 0],
  ['Unknown', 0],
  ['IAMUser', 1],
  ['Root', 2],
  ['AWSService', 3],
]);

function typeOf(callerType: string | undefined): Pick<OcsfObject<'user'>, 'type' | 'type_id'> {
  return { type: callerType ?? 'Unknown', type_id: USER_TYPES.get(callerType) ?? 99 };
}

/** The role session that was asked for; undefined where the record says neither role nor name. */
export function roleSessionOf(call: RoleCall): OcsfObject<'user'> | undefined {
  const { roleArn, roleSessionName } = call;
  if ((roleArn ?? roleSessionName) === undefined) return undefined;
  return { uid: roleArn, name: roleSessionName, account: accountOf(accountInArn(roleArn)) };
}

/** The role as a resource; undefined where the record does not say it. */
export function roleOf({ roleArn }: RoleCall): OcsfObject<'resource_details'> | undefined {
  if (roleArn === undefined) return undefined;
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1) || undefined;
  const partition = /^arn:([a-z0-9-]+):/.exec(roleArn)?.[1];
  return { uid: roleArn, name, type: 'AWS::IAM::Role', cloud_partition: partition };
}

function accountInArn(arn: string | undefined): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn ?? '')?.[1];
}

/** The call; STS unless its name says another service. */
export function apiOf(call: RoleCall): OcsfObject<'api'> {
  const { service, operation } = operationOf(call);
  const response = call.errorCode === undefined ? undefined : { error: call.errorCode };
  return { operation, service: { name: service }, response };
}

/** The operation and the service of a call. */
export function operationOf({ eventName }: RoleCall): { service: string; operation: string } {
  const [, service = 'sts', operation = eventName] = /^([^:]+):([^]+)$/.exec(eventName) ?? [];
  return { service: `${service}.amazonaws.com`, operation };
}

/** Where the call was recorded: region, and the account whose trail has it. */
export function cloudOf({ region, accountId }: RoleCall): OcsfObject<'cloud'> {
  return { provider: 'AWS', region, account: accountOf(accountId) };
}

/** An AWS account. */
export function accountOf(uid: string | undefined): OcsfObject<'account'> | undefined {
  return uid === undefined ? undefined : { uid, type: 'AWS Account', type_id: 10 };
}

/**
 * Where the call came from: an address, or the name of a service. The text stands under `name` too, since the
 * schema asks for a name.
 */
export function endpointOf({ sourceIp }: RoleCall): OcsfObject<'network_endpoint'> | undefined {
  if (sourceIp === undefined) return undefined;
  if (isIpAddress(sourceIp)) return { name: sourceIp, ip: sourceIp };
  return { name: sourceIp, domain: DOMAIN.test(sourceIp) ? sourceIp : undefined };
}

const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;
