import { UsageError } from '../errors.js';

/** A table over the bucket of a trail. */
export interface TrailTable {
  /** Perhaps a database, and a table. */
  readonly name: readonly string[];
  /** `s3://…/AWSLogs` without what is partitioned, and the whole path of a day. */
  readonly location: string;
  readonly template: string;
  /** Partitioned by account, by region; undefined where the location says it. */
  readonly accounts: readonly string[] | undefined;
  readonly regions: readonly string[] | undefined;
  /** The first day of delivery, `2026-01-20`. */
  readonly since: string;
}

/** Before the first trail there was (CloudTrail was announced in November 2013). */
const FIRST_DAY = '2013-11-01';

/**
 * Reads what a location leaves open. Trails lie under `AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD`, those
 * of an organization with its id after `AWSLogs` (CloudTrail User Guide, "Finding your CloudTrail log files").
 *
 * @throws UsageError for a location of something else, and where accounts or regions are left open.
 */
export function trailTable(given: {
  readonly name: readonly string[];
  readonly location: string;
  readonly accounts: readonly string[] | undefined;
  readonly regions: readonly string[] | undefined;
  readonly since: string | undefined;
}): TrailTable {
  const [matched, root, account, region] =
    /^(s3:\/\/[a-z0-9.-]{3,63}\/(?:[\w!.*()=+@:, -]+\/)*?AWSLogs(?:\/o-[a-z0-9]{10,32})?)(?:\/(\d{12})(?:\/CloudTrail(?:\/([a-z0-9-]+))?)?)?\/?$/.exec(
      given.location,
    ) ?? [];
  if (matched === undefined) {
    throw new UsageError(
      '--location',
      `"${given.location}" is no place of a trail`,
      'give s3://BUCKET/PREFIX/AWSLogs/ACCOUNT, /AWSLogs/ACCOUNT/CloudTrail/REGION, or /AWSLogs/o-ORGANIZATION',
    );
  }
  const accounts = account === undefined ? openPart('--accounts', given.accounts) : undefined;
  const regions = region === undefined ? openPart('--event-regions', given.regions) : undefined;
  const path = (of: string, from: string): string => `${root}/${of}/CloudTrail/${from}`;
  return {
    name: given.name,
    location: account === undefined ? `${root}/` : `${root}/${account}/CloudTrail/${region ?? ''}`,
    template: `${path(account ?? '${account}', region ?? '${region}')}/\${timestamp}/`,
    accounts,
    regions,
    since: given.since ?? FIRST_DAY,
  };
}

function openPart(option: string, values: readonly string[] | undefined): readonly string[] {
  if (values !== undefined) return values;
  const hint = 'what is not listed will not be seen by any query';
  throw new UsageError(option, 'is needed: the location leaves it open', hint);
}

/**
 * The `CREATE TABLE` of a trail with partition projection, for the Hive dialect of Athena. The columns are
 * AWS's (Athena User Guide, "Create the table for CloudTrail logs using partition projection"), and the
 * source identity of the caller's session, which that leaves out.
 */
export function createTable(table: TrailTable): string {
  const open: [string, readonly string[]][] = [];
  if (table.accounts !== undefined) open.push(['account', table.accounts]);
  if (table.regions !== undefined) open.push(['region', table.regions]);
  const keys = [...open.map(([name]) => name), 'timestamp'].map((name) => `  \`${name}\` STRING`);
  const properties = [
    ['projection.enabled', 'true'],
    ...open.flatMap(([name, values]) => [
      [`projection.${name}.type`, 'enum'],
      [`projection.${name}.values`, values.join(',')],
    ]),
    ['projection.timestamp.type', 'date'],
    ['projection.timestamp.format', 'yyyy/MM/dd'],
    ['projection.timestamp.interval', '1'],
    ['projection.timestamp.interval.unit', 'DAYS'],
    ['projection.timestamp.range', `${table.since.replaceAll('-', '/')},NOW`],
    ['storage.location.template', table.template],
  ].map(([name, value]) => `  '${name}' = '${value}'`);
  return `CREATE EXTERNAL TABLE ${table.name.map((part) => `\`${part}\``).join('.')} (
${COLUMNS}
)
PARTITIONED BY (
${keys.join(',\n')}
)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '${table.location}'
TBLPROPERTIES (
${properties.join(',\n')}
)
`;
}

const COLUMNS = `  eventversion STRING,
  useridentity STRUCT<
    type: STRING,
    principalid: STRING,
    arn: STRING,
    accountid: STRING,
    invokedby: STRING,
    accesskeyid: STRING,
    username: STRING,
    onbehalfof: STRUCT<userid: STRING, identitystorearn: STRING>,
    sessioncontext: STRUCT<
      attributes: STRUCT<mfaauthenticated: STRING, creationdate: STRING>,
      sessionissuer: STRUCT<type: STRING, principalid: STRING, arn: STRING, accountid: STRING, username: STRING>,
      ec2roledelivery: STRING,
      sourceidentity: STRING,
      webidfederationdata: STRUCT<federatedprovider: STRING, attributes: MAP<STRING, STRING>>>>,
  eventtime STRING,
  eventsource STRING,
  eventname STRING,
  awsregion STRING,
  sourceipaddress STRING,
  useragent STRING,
  errorcode STRING,
  errormessage STRING,
  requestparameters STRING,
  responseelements STRING,
  additionaleventdata STRING,
  requestid STRING,
  eventid STRING,
  readonly STRING,
  resources ARRAY<STRUCT<arn: STRING, accountid: STRING, type: STRING>>,
  eventtype STRING,
  apiversion STRING,
  recipientaccountid STRING,
  serviceeventdetails STRING,
  sharedeventid STRING,
  vpcendpointid STRING,
  vpcendpointaccountid STRING,
  eventcategory STRING,
  addendum STRUCT<reason: STRING, updatedfields: STRING, originalrequestid: STRING, originaleventid: STRING>,
  sessioncredentialfromconsole STRING,
  edgedevicedetails STRING,
  tlsdetails STRUCT<tlsversion: STRING, ciphersuite: STRING, clientprovidedhostheader: STRING>`;
