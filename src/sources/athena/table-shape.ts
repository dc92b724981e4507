import { type AthenaClient, type Column, GetTableMetadataCommand } from '@aws-sdk/client-athena';
import { SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { Instant } from '../../model/time/instant.js';
import type { AthenaOptions } from './query.js';
import { answerOf } from '../../aws/answer.js';
import { type GlueType, parseGlueType } from './glue-type.js';
import { type Partitions, partitionsOf } from './partitions.js';
import { type Sql, identifier, sql } from './sql.js';

/** A table of CloudTrail records, as the statements need to know it. */
export interface AthenaTable {
  /** What messages call it. */
  readonly name: string;
  readonly from: Sql;
  /** The rows that were delivered within the window, or a day after it; true of all where nothing tells. */
  readonly delivered: Sql;
  /** Does it show the source identity of the caller's own session? AWS's tables do not. */
  readonly hasCallerIdentity: boolean;
  /** What the window needs and the table does not show, or may not show, a sentence each. */
  readonly missing: readonly string[];
}

const TEXTS = [
  'eventid',
  'eventtime',
  'eventname',
  'eventsource',
  'awsregion',
  'recipientaccountid',
  'requestparameters',
  'responseelements',
  'errorcode',
  'sharedeventid',
  'sourceipaddress',
  'useragent',
];
const IDENTITY_FIELDS = ['type', 'principalid', 'arn', 'accountid', 'invokedby', 'sessioncontext'];

/**
 * Looks the table up, which scans nothing, and finds out which shape it has: AWS's table with partition
 * projection by day (with region and account or without), the older ones, partitions by hand, or none.
 *
 * @throws SourceError when it is not there, or is no table of CloudTrail records.
 */
export async function describeAthenaTable(
  client: AthenaClient,
  { database, table, catalog = 'AwsDataCatalog', workgroup }: AthenaOptions,
  window: { readonly since: Instant; readonly until: Instant },
  now: Instant,
  context: ReadContext,
): Promise<AthenaTable> {
  const name = `${database}.${table}`;
  const command = new GetTableMetadataCommand({
    CatalogName: catalog,
    DatabaseName: database,
    TableName: table,
    ...(workgroup && { WorkGroup: workgroup }),
  });
  const awsCall = { action: 'athena:GetTableMetadata', of: `table ${name}` };
  const { signal } = context;
  const { TableMetadata: found } = await answerOf(
    client.send(command, { abortSignal: signal }),
    awsCall,
    signal,
  );
  if (found === undefined) throw new SourceError(`Athena says nothing of table ${name}`);
  const identity = checkColumns(found.Columns ?? [], name);
  const partitions = partitionsOf(found, window, now);
  checkInjected(partitions, name);
  sayWhatIsScanned(partitions, name, context);
  if (!identity.fields.get('sessioncontext')!.fields.has('sourceidentity')) {
    context.note(
      `table ${name} does not show the source identity of a caller's own session: second hops are guessed; sentinel-audit athena-table prints one that does`,
    );
  }
  return {
    name,
    from: sql`${identifier(database)}.${identifier(table)}`,
    delivered: partitions.delivered,
    hasCallerIdentity: identity.fields.get('sessioncontext')!.fields.has('sourceidentity'),
    missing: [...partitions.missing, ...partitions.listed.map(listedText)],
  };
}

/** The type of `useridentity`. */
function checkColumns(columns: readonly Column[], name: string): GlueType {
  const types = new Map(
    columns.map((column) => [
      (column.Name ?? '').toLowerCase(),
      parseGlueType(column.Type ?? 'string'),
    ]),
  );
  const isText = (column: string): boolean =>
    /^(string|varchar.*)$/.test(types.get(column)?.name ?? '');
  const identity = types.get('useridentity');
  const session = identity?.fields.get('sessioncontext')?.fields;
  const missing = [
    ...TEXTS.filter((column) => !isText(column)),
    ...IDENTITY_FIELDS.filter((field) => !identity?.fields.has(field)).map(
      (field) => `useridentity.${field}`,
    ),
    ...(session?.get('sessionissuer')?.fields.has('arn')
      ? []
      : ['useridentity.sessioncontext.sessionissuer.arn']),
    ...['arn', 'type'].flatMap((field) =>
      types.get('resources')?.fields.has(field) ? [] : [`resources.${field}`],
    ),
  ];
  if (missing.length === 0) return identity!;
  throw new SourceError(`table ${name} lacks ${missing.join(', ')}, or has them as another type`, {
    hint: 'sentinel-audit athena-table prints a CREATE TABLE that fits',
  });
}

/** Athena fails a query without a condition on such a key (Athena User Guide, "Supported types for partition projection"). */
function checkInjected({ injected }: Partitions, name: string): void {
  if (injected.length === 0) return;
  throw new SourceError(
    `table ${name} has partition keys of the projection type injected, which need a condition on each: ${injected.join(', ')}`,
    {
      hint: 'use a table whose projection lists their values: sentinel-audit athena-table prints one',
    },
  );
}

const MOST_VALUES = 20;

function listedText({ key, values }: Partitions['listed'][number]): string {
  const more = values.length - MOST_VALUES;
  const named = values.slice(0, MOST_VALUES).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return `the partition key ${key} lists only ${named}`;
}

function sayWhatIsScanned(
  { isFullScan, isManual, missing, listed }: Partitions,
  name: string,
  context: ReadContext,
): void {
  if (isFullScan) context.note(`table ${name} is scanned whole: it has no partitions by day`);
  if (isManual) {
    context.note(`partitions of ${name} are added by hand: what was not added is not seen`);
  }
  for (const one of listed) context.note(`table ${name}: ${listedText(one)}`);
  for (const gap of missing) {
    context.meter.clipped = true;
    context.note(`${gap} of ${name}: the window goes beyond what it shows`);
  }
}
