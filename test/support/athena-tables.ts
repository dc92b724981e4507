/** A table as the Glue catalog has it: names and Glue types, lower-case. */
export interface TableShape {
  readonly columns: Readonly<Record<string, string>>;
  readonly partitionKeys: Readonly<Record<string, string>>;
  /** The table's properties. */
  readonly parameters: Readonly<Record<string, string>>;
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
