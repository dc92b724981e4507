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
