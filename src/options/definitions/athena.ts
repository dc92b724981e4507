import { ValueError } from '../../errors.js';
import { accountIds } from './account-ids.js';
import type { Definitions } from './definition.js';

/** Athena: what it is asked, and the table that it needs. */
export const ATHENA = {
  'athena-table': {
    kind: 'text',
    value: 'NAME',
    read: athenaTable,
    describe: 'Athena table over the logs of the trail: DATABASE.TABLE. For --events athena',
  },
  'athena-workgroup': {
    kind: 'text',
    value: 'NAME',
    read: workgroup,
    describe: 'Workgroup in which queries run. Default: primary',
  },
  'athena-output': {
    kind: 'text',
    value: 'URL',
    read: s3Url,
    describe:
      'Where Athena stores results: s3://BUCKET/PREFIX/. Default: the location that the workgroup has',
  },
  'athena-catalog': {
    kind: 'text',
    value: 'NAME',
    describe: 'Data catalog of the table. Default: AwsDataCatalog',
  },
  'athena-price': {
    kind: 'text',
    value: 'USD',
    read: price,
    describe: 'Price of a scanned terabyte. For the estimate in the summary. Default: 5',
  },
  'athena-day-key': {
    kind: 'text',
    value: 'NAME',
    describe:
      'Partition key, or column, of the days of delivery; or three, of year, month and day: partition_3,partition_4,partition_5. Default: a key of dates, year with month and day, or one that is called day, date, dt, eventday, event_date, ingest_date or timestamp',
  },
  'athena-max-bytes': {
    kind: 'text',
    value: 'SIZE',
    read: byteSize,
    describe: 'Stop a query that has scanned more than SIZE, such as 500GB or 2TB',
  },
  'whole-table': {
    kind: 'flag',
    describe: 'Let queries scan a table whole that has no partitions by day',
  },
  explain: {
    kind: 'flag',
    describe: 'Print the SQL for --events athena and stop. The parameters are shown; no query runs',
  },
  location: {
    kind: 'text',
    value: 'URL',
    describe:
      'Where the trail stores its logs. s3://BUCKET/PREFIX/AWSLogs/ACCOUNT; with /CloudTrail/REGION after it for one region; s3://BUCKET/PREFIX/AWSLogs/o-ORGANIZATION for an organization',
  },
  accounts: {
    kind: 'text',
    value: 'LIST',
    read: accountIds,
    describe:
      'Accounts of the table, separated by commas. Needed when --location does not contain the account',
  },
} as const satisfies Definitions;

/** `[database, table]`, or `[table]`; a name may have any character that is printed, a database no dot. */
function athenaTable(text: string): readonly string[] {
  const [, database, table] = /^(?:([^."\p{C}]{1,255})\.)?([^"\p{C}]{1,255})$/u.exec(text) ?? [];
  if (table !== undefined) return database === undefined ? [table] : [database, table];
  throw new ValueError(`"${text}" is not a valid table name`, 'write DATABASE.TABLE');
}

/** Bytes, in the units in which AWS bills. */
function byteSize(text: string): number {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)\s*([KMGT]?)B?$/i.exec(text) ?? [];
  const bytes = Number(number) * 1000 ** ' KMGT'.indexOf(unit.toUpperCase() || ' ');
  if (bytes >= 1) return bytes;
  throw new ValueError(`"${text}" is not a size`, 'write 500GB or 2TB');
}

function workgroup(text: string): string {
  if (/^[A-Za-z0-9._-]{1,128}$/.test(text)) return text;
  throw new ValueError(`"${text}" is not a valid workgroup name`);
}

function s3Url(text: string): string {
  if (/^s3:\/\/[a-z0-9.-]{3,63}(\/.*)?$/.test(text)) return text;
  throw new ValueError(`"${text}" is not a valid S3 location`, 'write s3://BUCKET/PREFIX/');
}

function price(text: string): number {
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text)) return Number(text);
  throw new ValueError(`"${text}" is not an amount of US dollars`, 'write 5 or 6.75');
}
