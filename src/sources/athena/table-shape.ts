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
import { type GlueType, parseGlueType } from './glue-type.js';
import type { Unseen } from '../carrier.js';
import { count } from '../../text/quantity.js';
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
  /** Does it have a column, or a field of one: `useridentity.invokedby`? */
  readonly has: (column: string) => boolean;
  /** Is `eventtime` a text as CloudTrail writes it, or a time? */
  readonly timeType: 'text' | 'timestamp';
  /** Does it show the source identity of the caller's own session? AWS's tables do not. */
  readonly hasCallerIdentity: boolean;
  /** What the window needs and the table does not show, or may not show, a sentence each. */
  readonly missing: readonly string[];
  /** How many partitions the window has at the most; undefined where nobody can tell. */
  readonly partitions: number | undefined;
  /** Accounts and regions of the scope, which are not seen until a call shows them. */
  readonly unseen: readonly Unseen[];
}

interface Window {
  readonly since: Instant;
  readonly until: Instant;
}

/** What must be there: without it a verdict would be a guess. */
const TEXTS = [
  'eventid',
  'eventname',
  'eventsource',
  'awsregion',
  'requestparameters',
  'responseelements',
  'errorcode',
  'sourceipaddress',
];
const IDENTITY_FIELDS = ['type', 'principalid', 'arn', 'accountid'];

/** What may be missing, and what is not known then. */
const OPTIONAL: Readonly<Record<string, string>> = {
  recipientaccountid: 'the account of a call',
  sharedeventid: 'which two records of two accounts are one call, so that it counts twice',
  useragent: 'user agents',
  'resources.arn': 'the role of a call whose request does not name it',
  'useridentity.invokedby': 'which service made a call for somebody',
  'useridentity.sessioncontext.sessionissuer.arn': 'the role of a caller',
};

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
  const columns = [...(found.Columns ?? []), ...(found.PartitionKeys ?? [])];
  const types = new Map(
    columns.map(({ Name = '', Type = 'string' }) => [Name.toLowerCase(), parseGlueType(Type)]),
  );
  const has = (path: string): boolean => fieldAt(types, path) !== undefined;
  const timeType = checkColumns(types, name);
  if (scope.accounts !== undefined && !has('recipientaccountid')) checkAccounts(found, name);
  const wanted = { scope, dayKey, window };
  const partitions = partitionsOf(found, wanted, now);
  checkInjected(partitions, name);
  checkPruned(partitions, name, wholeTable);
  sayWhatIsScanned(partitions, name, context);
  const lost = Object.keys(OPTIONAL).filter((path) => !has(path));
  for (const path of lost) context.note(`table ${name} ${lackOf(path)}`);
  const hasCallerIdentity = has('useridentity.sessioncontext.sourceidentity');
  const chosen = [
    ...(scope.accounts ?? []).map((one): Unseen => ({ kind: 'account', name: one })),
    ...(scope.regions ?? []).map((one): Unseen => ({ kind: 'region', name: one })),
  ];
  return {
    name,
    from: sql`${identifier(database)}.${identifier(table)}`,
    deliveredIn: (part) => partitionsOf(found, { ...wanted, window: part }, now).delivered,
    has,
    timeType,
    hasCallerIdentity,
    missing: [...partitions.missing, ...partitions.listed.map(listedText), ...lost.map(lackOf)],
    partitions: partitions.count,
    unseen: chosen,
  };
}

function lackOf(path: string): string {
  return `has no ${path.split('.').slice(0, 2).join('.')}: not known is ${OPTIONAL[path]}`;
}

/** The type of a column, or of a field of one. */
function fieldAt(types: ReadonlyMap<string, GlueType>, path: string): GlueType | undefined {
  const [column = '', ...fields] = path.split('.');
  return fields.reduce((type, field) => type?.fields.get(field), types.get(column));
}

/** Throws where something is missing without which nothing can be judged; else the type of times. */
function checkColumns(types: ReadonlyMap<string, GlueType>, name: string): AthenaTable['timeType'] {
  const isText = (column: string): boolean =>
    /^(string|varchar.*)$/.test(types.get(column)?.name ?? '');
  const isTime = types.get('eventtime')?.name.startsWith('timestamp') === true;
  const missing = [
    ...TEXTS.filter((column) => !isText(column)),
    ...(isTime || isText('eventtime') ? [] : ['eventtime']),
    ...IDENTITY_FIELDS.map((field) => `useridentity.${field}`).filter(
      (path) => fieldAt(types, path) === undefined,
    ),
  ];
  if (missing.length === 0) return isTime ? 'timestamp' : 'text';
  throw new SourceError(`table ${name} lacks ${missing.join(', ')}, or has them as another type`, {
    hint: 'sentinel-audit athena-table prints a CREATE TABLE that fits',
  });
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

/** Athena is paid for what it scans. */
function checkPruned({ isFullScan }: Partitions, name: string, wholeTable: boolean): void {
  if (!isFullScan || wholeTable) return;
  throw new ConfigurationError(
    `table ${name} has no partitions by day: each query would scan, and cost, all of it`,
    { facts: { code: 'WholeTable' } },
  );
}

const MOST_VALUES = 20;

function listedText({ key, values }: Partitions['listed'][number]): string {
  const more = values.length - MOST_VALUES;
  const named = values.slice(0, MOST_VALUES).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return `the partition key ${key} lists only ${named}`;
}

function sayWhatIsScanned(
  { isFullScan, isManual, missing, listed, count: number }: Partitions,
  name: string,
  context: ReadContext,
): void {
  if (isFullScan) context.note(`table ${name} is scanned whole: it has no partitions by day`);
  if (number !== undefined) context.detail(`${count(number, 'partition')} of ${name} at the most`);
  if (isManual) {
    context.note(`partitions of ${name} are added by hand: what was not added is not seen`);
  }
  for (const one of listed) context.note(`table ${name}: ${listedText(one)}`);
  for (const gap of missing) {
    context.meter.clipped = true;
    context.note(`table ${name}: ${gap}`);
  }
}
