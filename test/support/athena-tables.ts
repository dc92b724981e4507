import type { TrailRecord } from './cloudtrail.js';
import type { Layout } from './trail.js';

/** A table as the Glue catalog has it: names and Glue types, lower-case. */
export interface TableShape extends Layout {
  readonly columns: Readonly<Record<string, string>>;
  readonly partitionKeys: Readonly<Record<string, string>>;
  /** The table's properties. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Is it a view, whose keys are columns as any others? */
  readonly isView?: boolean;
}

/** A table over the files of a trail. */
export interface AthenaTable extends TableShape {
  /** Stands for the bucket: `AWSLogs` is in it. */
  readonly folder: string;
}

const ISSUER = 'struct<type:string,principalid:string,arn:string,accountid:string,username:string>';
const FEDERATION = 'struct<federatedprovider:string,attributes:map<string,string>>';

/** The type of `useridentity`, with more fields at the end of `sessioncontext`. */
function identityWith(more: string, { onBehalfOf = true } = {}): string {
  const behalf = onBehalfOf ? 'onbehalfof:struct<userid:string,identitystorearn:string>,' : '';
  const context = `struct<attributes:struct<mfaauthenticated:string,creationdate:string>,sessionissuer:${ISSUER}${more}>`;
  return `struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,username:string,${behalf}sessioncontext:${context}>`;
}

function columnsWith(useridentity: string): Record<string, string> {
  const texts = (names: string): Record<string, string> =>
    Object.fromEntries(names.split(' ').map((name) => [name, 'string']));
  return {
    eventversion: 'string',
    useridentity,
    ...texts('eventtime eventsource eventname awsregion sourceipaddress useragent errorcode'),
    ...texts('errormessage requestparameters responseelements additionaleventdata requestid'),
    ...texts('eventid readonly'),
    resources: 'array<struct<arn:string,accountid:string,type:string>>',
    ...texts('eventtype apiversion recipientaccountid serviceeventdetails sharedeventid'),
    ...texts('vpcendpointid vpcendpointaccountid eventcategory'),
    addendum:
      'struct<reason:string,updatedfields:string,originalrequestid:string,originaleventid:string>',
    ...texts('sessioncredentialfromconsole edgedevicedetails'),
    tlsdetails: 'struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>',
  };
}

function projectionOver(path: string): Record<string, string> {
  return {
    EXTERNAL: 'TRUE',
    'projection.enabled': 'true',
    'projection.timestamp.type': 'date',
    'projection.timestamp.format': 'yyyy/MM/dd',
    'projection.timestamp.interval': '1',
    'projection.timestamp.interval.unit': 'DAYS',
    'projection.timestamp.range': '2020/01/01,NOW',
    'storage.location.template': `s3://trail-bucket/AWSLogs/${path}/\${timestamp}`,
  };
}

/** The table that AWS documents now, with partition projection; of one account in one region. */
export const CURRENT: TableShape = {
  columns: columnsWith(identityWith(`,ec2roledelivery:string,webidfederationdata:${FEDERATION}`)),
  partitionKeys: { timestamp: 'string' },
  parameters: projectionOver('111122223333/CloudTrail/us-east-1'),
};

/** {@link CURRENT} with the one field that an audit would want. */
export const OURS: TableShape = {
  ...CURRENT,
  columns: columnsWith(
    identityWith(`,ec2roledelivery:string,webidfederationdata:${FEDERATION},sourceidentity:string`),
  ),
};

/** The table that AWS documented in 2023. */
export const OLDER: TableShape = {
  ...CURRENT,
  columns: without(
    'eventcategory',
    columnsWith(
      identityWith(',ec2roledelivery:string,webidfederationdata:map<string,string>', {
        onBehalfOf: false,
      }),
    ),
  ),
};

/** Partitions that somebody adds one by one, of one account. */
export const MANUAL: TableShape = {
  ...CURRENT,
  partitionKeys: { region: 'string', year: 'string', month: 'string', day: 'string' },
  parameters: { EXTERNAL: 'TRUE', transient_lastDdlTime: '1768608000' },
};

/** The table of an organization's trail, with partition projection. */
export const ORGANIZATION: TableShape = {
  ...CURRENT,
  partitionKeys: { account: 'string', region: 'string', timestamp: 'string' },
  parameters: {
    ...projectionOver('o-exampleorgid/${account}/CloudTrail/${region}'),
    'projection.account.type': 'enum',
    'projection.account.values': '111122223333,444455556666',
    'projection.region.type': 'enum',
    'projection.region.values': 'us-east-1,us-west-2,eu-west-1,eu-central-1',
  },
};

/** The table of the first days: `CloudTrailSerde`, no partitions. */
export const OLDEST: TableShape = {
  columns: without('eventcategory', columnsWith(identityWith('', { onBehalfOf: false }))),
  partitionKeys: {},
  parameters: { EXTERNAL: 'TRUE' },
};

/** A projection by months. */
export const MONTHS: TableShape = {
  ...CURRENT,
  partitionKeys: { month: 'string' },
  parameters: {
    EXTERNAL: 'TRUE',
    'projection.enabled': 'true',
    'projection.month.type': 'date',
    'projection.month.format': 'yyyy/MM',
    'projection.month.range': '2020/01,NOW',
    'storage.location.template':
      's3://trail-bucket/AWSLogs/111122223333/CloudTrail/us-east-1/${month}',
  },
};

/** Days that somebody adds, of the type of dates. */
export const DATES: TableShape = {
  ...CURRENT,
  partitionKeys: { account: 'string', region: 'string', dt: 'date' },
  parameters: { EXTERNAL: 'TRUE' },
};

/** {@link ORGANIZATION} with accounts and regions that a query must name. */
export const INJECTED: TableShape = {
  ...ORGANIZATION,
  parameters: {
    ...projectionOver('o-exampleorgid/${account}/CloudTrail/${region}'),
    'projection.account.type': 'injected',
    'projection.region.type': 'injected',
  },
};

/** Years, months and days that a projection lists, of the type of numbers. */
export const NUMBERS: TableShape = {
  ...CURRENT,
  partitionKeys: { year: 'int', month: 'int', day: 'int' },
  parameters: {
    EXTERNAL: 'TRUE',
    'projection.enabled': 'true',
    'projection.year.type': 'integer',
    'projection.year.range': '2020,2030',
    'projection.month.type': 'integer',
    'projection.month.range': '1,12',
    'projection.month.digits': '2',
    'projection.day.type': 'integer',
    'projection.day.range': '1,31',
    'projection.day.digits': '2',
    'storage.location.template':
      's3://trail-bucket/AWSLogs/111122223333/CloudTrail/us-east-1/${year}/${month}/${day}',
  },
};

/** Parquet or Iceberg, as tools write it: times are times. */
export const TIMES: TableShape = {
  ...CURRENT,
  columns: { ...CURRENT.columns, eventtime: 'timestamp' },
};

/** The table of awslabs/aws-security-analytics-bootstrap. */
export const BOOTSTRAP: TableShape = {
  ...CURRENT,
  partitionKeys: {
    date_partition: 'string',
    region_partition: 'string',
    account_partition: 'string',
  },
  parameters: {
    EXTERNAL: 'TRUE',
    'projection.enabled': 'true',
    'projection.date_partition.type': 'date',
    'projection.date_partition.format': 'yyyy/MM/dd',
    'projection.date_partition.range': '2020/01/01,NOW',
    'projection.region_partition.type': 'enum',
    'projection.region_partition.values': 'us-east-1,us-west-2',
    'projection.account_partition.type': 'enum',
    'projection.account_partition.values': '111122223333,444455556666',
    'storage.location.template':
      's3://trail-bucket/AWSLogs/${account_partition}/CloudTrail/${region_partition}/${date_partition}',
  },
};

/** Where AWS Control Tower has the trail of the organization. */
const CONTROL_TOWER: TableShape = {
  ...ORGANIZATION,
  parameters: {
    ...ORGANIZATION.parameters,
    'storage.location.template':
      's3://aws-controltower-logs-111122223333-us-east-1/o-exampleorgid/AWSLogs/o-exampleorgid/${account}/CloudTrail/${region}/${timestamp}',
  },
};

/** Days in the order of Europe, as no text sorts. */
const EUROPEAN: TableShape = {
  ...CURRENT,
  partitionKeys: { dt: 'string' },
  parameters: {
    EXTERNAL: 'TRUE',
    'projection.enabled': 'true',
    'projection.dt.type': 'date',
    'projection.dt.format': 'dd-MM-yyyy',
    'projection.dt.range': '01-01-2020,NOW',
    'storage.location.template':
      's3://trail-bucket/AWSLogs/111122223333/CloudTrail/us-east-1/${dt}',
  },
  folderOf: (day) => day.split('-').toReversed().join('-'),
};

/** Folders as a crawler of Glue finds them, which names the keys of what has no name. */
const CRAWLED: TableShape = {
  ...CURRENT,
  partitionKeys: Object.fromEntries([0, 1, 2, 3, 4].map((n) => [`partition_${n}`, 'string'])),
  parameters: {
    EXTERNAL: 'TRUE',
    'storage.location.template':
      's3://trail-bucket/AWSLogs/${partition_0}/CloudTrail/${partition_1}/${partition_2}/${partition_3}/${partition_4}',
  },
};

/** A view over {@link MANUAL}. */
const VIEW: TableShape = { ...MANUAL, isView: true };

/** Iceberg, of which no partition is seen. */
export const ICEBERG: TableShape = {
  ...TIMES,
  partitionKeys: {},
  parameters: { table_type: 'ICEBERG' },
};

/** An event data store of CloudTrail Lake, federated (CloudTrail User Guide, "Supported SQL schemas for event data stores"). */
export const EVENT_DATA_STORE: TableShape = {
  columns: {
    ...OURS.columns,
    eventtime: 'timestamp',
    requestparameters: 'map<string,string>',
    responseelements: 'map<string,string>',
    eventjson: 'string',
  },
  partitionKeys: {},
  parameters: { table_type: 'ICEBERG' },
  recordOf: (record) => ({
    ...record,
    requestParameters: textsIn(record['requestParameters']),
    responseElements: textsIn(record['responseElements']),
    eventjson: JSON.stringify(record),
  }),
};

/** What is no text is written as nobody documents. */
function textsIn(value: unknown): Readonly<Record<string, string>> | null {
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === 'string' ? member : `{${Object.keys(member ?? {}).join('=x, ')}=x}`,
    ]),
  );
}

/** Security Lake's table of source version 2 (ocsf/examples, the mapping of CloudTrail to OCSF 1.1). */
export const SECURITY_LAKE: TableShape = {
  columns: {
    metadata: 'struct<uid:string,version:string>',
    time: 'bigint',
    time_dt: 'timestamp',
    cloud: 'struct<region:string,account:struct<uid:string>>',
    api: 'struct<operation:string,service:struct<name:string>,request:struct<uid:string,data:string>,response:struct<error:string,message:string,data:string>>',
    actor:
      'struct<user:struct<type:string,uid:string,uid_alt:string,account:struct<uid:string>>,session:struct<issuer:string>,invoked_by:string>',
    src_endpoint: 'struct<ip:string,domain:string>',
    http_request: 'struct<user_agent:string>',
    resources: 'array<struct<uid:string,type:string>>',
    unmapped: 'map<string,string>',
    accountid: 'string',
    region: 'string',
  },
  partitionKeys: {},
  parameters: { table_type: 'ICEBERG' },
  recordOf: securityLakeRecord,
};

/** The columns of source version 1, which lack the request. */
export const SECURITY_LAKE_1: TableShape['columns'] = {
  ...SECURITY_LAKE.columns,
  api: 'struct<operation:string,service:struct<name:string>,response:struct<error:string>>',
};

function securityLakeRecord(record: TrailRecord): object {
  const { userIdentity: user = {}, ...members } = record as Readonly<Record<string, never>> & {
    readonly userIdentity?: Readonly<Record<string, unknown>>;
  };
  const session = (user['sessionContext'] ?? {}) as {
    readonly sessionIssuer?: { readonly arn?: string };
    readonly sourceIdentity?: string;
  };
  const { sourceIPAddress: address } = members as { readonly sourceIPAddress?: string };
  const isAddress = /^[0-9.]+$|:/.test(address ?? '');
  const json = (value: unknown): string | undefined =>
    value === undefined || value === null ? undefined : JSON.stringify(value);
  return {
    metadata: { uid: members['eventID'], version: '1.1.0' },
    time: Date.parse(String(record['eventTime'])),
    time_dt: members['eventTime'],
    cloud: { region: members['awsRegion'] },
    api: {
      operation: members['eventName'],
      service: { name: members['eventSource'] },
      request: { data: json(members['requestParameters']) },
      response: { error: members['errorCode'], data: json(members['responseElements']) },
    },
    actor: {
      user: {
        type: user['type'],
        uid: user['arn'],
        uid_alt: user['principalId'],
        account: { uid: user['accountId'] },
      },
      session: { issuer: session.sessionIssuer?.arn },
      invoked_by: user['invokedBy'],
    },
    src_endpoint: isAddress ? { ip: address } : { domain: address },
    http_request: { user_agent: members['userAgent'] },
    resources: ((members['resources'] ?? []) as { ARN?: string; type?: string }[]).map(
      ({ ARN: uid, type }) => ({ uid, type }),
    ),
    unmapped: {
      recipientAccountId: members['recipientAccountId'],
      ...(members['sharedEventID'] !== undefined && { sharedEventID: members['sharedEventID'] }),
      ...(session.sourceIdentity !== undefined && {
        'userIdentity.sessionContext.sourceIdentity': session.sourceIdentity,
      }),
    },
    accountId: members['recipientAccountId'],
    region: members['awsRegion'],
  };
}

/** A table that somebody made of what seemed necessary. */
export const LEAN: TableShape = {
  ...CURRENT,
  columns: {
    ...Object.fromEntries(
      'eventid eventname eventsource eventtime awsregion requestparameters responseelements errorcode sourceipaddress'
        .split(' ')
        .map((name) => [name, 'string']),
    ),
    useridentity: 'struct<type:string,principalid:string,arn:string,accountid:string>',
  },
};

function without(name: string, columns: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(columns).filter(([key]) => key !== name));
}

/** Every shape that shows all there is. */
export const TABLES: Readonly<Record<string, TableShape>> = {
  CURRENT,
  OURS,
  OLDER,
  MANUAL,
  OLDEST,
  ORGANIZATION,
  MONTHS,
  DATES,
  'DATES, as texts': { ...DATES, partitionKeys: { ...DATES.partitionKeys, dt: 'string' } },
  INJECTED,
  NUMBERS,
  TIMES,
  ICEBERG,
  BOOTSTRAP,
  CONTROL_TOWER,
  EUROPEAN,
  CRAWLED,
  VIEW,
  EVENT_DATA_STORE,
  SECURITY_LAKE,
};
