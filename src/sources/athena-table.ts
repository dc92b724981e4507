import {
  type AthenaClient,
  type Column,
  GetTableMetadataCommand,
  type TableMetadata,
} from '@aws-sdk/client-athena';
import { SourceError } from '../errors.js';
import type { Reading } from '../model/reading.js';
import type { Instant } from '../model/timestamp.js';
import type { AthenaOptions } from './athena-query.js';
import { answerOf } from './aws.js';
import { type GlueType, parseGlueType } from './glue-type.js';
import { type Sql, identifier, plain, sql } from './sql.js';

/** A table of CloudTrail records, as the statements need to know it. */
export interface AthenaTable {
  /** What messages call it. */
  readonly name: string;
  readonly from: Sql;
  /** The rows that were delivered within the window, or a day after it; true of all where nothing tells. */
  readonly delivered: Sql;
  /** Does it show the source identity of the caller's own session? AWS's tables do not. */
  readonly hasCallerIdentity: boolean;
}

interface Delivery {
  /** UTC midnights, both included, in seconds. */
  readonly first: number;
  readonly last: number;
}

const DAY = 86_400;
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
  reading: Reading,
): Promise<AthenaTable> {
  const name = `${database}.${table}`;
  const command = new GetTableMetadataCommand({
    CatalogName: catalog,
    DatabaseName: database,
    TableName: table,
    ...(workgroup && { WorkGroup: workgroup }),
  });
  const asked = { action: 'athena:GetTableMetadata', of: `table ${name}` };
  const { signal } = reading;
  const { TableMetadata: found } = await answerOf(
    client.send(command, { abortSignal: signal }),
    asked,
    signal,
  );
  if (found === undefined) throw new SourceError(`Athena says nothing of table ${name}`);
  const identity = checkColumns(found.Columns ?? [], name);
  const delivery = deliveryOf(window);
  return {
    name,
    from: sql`${identifier(database)}.${identifier(table)}`,
    delivered: deliveredWithin(delivery, found, name, reading),
    hasCallerIdentity: identity.fields.get('sessioncontext')!.fields.has('sourceidentity'),
  };
}

/** The days of delivery of a window's events: those of the window, and one more. */
function deliveryOf({ since, until }: { since: Instant; until: Instant }): Delivery {
  const end = until.seconds + (until.nanos > 0 ? 1 : 0);
  const dayOf = (seconds: number): number => Math.floor(seconds / DAY) * DAY;
  return { first: dayOf(since.seconds), last: dayOf(end - 1) + DAY };
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
    ...(types.get('resources')?.fields.has('arn') ? [] : ['resources.arn']),
  ];
  if (missing.length === 0) return identity!;
  throw new SourceError(`table ${name} lacks ${missing.join(', ')}, or has them as another type`, {
    hint: 'sentinel-audit athena-table prints a CREATE TABLE that fits',
  });
}

function deliveredWithin(
  delivery: Delivery,
  { PartitionKeys: keys = [], Parameters: parameters = {} }: TableMetadata,
  name: string,
  reading: Reading,
): Sql {
  const names = keys.map((key) => (key.Name ?? '').toLowerCase());
  const isProjected = parameters['projection.enabled'] === 'true';
  if (keys.length > 0 && !isProjected) {
    reading.note(`partitions of ${name} are added by hand: what was not added is not seen`);
  }
  if (names.includes('timestamp')) {
    const form = parameters['projection.timestamp.format'] ?? 'yyyy/MM/dd';
    if (form === 'yyyy/MM/dd' || form === 'yyyy-MM-dd') {
      if (isProjected)
        checkRange(parameters['projection.timestamp.range'], delivery, name, reading);
      const write = (day: number): string => dayText(day, form === 'yyyy/MM/dd' ? '/' : '-');
      return sql`"timestamp" BETWEEN ${write(delivery.first)} AND ${write(delivery.last)}`;
    }
  }
  if (['year', 'month', 'day'].every((key) => names.includes(key))) {
    const day = plain(
      'CAST("year" AS integer) * 10000 + CAST("month" AS integer) * 100 + CAST("day" AS integer)',
    );
    const write = (of: number): number => Number(dayText(of, ''));
    return sql`${day} BETWEEN ${write(delivery.first)} AND ${write(delivery.last)}`;
  }
  const why = names.length === 0 ? 'has no partitions' : `is partitioned by ${names.join(', ')}`;
  reading.note(`table ${name} ${why}: every query scans all of it`);
  return plain('true');
}

/** Days outside the range of a projection do not exist for Athena, whatever lies in the bucket. */
function checkRange(
  range: string | undefined,
  delivery: Delivery,
  name: string,
  reading: Reading,
): void {
  const [begins, ends] = (range ?? '').split(',').map((end) => dayIn(end.trim()));
  const isShort =
    (begins !== undefined && begins > delivery.first) ||
    (ends !== undefined && ends < delivery.last - DAY);
  if (!isShort) return;
  reading.meter.clipped = true;
  reading.note(`the partitions of ${name} are those of ${range}: the window goes beyond them`);
}

/** Midnight of a day; of one relative to now, nothing is said. */
function dayIn(text: string): number | undefined {
  const [, year, month, day] = /^(\d{4})[/-](\d\d)[/-](\d\d)/.exec(text) ?? [];
  return year === undefined ? undefined : Date.parse(`${year}-${month}-${day}T00:00:00Z`) / 1000;
}

function dayText(seconds: number, separator: string): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10).replaceAll('-', separator);
}
