import {
  type AthenaClient,
  GetTableMetadataCommand,
  type TableMetadata,
} from '@aws-sdk/client-athena';
import { ConfigurationError, SourceError } from '../../errors.js';
import type { ReadContext } from '../../pipeline/read-context.js';
import type { Instant } from '../../model/time/instant.js';
import type { AthenaOptions } from './query.js';
import { answerOf } from '../../aws/answer.js';
import { type RecordColumns, recordColumns } from './records/record-columns.js';
import type { Unseen } from '../carrier.js';
import type { PartitionList } from './partitions/partition-list.js';
import { type Partitions, type Wanted, partitionsOf } from './partitions/partitions.js';
import { isAccountKey } from './partitions/scope-condition.js';
import { type Sql, identifier, sql } from './sql.js';

/** A table of CloudTrail records, as the statements need to know it. */
export interface AthenaTable {
  /** What messages call it. */
  readonly name: string;
  readonly from: Sql;
  /** The rows of the scope that were delivered within a window, or a day after it; true of all where nothing tells. */
  readonly deliveredIn: (window: Window) => Sql;
  /** What finds the files of a window: partitions of days, of months or years, the times in the files; or all are read. */
  readonly prunedBy: 'days' | 'months' | 'times' | 'nothing';
  /** When it was looked up: nothing is delivered later. */
  readonly now: Instant;
  /** How it shows the members of a record. */
  readonly records: RecordColumns;
  /** What the window needs and the table does not show, or may not show, a sentence each. */
  readonly missing: readonly string[];
  /** The partitions that the window may have; undefined where nobody can tell. */
  readonly partitions: PartitionList | undefined;
  /** Accounts and regions of the scope, which are not seen until a call shows them. */
  readonly unseen: readonly Unseen[];
}

/** From one instant to before another. */
export interface Window {
  readonly since: Instant;
  readonly until: Instant;
}

/**
 * Looks the table up, which scans nothing, and finds out which shape it has: AWS's table with partition
 * projection by day (with region and account or without), the older ones, partitions by hand, or none.
 *
 * @throws SourceError when it is not there, or is no table of CloudTrail records.
 */
export async function describeAthenaTable(
  client: AthenaClient,
  {
    database,
    table,
    catalog = 'AwsDataCatalog',
    workgroup,
    dayKey,
    wholeTable = false,
  }: AthenaOptions,
  { window, scope }: Pick<Wanted, 'window' | 'scope'>,
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
  const records = recordColumns(found, name);
  if (scope.accounts !== undefined && records.account === undefined) checkAccounts(found, name);
  const wanted = { scope, dayKey, window, columns: records };
  const partitions = partitionsOf(found, wanted, now);
  checkInjected(partitions, name);
  const prunedBy = pruningOf(partitions, isOrderedByTime(found, records, database));
  if (prunedBy === 'nothing' && !wholeTable) throw wouldScanAll(name);
  if (prunedBy === 'nothing') context.note(`table ${name} is scanned whole: ${NO_DAYS}`);
  sayWhatIsScanned(partitions, name, context);
  for (const lack of records.lacks) context.note(`table ${name} ${lack}`);
  const chosen = [
    ...(scope.accounts ?? []).map((one): Unseen => ({ kind: 'account', name: one })),
    ...(scope.regions ?? []).map((one): Unseen => ({ kind: 'region', name: one })),
  ];
  return {
    name,
    from: sql`${identifier(database)}.${identifier(table)}`,
    deliveredIn: (part) => partitionsOf(found, { ...wanted, window: part }, now).delivered,
    prunedBy,
    now,
    records,
    missing: [...partitions.missing, ...partitions.listed.map(listedText), ...records.lacks],
    partitions: partitions.list,
    unseen: chosen,
  };
}

/** Accounts are told by a partition key, or by the column that is not there. */
function checkAccounts({ PartitionKeys: keys = [] }: TableMetadata, name: string): void {
  if (keys.some(({ Name = '' }) => isAccountKey(Name.toLowerCase()))) return;
  throw new ConfigurationError(`table ${name} has nothing that tells the account of a call`, {
    facts: { code: 'NoAccounts' },
  });
}

/** Athena fails a query without a condition on such a key (Athena User Guide, "Supported types for partition projection"). */
function checkInjected({ injected }: Partitions, name: string): void {
  if (injected.length === 0) return;
  throw new ConfigurationError(
    `table ${name} has partition keys of the projection type injected, which need a condition on each: ${injected.join(', ')}`,
    { facts: { code: 'InjectedKeys' } },
  );
}

const NO_DAYS = 'it has no partitions by day';

/** Athena is paid for what it scans. */
function wouldScanAll(name: string): ConfigurationError {
  return new ConfigurationError(`table ${name}: ${NO_DAYS}, and each query would scan all of it`, {
    facts: { code: 'WholeTable' },
  });
}

function pruningOf(
  { isFullScan, isDaily }: Partitions,
  isInOrder: boolean,
): AthenaTable['prunedBy'] {
  if (isFullScan) return isInOrder ? 'times' : 'nothing';
  return isDaily ? 'days' : 'months';
}

/**
 * Does a range of times find its files by itself? Iceberg keeps the first and the last time of each file (Iceberg table
 * specification, "Manifests"), and so does the managed table of an event data store.
 */
function isOrderedByTime(
  { Parameters: parameters = {} }: TableMetadata,
  { timeType }: RecordColumns,
  database: string,
): boolean {
  const isIceberg = parameters['table_type']?.toUpperCase() === 'ICEBERG';
  return timeType === 'timestamp' && (isIceberg || database === 'aws:cloudtrail');
}

const MOST_VALUES = 20;

function listedText({ key, values }: Partitions['listed'][number]): string {
  const more = values.length - MOST_VALUES;
  const named = values.slice(0, MOST_VALUES).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return `the partition key ${key} lists only ${named}`;
}

function sayWhatIsScanned(
  { isManual, missing, listed }: Partitions,
  name: string,
  context: ReadContext,
): void {
  if (isManual) {
    context.note(`partitions of ${name} are added by hand: what was not added is not seen`);
  }
  for (const one of listed) context.note(`table ${name}: ${listedText(one)}`);
  for (const gap of missing) {
    context.meter.clipped = true;
    context.note(`table ${name}: ${gap}`);
  }
}
