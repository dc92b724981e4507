import type { Member } from './member.js';
import type { Expressions, ForeignColumns } from './record-columns.js';
import type { TableTypes } from './table-types.js';

/** What tells the table from others, and without which its records say too little. */
const OWN = ['metadata.uid', 'api.operation', 'api.request.data', 'actor.user.uid', 'cloud.region'];

/** The members by their places in OCSF 1.1 (ocsf/examples, the mapping of CloudTrail). */
const PLACES = {
  eventid: 'metadata.uid',
  eventname: 'api.operation',
  eventsource: 'api.service.name',
  eventtime: 'time_dt',
  awsregion: 'cloud.region',
  requestparameters: 'api.request.data',
  responseelements: 'api.response.data',
  errorcode: 'api.response.error',
  'useridentity.type': 'actor.user.type',
  'useridentity.principalid': 'actor.user.uid_alt',
  'useridentity.arn': 'actor.user.uid',
  'useridentity.accountid': 'actor.user.account.uid',
  'useridentity.invokedby': 'actor.invoked_by',
  'useridentity.sessioncontext.sessionissuer.arn': 'actor.session.issuer',
  useragent: 'http_request.user_agent',
} as const;

const ROLE = `element_at(filter(resources, r -> r.type = 'AWS::IAM::Role'), 1).uid`;

/**
 * The records of Security Lake's table `…_cloud_trail_mgmt_2_0`, in OCSF 1.1. Undefined for another table: that of
 * version 1.0 lacks the request.
 */
export function ocsfColumns(types: TableTypes): ForeignColumns | undefined {
  if (!OWN.every(types.isText)) return undefined;
  const isTime = types.at('time_dt')?.name.startsWith('timestamp') === true;
  const mapped = Object.entries(PLACES).filter(
    ([, place]) => types.isText(place) || (place === 'time_dt' && isTime),
  );
  // What is not mapped stands there under its own name.
  const hasUnmapped = types.at('unmapped')?.name === 'map';
  const ofUnmapped = (...names: readonly string[]): readonly string[] =>
    hasUnmapped ? names.map((name) => `element_at(unmapped, '${name}')`) : [];
  const account = types.isText('cloud.account.uid') ? ['cloud.account.uid'] : [];
  const expressions: Expressions = {
    ...(Object.fromEntries(mapped) as Expressions),
    ...firstOf('recipientaccountid', ofUnmapped('recipientAccountId'), account),
    ...firstOf('sharedeventid', ofUnmapped('sharedEventID', 'sharedEventId')),
    ...firstOf(
      'useridentity.sessioncontext.sourceidentity',
      ofUnmapped('userIdentity.sessionContext.sourceIdentity'),
    ),
    ...(types.isText('src_endpoint.ip') && { sourceipaddress: addressOf(types) }),
    ...(types.isText('resources.uid') && { 'resources.role': ROLE }),
  };
  const ownColumn = (name: string): string | undefined => (types.isText(name) ? name : undefined);
  return { expressions, account: ownColumn('accountid'), region: ownColumn('region') };
}

/** The first of some expressions that is not NULL, as a member; nothing where there are none. */
function firstOf(member: Member, ...expressions: readonly (readonly string[])[]): Expressions {
  const all = expressions.flat();
  if (all.length === 0) return {};
  return { [member]: all.length > 1 ? `coalesce(${all.join(', ')})` : all[0] };
}

/** A service that calls has a name instead of an address. */
function addressOf(types: TableTypes): string {
  return types.isText('src_endpoint.domain')
    ? `coalesce(src_endpoint.ip, src_endpoint.domain)`
    : 'src_endpoint.ip';
}
